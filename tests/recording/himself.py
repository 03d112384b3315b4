"""A requester comes in by a one-time code, and looks after his own data."""

import re

from contracts.writing import latin_digits
from deploy.local.installation import Installation
from tests.http import Http
from tests.recording.recorder import Recorder
from tests.system.client import Api, wait_for

_MOBILE, _EMAIL = "09121234567", "reza@example.ir"
_CODE = re.compile(r"(?<![\d-])\d{6}(?![\d-])")
_SOON = 30.0


def play(recorder: Recorder, installation: Installation, _password: str) -> None:
    """Prove a mobile number, and then an e-mail address."""
    call, addresses = recorder.call, installation.addresses
    asked = call("anyone", "ask_one_time_code", {"contact": _MOBILE})
    given = {"id": asked["id"], "code": _by_sms(addresses.sms_provider)}
    opened = call("anyone", "open_requester_session", given)
    headers = {"Authorization": f"Bearer {opened['token']}"}
    recorder.clients["requester"] = Api(addresses.gateway, headers=headers)
    call("requester", "get_own_data")
    changed = {"name": "رضا احمدی", "language": "fa", "told_by": "both"}
    call("requester", "change_own_data", changed)
    call("requester", "list_own_tickets")
    asked = call("requester", "ask_one_time_code", {"contact": _EMAIL}, shown=False)
    given = {"id": asked["id"], "code": _by_letter(addresses.mail_sink)}
    call("requester", "prove_own_contact", given)
    call("requester", "drop_own_contact", contact="email")
    call("requester", "end_requester_session")


def _by_sms(provider: str) -> str:
    def read() -> str | None:
        texts = [each["message"] for each in Http(provider).get("/messages").json]
        return next((_code_in(text) for text in reversed(texts) if "یک‌بارمصرف" in text), None)

    return wait_for(read, _SOON, "the code")


def _by_letter(sink: str) -> str:
    def read() -> str | None:
        letters = Http(sink).get(f"/messages?to={_EMAIL}").json
        return _code_in(letters[-1]["text"]) if letters else None

    return wait_for(read, _SOON, "the letter")


def _code_in(text: str) -> str | None:
    found = _CODE.search(latin_digits(text))
    return found[0] if found else None
