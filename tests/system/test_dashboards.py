"""Every query of every dashboard and of every rule, over an installation that does its work."""

import math
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from deploy.local.installation import Installation
from tests.agreements import QUICK
from tests.http import Http
from tests.system.client import Api, wait_for
from tests.system.watching import DASHBOARDS, RULES, ask, labels_of, numbers

PANELS = [
    pytest.param(target, id=f"{dashboard['uid']}: {panel['title']} {target['refId']}")
    for dashboard in DASHBOARDS
    for panel in dashboard["panels"]
    for target in panel.get("targets", ())
]
#: For rates two scrapes five seconds apart, for figures of the last 30 days a quarter of a minute.
SCRAPED_SECONDS = 60.0
PHONE = "09120000222"
SUBJECT = "it.software"
#: What takes longest: the figures of the last 30 days, and rates of what was told late or not.
COUNTED = (
    "max(peygir_recent_tickets{what='finished'}) > 1"
    " and on () max(rate(peygir_due_lateness_seconds_count{job='sla'}[1m])) > 0"
)


@pytest.fixture(scope="module")
def prometheus(installation: Installation) -> Http:
    assert installation.addresses.prometheus is not None
    return Http(installation.addresses.prometheus)


@pytest.fixture(scope="module", autouse=True)
def traffic(staff: SimpleNamespace, anyone: Api, prometheus: Http) -> Iterator[None]:
    """Tickets that are worked on to their end, or that nobody answers, until they are counted."""

    unanswered: list[str] = []

    def counted() -> bool:
        code = _whole_life(staff)
        anyone.track(code, PHONE[-4:]).expect(200)
        unanswered.append(_register(staff.admin, channel="api"))
        return bool(ask(prometheus, COUNTED))

    hasty = QUICK | {"match": {"channel": ["api"], "subject": [SUBJECT]}}
    agreement = "/admin/agreements/hasty"
    staff.admin.put(agreement, {"definition": hasty}).expect(200)
    wait_for(counted, SCRAPED_SECONDS, "tickets and a breach to be counted", pause=2.0)
    yield
    # Whoever has them has room again for what other tests bring.
    for code in unanswered:
        staff.admin.post(f"/tickets/{code}/actions/withdraw", {"reason": "…"}).expect(200)
    staff.admin.put(agreement, {"definition": hasty | {"active": False}}).expect(200)


def _register(who: Api, channel: str) -> str:
    return who.register(
        subject=SUBJECT,
        title="ثبت برای نمودار",
        description="…",
        channel=channel,
        requester={"name": "رضا", "mobile": PHONE, "email": "reza@example.ir"},
    )


def _whole_life(staff: SimpleNamespace) -> str:
    code = _register(staff.desk, channel="phone")

    def act(who: Api, action: str, **arguments: object) -> None:
        who.post(f"/tickets/{code}/actions/{action}", arguments).expect(200)

    def is_with_somebody() -> bool:
        return staff.admin.get(f"/tickets/{code}").json.get("state") == "in_progress"

    wait_for(is_with_somebody, what="the ticket to be with somebody")
    act(staff.supervisor, "assign", person="expert")
    act(staff.expert, "log-work", work_group="training", duration="PT5M", note="…")
    act(staff.expert, "done", result="solved")
    act(staff.supervisor, "approve")
    return code


@pytest.mark.parametrize("target", PANELS)
def test_a_panel_s_query_has_an_answer_with_the_labels_of_its_legend(
    prometheus: Http, target: dict[str, str]
) -> None:
    found = wait_for(
        lambda: [row for row in ask(prometheus, target["expr"]) if _is_number(row)],
        SCRAPED_SECONDS,
        f"an answer to {target['expr']}",
    )

    wanted = labels_of(target["legendFormat"])
    assert all(wanted <= row["metric"].keys() for row in found)
    # Without a legend there is one answer: two would be called the same.
    assert wanted or len(found) == 1
    assert all(number >= 0 for number in numbers(found))


@pytest.mark.parametrize(
    "rule", [each for each in RULES if "record" in each], ids=lambda rule: rule["record"]
)
def test_what_is_recorded_has_an_answer(prometheus: Http, rule: dict[str, str]) -> None:
    wait_for(
        lambda: [row for row in ask(prometheus, rule["expr"]) if _is_number(row)],
        SCRAPED_SECONDS,
        f"an answer to {rule['expr']}",
    )


def test_every_rule_is_evaluated_without_a_fault(prometheus: Http) -> None:
    def evaluated() -> list[dict]:
        groups = prometheus.get("/api/v1/rules").expect(200).json["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return [] if any(rule["health"] == "unknown" for rule in rules) else rules

    found = wait_for(evaluated, SCRAPED_SECONDS, "all rules to be evaluated")

    assert len(found) == len(RULES)
    assert [rule["name"] for rule in found if rule["health"] != "ok"] == []


def test_an_installation_that_does_its_work_raises_no_alarm(prometheus: Http) -> None:
    assert ask(prometheus, 'ALERTS{alertname=~"Peygir.+",severity="critical"}') == []


def test_no_label_has_more_values_than_it_may(prometheus: Http) -> None:
    processes = '{job=~"intake|routing|sla|notify|reporting|gateway",__name__=~"peygir_.+"}'
    labels = {name for row in ask(prometheus, processes) for name in row["metric"].items()}
    series = numbers(ask(prometheus, f"count by (job) ({processes})"))

    assert "other" not in {value for name, value in labels if name != "method"}
    assert max(series) < 5000
    assert not [value for _name, value in labels if len(value) > 120]


def _is_number(row: dict) -> bool:
    return math.isfinite(float(row["value"][1]))
