"""Signed messages, checked against the reference library of Standard Webhooks."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from chassis import webhooks
from chassis.webhooks import Signed, WrongSignature

NEW, OLD, OTHER = ("whsec_" + text * 5 for text in ("TmV3MTIz", "T2xkMTIz", "T3RoZXIx"))
BODY = '{"type":"handoff.closed","data":{"text":"کابل"}}'.encode()
#: The reference library goes by the clock on the wall.
NOW = datetime.now(UTC)


def a_message(*secrets: str, **changes: Any) -> Signed:
    head = webhooks.headers(secrets or (NEW,), "msg1", BODY, now=changes.pop("at", NOW))
    return webhooks.signed(head, BODY)._replace(**changes)


@pytest.mark.parametrize("mine", [NEW, OLD])
def test_the_reference_library_accepts_what_we_sign_with_either_secret(mine: str):
    head = webhooks.headers([NEW, OLD], "msg1", BODY, now=NOW)

    told = standardwebhooks.Webhook(mine).verify(BODY, head)

    assert told["type"] == "handoff.closed"


def test_we_accept_what_the_reference_library_signs():
    signature = standardwebhooks.Webhook(NEW).sign("msg1", NOW, BODY.decode())
    message = Signed("msg1", str(int(NOW.timestamp())), signature, BODY)

    webhooks.check(message, [OLD, NEW], now=NOW)


def test_a_secret_that_signs_no_more_is_still_taken_while_both_are_known():
    webhooks.check(a_message(OLD), [NEW, OLD], now=NOW)
    with pytest.raises(WrongSignature):
        webhooks.check(a_message(OLD), [NEW], now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "msg2"},
        {"id": ""},
        {"body": BODY + b" "},
        {"timestamp": ""},
        {"timestamp": "12e3"},
        {"timestamp": "١٧٣٢٢٧٦٨٠٠"},
        {"timestamp": "9" * 40},
        {"signature": ""},
        {"signature": "v1,"},
        {"signature": "v1a,AAAA"},
        {"signature": "v1,کابل"},
    ],
    ids=str,
)
def test_whatever_is_changed_on_the_way_is_refused(changes: dict[str, Any]):
    with pytest.raises(WrongSignature):
        webhooks.check(a_message(**changes), [NEW], now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_of_another_time_is_refused(minutes: int):
    message = a_message(at=NOW + timedelta(minutes=minutes))

    with pytest.raises(WrongSignature):
        webhooks.check(message, [NEW], now=NOW)


def test_without_a_secret_nothing_is_accepted():
    with pytest.raises(WrongSignature):
        webhooks.check(a_message(), [], now=NOW)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", "whsec_!" * 9, NEW[6:], "whsec_کابل"])
def test_what_is_no_secret_is_known_for_none(text: str):
    assert not webhooks.is_secret(text)
    assert webhooks.is_secret(NEW)


def test_a_fingerprint_tells_secrets_apart_and_does_not_show_them():
    assert webhooks.fingerprint(NEW) != webhooks.fingerprint(OTHER)
    assert len(webhooks.fingerprint(NEW)) == 12


def test_the_shell_example_of_the_documents_signs_what_we_accept():
    page = (Path(__file__).parents[3] / "docs" / "partners.md").read_text("utf-8")
    (script,) = re.findall(r"```shell\n(SECRET=.*?)```", page, re.DOTALL)
    signs = script[: script.index("curl")].replace("whsec_...", NEW)
    show = 'printf \'%s\\n\' "$ID" "$AT" "$SIGNATURE" "$BODY"'

    ran = subprocess.run(["bash", "-c", signs + show], capture_output=True, check=True, text=True)

    name, at, signature, body = ran.stdout.splitlines()
    message = Signed(name, at, f"v1,{signature}", body.encode())
    webhooks.check(message, [NEW], now=datetime.now(UTC))
