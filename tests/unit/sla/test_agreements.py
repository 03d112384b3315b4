"""Which agreement holds for a ticket: the most specific, and always the same."""

import itertools

import pytest

from contracts.sla import TicketFacts
from services.sla.domain.agreement import Agreement
from services.sla.domain.book import Book
from tests.unit.sla.world import an_agreement, the_demo

TARGETS = [{"clock": "resolution", "within": "PT8H", "calendar": "tehran-office"}]
FACTS = TicketFacts(subject="network", kind="incident", channel="email", segment="vip")


def agreement(name: str, version: int = 1, *, active: bool = True, **match) -> Agreement:
    return an_agreement(name, version, targets=TARGETS, match=match, active=active)


def chosen(*agreements: Agreement, facts: TicketFacts = FACTS) -> str | None:
    """Choose whatever the order in which they were published."""
    names = {
        found.id if (found := Book({(a.id, a.version): a for a in order}).matching(facts)) else None
        for order in itertools.permutations(agreements)
    }
    (name,) = names
    return name


def test_an_agreement_without_terms_holds_for_every_ticket():
    assert chosen(agreement("general")) == "general"


def test_no_agreement_holds_where_none_accepts():
    assert chosen(agreement("phone", channel=["phone"])) is None


def test_one_term_beats_none():
    assert chosen(agreement("general"), agreement("email", channel=["email"])) == "email"


def test_more_terms_beat_a_more_telling_one():
    two = agreement("two", channel=["email"], kind=["incident"])

    assert chosen(two, agreement("one", subject=["network"])) == "two"


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ({"subject": ["network"]}, {"segment": ["vip"]}),
        ({"segment": ["vip"]}, {"kind": ["incident"]}),
        ({"kind": ["incident"]}, {"channel": ["email"]}),
    ],
)
def test_with_as_many_terms_the_more_telling_one_wins(near, far):
    assert chosen(agreement("zz", **near), agreement("aa", **far)) == "zz"


def test_with_the_same_terms_the_smaller_id_wins():
    assert chosen(agreement("b", kind=["incident"]), agreement("a", kind=["incident"])) == "a"


def test_every_term_has_to_accept():
    both = agreement("both", channel=["email"], segment=["staff"])

    assert chosen(both, agreement("general")) == "general"


def test_a_term_accepts_any_value_it_lists():
    assert chosen(agreement("two-channels", channel=["web", "email"])) == "two-channels"


def test_a_term_about_what_is_not_known_yet_does_not_hold():
    assert chosen(agreement("urgent", priority=[1]), agreement("general")) == "general"
    known = TicketFacts(
        subject="network", kind="incident", channel="web", segment="vip", priority=1
    )
    assert chosen(agreement("urgent", priority=[1]), agreement("general"), facts=known) == "urgent"


def test_the_newest_version_holds_for_new_tickets_and_the_old_one_is_kept():
    old, new = agreement("a"), agreement("a", 10)
    book = Book({("a", 10): new, ("a", 1): old, ("a", 9): agreement("a", 9)})

    assert book.matching(FACTS) is new
    assert book.agreements["a", 1] is old


def test_an_agreement_that_is_not_active_any_more_leaves_its_tickets_to_the_next():
    retired = [agreement("email", channel=["email"])]
    retired.append(agreement("email", 2, active=False, channel=["email"]))

    assert chosen(*retired, agreement("general")) == "general"


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("web", "ticket"),
        ("api", "ticket"),
        ("phone", "ticket"),
        ("sms", "ticket"),
        ("email", "email"),
    ],
)
def test_the_demo_promises_by_channel(channel, name):
    facts = TicketFacts(subject="any", kind="question", channel=channel, segment="public")

    assert the_demo().matching(facts).id == name
