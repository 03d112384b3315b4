"""One's own account: the password, and a second factor that signing in then asks for.

What changes is recorded in the person's stream, like every change of the organisation: that it
changed, never what it is.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from urllib.parse import quote

import msgspec

from chassis.calls.call import Call
from chassis.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from contracts.calls.routing import (
    BegunSecondFactor,
    ChangePassword,
    RecoveryCodes,
    SecondFactorView,
)
from services.routing.administration import Administration
from services.routing.demanding import Demanding
from services.routing.domain.second_factor import Factor, fitting_step, hashed, plain
from services.routing.passwords import Passwords
from services.routing.repository import Store
from services.routing.repository.directory import Member

_ISSUER = "Peygir"
_SECRET_BYTES = 20
_RECOVERY_CODES = 10
#: 32 letters and digits that nobody takes for one another; a code is two groups of five.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789x"
_GROUP = 5
_FIELD = "second_factor"


class OwnAccount:
    """What can be done about accounts beside signing in."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        administration: Administration,
        demanding: Demanding,
    ) -> None:
        self._store = store
        self._demanding = demanding
        self._passwords = passwords
        self._administration = administration

    def check(self, member: Member, code: str | None, call: Call) -> bool:
        """Pass who has none, or whose code is right; raises Unauthenticated.

        Gives whether he owes one: his role has to have it.
        """
        factor = self._store.factors.of(member.id)
        if factor is None or not factor.is_on:
            return self._demanding.is_demanded(member.role)
        if code is None:
            raise Unauthenticated("second_factor_required")
        if not self._takes(member.id, factor, plain(code), call):
            raise Unauthenticated("second_factor_wrong")
        return False

    def view(self, call: Call) -> SecondFactorView:
        """Tell somebody how his own account stands."""
        member = self._member(_own(call))
        demanded = self._demanding.is_demanded(member.role)
        factor = self._store.factors.of(member.id)
        if factor is None or not factor.is_on:
            return SecondFactorView(on=False, demanded=demanded)
        return SecondFactorView(
            on=True,
            since=factor.confirmed_at,
            recovery_left=len(factor.recovery),
            demanded=demanded,
        )

    def begin(self, call: Call) -> BegunSecondFactor:
        """Make a secret for an authenticator; raises Conflict where a factor is on."""
        member = self._member(_own(call))
        known = self._store.factors.of(member.id)
        if known is not None and known.is_on:
            raise Conflict("second_factor_on")
        secret = b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=")
        self._store.factors.begin(member.id, secret)
        label = quote(f"{_ISSUER}:{member.username}")
        return BegunSecondFactor(
            secret=secret, uri=f"otpauth://totp/{label}?secret={secret}&issuer={_ISSUER}"
        )

    def confirm(self, code: str, call: Call) -> RecoveryCodes:
        """Switch the factor on, once its authenticator has shown that it works.

        Recovery codes follow from the secret and the call's key: a repeat gives them again.
        """
        member = self._member(_own(call))
        factor = self._store.factors.of(member.id)
        if factor is None:
            raise NotFound("second_factor_not_begun")
        codes = [_recovery_code(factor.secret, call.cause, n) for n in range(_RECOVERY_CODES)]
        kept = [hashed(each) for each in codes]
        if not factor.is_on:
            step = fitting_step(factor, plain(code), call.now)
            if step is None:
                raise Invalid("second_factor_wrong")
            if not self._store.factors.confirm(member.id, step, kept, call.now):
                raise Conflict("second_factor_on")
        elif factor.recovery != kept:
            raise Conflict("second_factor_on")
        self._administration.record(member, _FIELD, _bare(call))
        return RecoveryCodes(codes=codes)

    def drop(self, password: str, call: Call) -> None:
        """Take one's own factor off, with the password; raises Forbidden for a wrong one.

        Raises Conflict for who has to have one.
        """
        member = self._proved(password, call)
        if self._demanding.is_demanded(member.role):
            raise Conflict("second_factor_demanded")
        self._administration.record(member, _FIELD, _bare(call))
        self._store.factors.drop(member.id)

    def reset(self, person: str, call: Call) -> None:
        """Take somebody's factor off; raises NotFound."""
        member = self._member(person)
        self._administration.record(member, _FIELD, call)
        self._store.factors.drop(member.id)

    def change_password(self, request: ChangePassword, call: Call) -> None:
        """Give oneself another password; raises Forbidden where the current one is wrong."""
        member = self._proved(request.current, call)
        names = (member.username, member.name, member.email, member.mobile)
        self._passwords.refuse_guessable(request.new, "new", names)
        changed = msgspec.structs.replace(member, password=self._passwords.hash(request.new))
        version = self._administration.record(changed, "password", _bare(call))
        self._store.directory.save_member(changed, version)

    def _member(self, person: str) -> Member:
        member = self._store.directory.members([person]).get(person)
        if member is None:
            raise NotFound("person_unknown", person=person)
        return member

    def _proved(self, password: str, call: Call) -> Member:
        """Give who calls, if he knows his password; slowed down like wrong ones at signing in."""
        member = self._member(_own(call))
        attempts = self._store.attempts
        attempts.wait(member.username, member.id, call.now)
        if not self._passwords.fits(password, member.password):
            attempts.count(member.username, member.id, call.now)
            raise Forbidden("wrong_password")
        attempts.forget(member.username, member.id)
        return member

    def _takes(self, person: str, factor: Factor, code: str, call: Call) -> bool:
        step = fitting_step(factor, code, call.now)
        if step is not None:
            return self._store.factors.use_step(person, step)
        return self._store.factors.use_recovery(person, hashed(code))


def _own(call: Call) -> str:
    kind, _, person = call.identity.subject.partition(":")
    if kind != "person":
        raise Forbidden("right_missing", right="staff")
    return person


def _bare(call: Call) -> Call:
    """Give the call as if nothing secret were in it: the journal keeps a hash of what was asked."""
    return msgspec.structs.replace(call, body=b"")


def _recovery_code(secret: str, cause: str, number: int) -> str:
    digest = hmac.new(secret.encode(), f"{cause} {number}".encode(), hashlib.sha256).digest()
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[: 2 * _GROUP])
    return f"{letters[:_GROUP]}-{letters[_GROUP:]}"
