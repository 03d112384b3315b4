"""Administrators define: subjects, forms, people, rules, workflows, agreements, and try drafts."""

from typing import Any

from deploy.local.installation import Installation
from services.sla import demo
from tests.recording.recorder import Recorder

_CALENDAR = {
    "zone": "Asia/Tehran",
    "week": {
        **{day: ["07:30-15:30"] for day in demo.WORKDAYS},
        "thursday": ["07:30-11:30"],
    },
    "holidays": ["ir-official"],
    "units": ["isfahan"],
}
_NOTICES = {
    "roles": {
        "assignee": {
            "quiet": {
                "zone": "Asia/Tehran",
                "week": {day: ["00:00-07:00", "22:00-24:00"] for day in demo.WEEKDAYS},
            },
            "digest": {"most": 5, "within": "PT10M"},
        }
    }
}
_NIGHT: dict[str, Any] = {
    "unit": "it",
    "subject": "it.network",
    "tier": 2,
    "skill": "network",
    "priority": 1,
    "when": {"or": [{">=": [{"var": "hour"}, 20]}, {"===": [{"var": "weekday"}, "friday"]}]},
    "strategy": "least_loaded",
    "tags": ["outage"],
}
_SINCE = "2026-11-01T00:00:00Z"
_WEB = {
    "match": {"channel": ["web"]},
    "targets": [{"clock": "resolution", "within": "PT6H", "calendar": "tehran-office"}],
}


def play(recorder: Recorder, installation: Installation, _password: str) -> None:
    """Define everything that the day goes by."""
    del installation
    _catalogue(recorder)
    _organisation(recorder)
    _promises(recorder)
    _rules(recorder)
    _workflows(recorder)


def _catalogue(recorder: Recorder) -> None:
    call = recorder.call
    call("anyone", "get_installation")
    call("anyone", "list_subjects")
    title = {"fa": "دورکاری و VPN", "en": "Remote work and VPN"}
    body = {"kind": "request", "title": title, "parent": "it"}
    call("admin", "define_subject", body, id="it.remote")
    call("admin", "list_subjects_to_change")
    call("anyone", "get_form", id="complaint")
    recorder.note("admin", "define_block", id="place")
    recorder.note("admin", "define_form", id="purchase")
    call("admin", "list_form_versions", id="complaint")
    words = {"title": {"fa": "قطعی", "en": "Outage"}, "words": ["قطع", "قطعی", "outage", "down"]}
    call("admin", "define_word_group", words, id="outage")
    call("admin", "list_word-groups_to_change")


def _organisation(recorder: Recorder) -> None:
    call = recorder.call
    title = {"fa": "شعبهٔ فارس", "en": "Fars branch"}
    unit = {"title": title, "parent": "provinces", "desk": True, "kind": "branch"}
    call("admin", "define_unit", unit, id="fars")
    call("admin", "list_units_to_change")
    person = {
        "name": "شیوا رستمی",
        "role": "expert",
        "unit": "it",
        "tier": 2,
        "username": "sh.rostami",
        "password": "Sabz-Kooh-1405",
        "mobile": "09171234567",
        "email": "sh.rostami@example.ir",
        "skills": ["network"],
        "hourly_rate": 2200000,
        "capacity": 12,
    }
    call("admin", "define_person", person, id="sh.rostami")
    call("admin", "read_person", id="sh.rostami")
    call("admin", "list_people_to_change")
    call("supervisor", "read_team", id="it")
    partner = {
        "title": {"fa": "مخابرات", "en": "Telecom"},
        "kind": "webhook",
        "address": "https://desk.telecom.example/hooks/peygir",
        "fields": ["title", "description", "priority", "due_at"],
        "sending_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
        "receiving_secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=",
    }
    call("admin", "define_partner", partner, id="telecom")
    call("admin", "list_partners_to_change")
    macro = {
        "title": {"fa": "گذرواژهٔ تازه", "en": "New password"},
        "text": {
            "fa": "{requester} گرامی، گذرواژهٔ شما دربارهٔ «{title}» تازه شد.",
            "en": "Dear {requester}, the password of “{title}” was renewed.",
        },
    }
    call("admin", "define_macro", macro, id="password")
    call("admin", "list_macros_to_change")


def _promises(recorder: Recorder) -> None:
    call = recorder.call
    recorder.note("admin", "define_holidays", id="province-fars")
    recorder.note("admin", "read_holidays", id="province-fars")
    call("admin", "seed_holidays", {"overwrite": False}, id="ir-official")
    recorder.note("admin", "define_calendar", id="fars-office")
    agreement = demo.AGREEMENTS["ticket"] | {
        "breach_reasons": ["staff-short", "supplier-late"],
        "exceptions": ["power-cut"],
        "penalties": [{"clock": "resolution", "per_breach": 500000, "cap": 5000000}],
    }
    call("admin", "check_definition", {"definition": agreement}, group="agreements", id="ticket")
    call("admin", "define_agreement", {"definition": agreement}, id="ticket")
    call("admin", "list_agreements_to_change")
    call("admin", "list_definition_versions", group="agreements", id="ticket")
    call("admin", "show_replanning")
    trial = call("admin", "try_agreement", {"definition": _WEB, "since": _SINCE}, id="web")
    call("admin", "list_trials")
    call("admin", "read_trial", trial=trial["trial"])
    recorder.note("admin", "cancel_trial", trial=trial["trial"])
    call("admin", "try_calendar", {"definition": _CALENDAR, "since": _SINCE}, id="isfahan-office")
    call("admin", "define_notices", {"definition": _NOTICES})
    call("admin", "show_notices")
    call("admin", "define_notices", {"definition": {}}, shown=False)


def _rules(recorder: Recorder) -> None:
    call = recorder.call
    call("admin", "define_rule", {**_NIGHT, "order": 10}, id="it-night")
    call("admin", "list_rules_to_change")
    current = call("admin", "read_current_rules")
    rows = [{"id": "it-night", **_NIGHT}]
    note = "Nights and Fridays go to the second tier."
    call("admin", "try_rules", {"since": _SINCE, "rows": rows, "most": 2000})
    call("admin", "explain_rules", {"subject": "it.network", "at": "2026-11-22T09:00:00Z"})
    shadow = call("admin", "begin_shadow", {"rows": rows, "note": note})
    call("admin", "read_shadow")
    recorder.note("admin", "promote_shadow", shadow=shadow["shadow"])
    call("admin", "drop_shadow", shadow=shadow["shadow"])
    body = {"rows": rows, "expects": current["version"], "note": note}
    call("admin", "publish_rules", body)
    call("admin", "list_rule_sets")
    call("admin", "read_rules", version=str(current["version"]))
    call("admin", "restore_rules", version=str(current["version"]))


def _workflows(recorder: Recorder) -> None:
    call = recorder.call
    call("admin", "list_workflow_examples")
    for operation in ("check_workflow", "define_workflow", "list_workflow_versions"):
        recorder.note("admin", operation, id="purchase")
    moved = {"from_version": 1, "steps": {"checking": "approval"}, "dry_run": True, "limit": 100}
    recorder.note("admin", "migrate_workflow", moved, id="purchase")
