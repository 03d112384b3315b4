from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import Conflict
from services.intake.domain import own
from services.intake.domain.contact import Contact
from services.intake.domain.own import freed, proof_for, proved, with_proof, without
from services.intake.domain.requester import Profile

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
MOBILE, ANOTHER, EMAIL = "+989121111111", "+989122222222", "sara@example.ir"
SARA = Profile(id="sara", name="Sara", mobile=MOBILE, email=EMAIL)


def test_what_somebody_typed_beside_his_number_is_not_proved():
    sara = with_proof(SARA, MOBILE, NOW)

    assert proved(SARA) == []
    assert proved(sara) == [MOBILE]
    assert with_proof(sara, MOBILE, LATER) is sara


def test_a_ticket_opens_to_who_has_proved_the_contact_that_it_came_with():
    sara = with_proof(SARA, MOBILE, NOW)

    assert proof_for(Contact(name="", mobile=MOBILE), LATER, sara.proofs) == "1111"
    assert proof_for(Contact(name="", email=EMAIL), NOW, sara.proofs) is None
    assert proof_for(Contact(name="", mobile=ANOTHER, email=EMAIL), NOW, sara.proofs) is None
    both = with_proof(sara, EMAIL, NOW)
    assert proof_for(Contact(name="", email=EMAIL), NOW, both.proofs) == EMAIL


def test_a_number_that_was_given_up_counts_for_what_came_before():
    moved = with_proof(with_proof(SARA, MOBILE, NOW), ANOTHER, LATER)
    given = Contact(name="", mobile=MOBILE)

    assert moved.mobile == ANOTHER
    assert proved(moved) == [ANOTHER]
    assert proof_for(given, NOW, moved.proofs) == "1111"
    assert proof_for(given, LATER, moved.proofs) is None


def test_an_address_beside_a_number_opens_nothing_until_it_is_proved():
    alone = Profile(id="r", name="R", email=EMAIL)

    assert own.opens(SARA, MOBILE)
    assert not own.opens(SARA, EMAIL)
    assert own.opens(with_proof(SARA, EMAIL, NOW), EMAIL)
    assert own.opens(alone, EMAIL)


def test_what_is_not_proved_is_shown_in_part():
    assert own.shown(SARA, "email") == "s•••@example.ir"
    assert own.shown(SARA, "mobile") == "+98912•••1111"
    assert own.shown(with_proof(SARA, EMAIL, NOW), "email") == EMAIL
    assert own.shown(Profile(id="r", name="R", email=EMAIL), "mobile") is None


def test_the_last_contact_stays():
    alone = without(with_proof(SARA, EMAIL, NOW), "email", LATER)

    assert (alone.email, proved(alone)) == (None, [])
    with pytest.raises(Conflict):
        without(alone, "mobile", LATER)


def test_a_contact_is_taken_from_who_never_proved_it_and_has_another():
    assert freed(SARA, EMAIL).email is None
    with pytest.raises(Conflict):
        freed(with_proof(SARA, EMAIL, NOW), EMAIL)
    with pytest.raises(Conflict):
        freed(Profile(id="r", name="R", email=EMAIL), EMAIL)
