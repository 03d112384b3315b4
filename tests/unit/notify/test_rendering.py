"""What messages say, in both languages and with hostile words in them."""

from collections import defaultdict
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from contracts.calls.requesters import OneTimeCode
from contracts.partners import Person
from services.notify.links import Links
from services.notify.sending.digests import Line
from services.notify.sending.rendering import TEMPLATES, NotRenderable, Renderer
from tests.unit.notify.samples import CODE, NOON

RENDERER = Renderer(public_url="https://peygir.example.ir/", zone="Asia/Tehran")
LINK, LIST = "https://peygir.example.ir/track", "https://peygir.example.ir/"
#: A digest is about many tickets: its subject names none.
DIGEST = defaultdict(str, digest="\u20661234-5678-9012\u2069")
#: What is about a unit or a webhook, and no ticket.
UNIT = ("overcommitted", "relieved", "webhook_stopped")
#: What is about nothing but itself.
ALONE = ("trial", "one_time_code")
ACKNOWLEDGE = Links(["k" * 32], LIST).to(CODE, "0123456789abcdef")
SHOWN_CODE = "\u20661234-5678-9012\u2069"
ALL = sorted(
    (path.parent.name, *path.name.removesuffix(".j2").rsplit(".", 1))
    for path in TEMPLATES.glob("*/*.*.j2")
)
HOSTILE = (
    "{{7*7}} {% for i in range(9) %}x{% endfor %} {{''.__class__}}\r\n"
    "Bcc: victim@example.com\r\n\r\n<script>alert(1)</script> \u202eلن\u2069 \x00"
)


def values(**changes: Any) -> dict[str, Any]:
    fields = {
        "code": CODE,
        "name": "مریم احمدی",
        "title": "چاپگر کار نمی‌کند",
        "text": "کابل را وصل کنید.",
        "words": "گذرنامهٔ شما چاپ شد.",
        "clock": "first_response",
        "left": 900.0,
        "due_at": NOON,
        "expected_at": NOON,
        "late": 3,
        "near": 21,
        "worst": [Line(CODE, "first_response", NOON, late=True)] * 10,
        "state": "asked",
        "number": 4,
        "one_time": OneTimeCode(code="384950", address="", language="fa", minutes=5),
    }
    fields |= changes
    handed = {name: fields[name] for name in ("title", "text", "due_at")}
    handed |= {"description": fields["text"], "requester": Person(name=fields["name"])}
    return {"handed": handed} | fields


def render(template: str, channel: str, language: str = "fa", **changes: Any):
    return RENDERER.render(template, channel, language, values(**changes))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.links += [value for name, value in attrs if name == "href"]


def test_every_template_exists_in_both_languages():
    by_language = {
        language: {
            rest for own, *rest in map(list, ALL) if own == language for rest in [tuple(rest)]
        }
        for language in ("fa", "en")
    }

    assert by_language["fa"] == by_language["en"]
    assert by_language["fa"]


@pytest.mark.parametrize(
    ("language", "template", "channel"), [each for each in ALL if each[1] not in ALONE]
)
def test_every_message_names_the_ticket(language: str, template: str, channel: str):
    message = render(template, channel, language)
    name = values()["words"] if template in UNIT else SHOWN_CODE

    assert name in (message.subject if channel == "push" else message.text) + DIGEST[template]
    assert channel == "sms" or name in message.subject + DIGEST[template]
    assert template != "digest" or SHOWN_CODE in message.text
    assert "\n\n\n" not in message.text


@pytest.mark.parametrize(("language", "template", "channel"), ALL)
def test_hostile_words_stay_words(language: str, template: str, channel: str):
    message = render(template, channel, language, name=HOSTILE, title=HOSTILE, text=HOSTILE)

    assert "49" not in (message.text + message.subject).replace("384950", "")
    assert "\n" not in message.subject
    assert not set("\x00\r\u202e") & set(message.text + message.subject + message.html)
    tags = Tags()
    tags.feed(message.html)
    assert "script" not in tags.found
    assert set(tags.links) <= {LINK, LIST}


@pytest.mark.parametrize(("template", "channel"), [each[1:] for each in ALL if each[2] == "sms"])
@pytest.mark.parametrize("text", ["", "کابل را وصل کنید.", "پاسخ بلند " * 40])
def test_a_persian_sms_fits_two_parts(template: str, channel: str, text: str):
    message = render(template, channel, text=text)

    assert len(message.text) <= 134, message.text


@pytest.mark.parametrize(("language", "template", "channel"), ALL)
def test_wiped_texts_leave_no_hole(language: str, template: str, channel: str):
    message = render(template, channel, language, title="", text="")

    assert "«»" not in message.text
    assert '""' not in message.text


def test_the_code_is_sent_with_the_way_to_follow_it():
    message = render("registered", "sms")

    assert message.text == (f"درخواست شما ثبت شد و پیگیری می‌شود.\nکد پیگیری: {SHOWN_CODE}\n{LINK}")


def test_an_email_is_text_and_a_page_in_the_readers_direction():
    persian, english = render("answer", "email", "fa"), render("answer", "email", "en")

    assert 'lang="fa" dir="rtl"' in persian.html
    assert 'lang="en" dir="ltr"' in english.html
    assert "کابل را وصل کنید." in persian.text
    assert f'<a href="{LINK}" dir="ltr">' in persian.html


def test_a_short_answer_stands_in_the_sms_and_a_long_one_does_not():
    short = render("answer", "sms", text="کابل را وصل کنید.")
    long = render("answer", "sms", text="بلند " * 40)

    assert "کابل را وصل کنید." in short.text
    assert "بلند" not in long.text
    assert LINK in long.text


def test_a_warning_says_how_many_minutes_are_left():
    persian, english = render("sla_warning", "sms"), render("sla_warning", "sms", "en")

    assert "فقط ۱۵ دقیقه تا پایان مهلت «نخستین پاسخ»" in persian.text
    assert "Only 15 minutes left for the first response" in english.text


def test_a_warning_that_comes_too_late_does_not_promise_time():
    message = render("sla_warning", "sms", left=0.0)

    assert "۰" not in message.text
    assert "رو به پایان" in message.text


def test_a_breach_says_when_it_was_due_in_the_readers_calendar():
    persian, english = render("sla_breach", "sms"), render("sla_breach", "sms", "en")

    assert "۱۴۰۵/۰۹/۰۱ ساعت ۱۲:۰۰" in persian.text
    assert "2026-11-22 12:00" in english.text


def test_a_language_we_do_not_have_is_answered_in_persian():
    assert render("registered", "sms", "tr") == render("registered", "sms", "fa")


def test_a_template_cannot_reach_out_nor_say_without_end(tmp_path: Path):
    (tmp_path / "fa").mkdir()
    (tmp_path / "fa" / "spy.sms.j2").write_text("{{ say.__class__.__mro__ }}")
    (tmp_path / "fa" / "flood.sms.j2").write_text("{% for i in range(99999) %}{{ i }}{% endfor %}")
    renderer = Renderer(public_url=LINK, zone="Asia/Tehran", folder=tmp_path)

    for template in ("spy", "flood", "missing"):
        with pytest.raises(NotRenderable):
            renderer.render(template, "sms", "fa", values())


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=14.2), "15 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=14, seconds=59), "15 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(hours=3, minutes=20), "3 hours and 20 minutes"),
    ],
)
def test_spans_are_told_as_people_tell_them(left: timedelta, words: str):
    message = render("sla_warning", "sms", "en", left=left.total_seconds())

    assert f"Only {words} left" in message.text


@pytest.mark.parametrize("template", ["sla_warning", "sla_breach"])
def test_a_step_of_a_ladder_fits_three_parts_with_its_link(template: str):
    message = render(template, "sms", acknowledge=ACKNOWLEDGE)

    assert ACKNOWLEDGE in message.text
    assert len(message.text) <= 201, message.text


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_link_in_an_email_can_be_followed(language: str):
    tags = Tags()
    tags.feed(render("sla_breach", "email", language, acknowledge=ACKNOWLEDGE).html)

    assert tags.links == [ACKNOWLEDGE]


def test_a_digest_counts_and_names_the_worst():
    message = render("digest", "sms", "en", worst=[Line(CODE, "resolution", NOON, late=True)])

    assert message.text == (
        f"3 requests are late, 21 requests are running out of time.\n{SHOWN_CODE}\n{LIST}"
    )


def test_a_reader_has_days_and_figures_as_he_wants_them():
    own = render("expected", "sms", "en", calendar="jalali", digits="persian")
    usual = render("expected", "sms", "en")

    assert "Sunday, ۱۴۰۵-۰۹-۰۱" in own.text
    assert "Sunday, 2026-11-22" in usual.text
    assert "2026/11/22" in render("expected", "sms", calendar="gregorian", digits="latin").text
