"""What everybody has for himself: a session, a password, a second factor, devices, filters."""

import pyotp

from deploy.local.installation import Installation
from tests.recording.recorder import Recorder
from tests.system.client import Api

_NEW = "Sabz-Kooh-1405"
_SUBSCRIPTION = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx"
        "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "label": "تلفن همراه",
}


def play(recorder: Recorder, installation: Installation, password: str) -> None:
    """Sign in and out, and arrange what is one's own."""
    call = recorder.call
    opened = call("anyone", "sign_in", {"username": "desk", "password": password})
    call("anyone", "refresh_session", {"refresh_token": opened["refresh_token"]})
    call("desk", "current_session")
    call("desk", "list_own_sessions")
    found = {"name": "بسیار فوری", "list": "tickets", "query": "state=new&priority=1"}
    call("desk", "save_filter", found, id="urgent")
    call("desk", "list_filters")
    call("desk", "drop_filter", id="urgent")
    device = call("desk", "add_device", _SUBSCRIPTION)["id"]
    call("desk", "list_devices")
    call("desk", "remove_device", device=device)
    call("expert", "get_second_factor")
    secret = call("expert", "begin_second_factor")["secret"]
    code = pyotp.TOTP(secret).now()
    call("expert", "confirm_second_factor", {"code": code})
    call("expert", "drop_second_factor", {"password": password})
    call("admin", "reset_second_factor", id="expert")
    call("admin", "get_second_factor_demand")
    call("admin", "demand_second_factor", {"roles": ["manager"]})
    call("admin", "demand_second_factor", {"roles": []}, shown=False)
    changed = {"current": password, "new": _NEW}
    again = call("manager", "change_own_password", changed)
    headers = {"Authorization": f"Bearer {again['token']}"}
    recorder.clients["manager"] = Api(installation.addresses.gateway, headers=headers)
    (mine, *_others) = call("manager", "list_own_sessions", shown=False)
    call("manager", "end_own_session", id=mine["id"])
    call("desk", "sign_out")
