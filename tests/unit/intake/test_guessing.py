from datetime import UTC, datetime, timedelta

from services.intake.domain.guessing import keys, refused_until

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=15)


def refused(**failures):
    return refused_until(failures, per_code=5, per_address=30)


def test_somebody_who_mistypes_a_few_times_may_go_on():
    assert refused(code=(4, LATER), address=(4, LATER), both=(4, LATER)) is None


def test_one_address_has_a_handful_of_guesses_at_a_code():
    assert refused(code=(5, SOON), address=(5, LATER), both=(5, LATER)) == SOON


def test_a_stranger_elsewhere_does_not_lock_the_holder_out():
    assert refused(code=(5000, LATER)) is None


def test_a_code_under_attack_leaves_each_address_one_guess():
    assert refused(code=(6, LATER), address=(1, SOON), both=(1, SOON)) == SOON


def test_an_address_that_tries_many_codes_is_refused_for_all_of_them():
    assert refused(address=(30, LATER)) == LATER


def test_the_name_of_a_count_stays_short_whatever_address_is_told():
    assert max(map(len, keys("1" * 12, "x" * 10_000).values())) < 100
