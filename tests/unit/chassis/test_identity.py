"""Passes: who calls, signed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Forbidden, Unauthenticated
from chassis.identity import ANONYMOUS, Identity, Signer

OLD, NEW = "o" * 32, "n" * 32
DESK = Identity(subject="person:desk", role="agent", unit="desk", tier=1)
NOW = 1_800_000_000.0


def refused(signer, token, *, now=NOW):
    with pytest.raises(Unauthenticated) as refusal:
        signer.verify(token, now=now)
    return refusal.value.code


def test_a_pass_tells_who_it_was_signed_for():
    signer = Signer([NEW])

    assert signer.verify(signer.sign(DESK, now=NOW), now=NOW + 59) == DESK


def test_a_pass_runs_out():
    signer = Signer([NEW])
    token = signer.sign(DESK, now=NOW, seconds=60)

    signer.verify(token, now=NOW + 60)

    assert refused(signer, token, now=NOW + 61) == "pass_expired"


def test_two_keys_are_good_while_they_rotate():
    before, during, after = Signer([OLD]), Signer([NEW, OLD]), Signer([NEW])

    assert during.verify(before.sign(DESK, now=NOW), now=NOW) == DESK
    assert after.verify(during.sign(DESK, now=NOW), now=NOW) == DESK
    assert refused(after, before.sign(DESK, now=NOW)) == "pass_invalid"


@given(st.data())
def test_a_tampered_pass_is_refused(data):
    signer = Signer([NEW])
    raw = base64.urlsafe_b64decode(signer.sign(DESK, now=NOW))
    place = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:place] + bytes([raw[place] ^ data.draw(st.integers(1, 255))]) + raw[place + 1 :]

    assert refused(signer, base64.urlsafe_b64encode(changed).decode()) == "pass_invalid"


@pytest.mark.parametrize("token", ["", "x", "=", "\u200c", "%00", "A" * 43, "!" * 10_000])
def test_nonsense_is_refused(token):
    assert refused(Signer([NEW]), token) == "pass_invalid"


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "short"]])
def test_weak_keys_are_not_accepted(keys):
    with pytest.raises(ValueError, match="32 characters"):
        Signer(keys)


def test_a_right_that_the_role_lacks_is_forbidden():
    with pytest.raises(Forbidden) as refusal:
        ANONYMOUS.require("system.operate")

    assert refusal.value.code == "right_missing"
    assert refusal.value.params == {"right": "system.operate"}
