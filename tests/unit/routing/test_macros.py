"""Standard answers: what they may leave open, and how that is filled in."""

from services.routing.domain.macros import faults, fill_in, written


def test_a_word_that_nothing_fills_in_is_named_with_its_language():
    found = list(faults({"fa": "{requester} گرامی", "en": "Dear {requester}, {password} {}"}))

    assert [(each.pointer, each.params["name"]) for each in found] == [
        ("/text/en", "password"),
        ("/text/en", ""),
    ]


def test_words_are_filled_in_and_nothing_of_them_is_read_again():
    text = "Dear {requester}: {code}, {owner}. {requester.__class__} {{"

    told = fill_in(text, {"requester": "{code}", "code": written("123456789012"), "owner": "Sara"})

    assert told == "Dear {code}: 1234-5678-9012, Sara.  {{"
