"""People of the house: who is there, what is planned, what other systems are let in for."""

from deploy.local.installation import Installation
from tests.recording.recorder import Recorder

_MESSAGE = "routing.5d0c1f6a92be.481920374652.3"


def play(recorder: Recorder, installation: Installation, _password: str) -> None:
    """Arrange the day."""
    _people(recorder)
    _plans(recorder)
    _systems(recorder, installation)


def _people(recorder: Recorder) -> None:
    call = recorder.call
    call("expert", "set_presence", {"presence": "available"})
    call("expert", "read_presence")
    leave = {
        "start": "2026-12-21T20:30:00Z",
        "end": "2026-12-27T20:30:00Z",
        "stand_in": "a.nazari",
    }
    call("supervisor", "take_leave", leave, id="expert", leave="winter")
    call("supervisor", "read_presence_of", id="expert")
    call("supervisor", "cancel_leave", id="expert", leave="winter")
    call("supervisor", "read_capacity", query={"unit": "it"})
    more = {"subject": "it.software", "count": 6, "within": "PT16H"}
    recorder.note("supervisor", "try_capacity", more)
    call("supervisor", "list_unit_deliveries", id="it")


def _plans(recorder: Recorder) -> None:
    call = recorder.call
    plan = {
        "schedule": {"repeat": "monthly", "time": "09:00", "day": 5, "calendar": "jalali"},
        "subject": "it.hardware",
        "title": "بازدید ماهانهٔ یوپی‌اس",
        "description": "باتری‌ها و دما بررسی شود.",
        "requester": {"name": "دفتر فنی", "email": "office@example.ir"},
    }
    made = call("desk", "define_plan", plan, id="ups-visit")
    call("desk", "list_plans")
    call("desk", "read_plan", id="ups-visit")
    call("desk", "skip_plan", {"at": made["ahead"][0]}, id="ups-visit")
    for operation in ("pause_plan", "resume_plan", "end_plan"):
        call("desk", operation, id="ups-visit")


def _systems(recorder: Recorder, installation: Installation) -> None:
    call = recorder.call
    key = {
        "title": "ERP: reads what happens",
        "rights": ["event.read", "ticket.read"],
        "expires_at": "2027-11-22T00:00:00Z",
        "addresses": ["10.20.0.0/16"],
    }
    call("admin", "make_key", key, id="erp")
    call("admin", "list_keys")
    call("admin", "rotate_key", {"overlap": 86400}, id="erp")
    call("admin", "revoke_key", id="erp")
    # Nobody takes what is posted here: what a receiver answers stands with the route.
    hook = {
        "title": {"fa": "باشگاه مشتریان", "en": "CRM"},
        "address": "https://crm.example.org/hooks/peygir",
        "types": ["ticket.*", "sla.breached"],
        "kinds": ["incident"],
        "ordered": True,
        "owner": "admin",
    }
    here = f"{installation.addresses.sms_provider}/healthz"
    taken = {**hook, "address": here}
    recorder.secrets[here] = str(hook["address"])
    recorder.call("admin", "define_webhook", taken, id="crm", sent=hook)
    call("admin", "read_webhook", id="crm")
    call("admin", "list_webhooks")
    call("admin", "rotate_webhook_secret", {"keep_hours": 24}, id="crm")
    call("admin", "test_webhook", id="crm")
    call("admin", "replay_webhook", {"after": None}, id="crm")
    (post, *_others) = call("admin", "list_webhook_posts", id="crm")
    call("admin", "read_webhook_post", id="crm", post=post["id"])
    recorder.note("admin", "retry_webhook_post", id="crm", post="crm:1:" + _MESSAGE)
    call("admin", "remove_webhook", id="crm")
    recorder.note("anyone", "take_partner_message", id="telecom")
    recorder.note("anyone", "take_kavenegar_receipt", secret="as-set-in-the-settings")
    delivery = {"code": "481920374652", "delivery": _MESSAGE + ".requester"}
    recorder.note("admin", "retry_delivery", **delivery)
