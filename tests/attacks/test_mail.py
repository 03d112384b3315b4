"""Nothing that people type becomes a line of a letter's head, or another address to send to."""

import pytest

from deploy.local.installation import Installation
from tests.attacks.clients import Stranger, a_request
from tests.attacks.payloads import HEADERS, UNICODE
from tests.system.client import wait_for

_HEAD = {
    "from",
    "to",
    "subject",
    "message-id",
    "date",
    "auto-submitted",
    "content-language",
    "mime-version",
    "content-type",
    "reply-to",
}
ADDRESS = "planted-lines@example.ir"


def test_no_name_or_title_adds_a_line_to_a_letters_head(url, installation: Installation):
    stranger = Stranger(url)
    requester = {"mobile": "09121110055", "email": ADDRESS}
    taken = [
        stranger.post(
            "/api/v1/tickets", a_request(title=text, requester=requester | {"name": text})
        )
        for text in (*HEADERS, *UNICODE)
    ]
    codes = [answer.json["code"] for answer in taken if answer.status == 201]
    assert {answer.status for answer in taken} <= {201, 422}
    assert len(codes) > len(UNICODE)

    sink = Stranger(installation.addresses.mail_sink)
    letters = wait_for(
        lambda: _all_told(sink.get(f"/messages?to={ADDRESS}").json, codes),
        deadline=30,
        what="a letter for each request",
    )

    for letter in letters:
        assert set(letter["headers"]) <= _HEAD
        assert letter["to"] == [ADDRESS]
    assert not any("victim" in recipient for recipient in _recipients(sink))


def _all_told(letters: list[dict], codes: list[str]) -> list[dict] | None:
    texts = " ".join(letter["text"].replace("-", "") for letter in letters)
    return letters if all(code in texts for code in codes) else None


def _recipients(sink: Stranger) -> set[str]:
    return {to for letter in sink.get("/messages").json for to in letter["to"]}


@pytest.mark.parametrize(
    "address",
    [
        "a@example.ir\r\nBcc: victim@example.org",
        "a@example.ir\nRCPT TO:<victim@example.org>",
        "a@example.ir,victim@example.org",
        "a@example.ir>,<victim@example.org",
        "a@example.ir victim@example.org",
        "<a@example.ir>",
        '"a\r\nb"@example.ir',
        "a@[127.0.0.1]",
        "a%victim@example.org@example.ir",
        "victim@example.org\0@example.ir",
        "a@example.ir\u2028x",
    ],
)
def test_what_is_more_than_one_plain_address_is_refused(address, stranger):
    refused = stranger.post("/api/v1/tickets", a_request(requester={"name": "X", "email": address}))

    assert refused.status == 422
