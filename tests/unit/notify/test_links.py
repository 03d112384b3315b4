"""The link that acknowledges: short, sealed, and worth nothing to who guesses."""

import string

from hypothesis import given
from hypothesis import strategies as st

from services.notify.links import Links, Target
from tests.unit.notify.samples import CODE

OLD, NEW = "o" * 32, "n" * 32
BASE = "https://peygir.example.ir"
DELIVERY = "0123456789abcdef"


def token(links: Links, code: str = CODE) -> str:
    return links.to(code, DELIVERY).removeprefix(f"{BASE}/a/")


def test_a_link_leads_back_to_its_message():
    links = Links([NEW], BASE)

    assert links.read(token(links)) == Target(CODE, "01234567")
    assert links.read(token(links, "000000000001")) == Target("000000000001", "01234567")


def test_a_link_is_short_and_shows_nothing_of_the_ticket():
    links = Links([NEW], BASE + "/")

    assert len(links.to(CODE, DELIVERY)) == len(BASE) + 37
    assert CODE not in links.to(CODE, DELIVERY)


def test_a_link_outlives_the_change_of_keys_until_its_key_is_gone():
    link = token(Links([OLD], BASE))

    assert Links([NEW, OLD], BASE).read(link) == Target(CODE, "01234567")
    assert Links([NEW], BASE).read(link) is None


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_=./ü", max_size=80))
def test_what_somebody_makes_up_is_no_link(text: str):
    assert Links([NEW], BASE).read(text) is None


def test_a_changed_link_is_no_link():
    links = Links([NEW], BASE)
    link = token(links)

    for place in range(len(link) - 1):
        other = "A" if link[place] != "A" else "B"
        assert links.read(link[:place] + other + link[place + 1 :]) is None
