"""What a dashboard is made of, and the JSON made of it by Grafana's own SDK.

Every panel has a unit, a sentence that says what is right and what is not, and a page of the
runbook. The data source is whichever the reader chooses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as shape
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.dashboard import DataSourceRef

#: Where the pages of docs/runbook are; a variable of each dashboard, so that it can be changed.
RUNBOOKS: Final = "https://peygir.example/docs/runbook"
SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${ds}")
TAG: Final = "peygir"

Unit = Literal["short", "s", "percentunit", "reqps", "cps", "bytes", "bool_yes_no", "currencyIRR"]
Kind = Literal["graph", "stack", "stat", "bars"]
_GREEN, _AMBER, _RED = "green", "orange", "red"


class Query(NamedTuple):
    """What Prometheus is asked, and how each answer is called."""

    expr: str
    legend: str = ""


class Panel(NamedTuple):
    """One panel; `limits` are where amber and red begin, or red alone."""

    title: str
    description: str
    unit: Unit
    runbook: str
    queries: Sequence[Query]
    kind: Kind = "graph"
    width: int = 8
    limits: Sequence[float] = ()
    #: Too little is what is wrong, not too much.
    lower_is_worse: bool = False


class Row(NamedTuple):
    """Panels below a title."""

    title: str
    panels: Sequence[Panel]


class Board(NamedTuple):
    """One dashboard; `job` lets the reader choose a service."""

    uid: str
    title: str
    description: str
    rows: Sequence[Row]
    job: bool = False


def written(board: Board) -> str:
    """Give the JSON of a dashboard."""
    dashboard = (
        build.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags([TAG])
        .timezone("browser")
        .refresh("30s")
        .time("now-3h", "now")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .variables(_variables(board))
        .annotations(_annotations())
        .link(_to_the_others())
    )
    for row in board.rows:
        dashboard = dashboard.with_row(build.Row(row.title))
        for panel in row.panels:
            dashboard = dashboard.with_panel(_drawn(panel))
    found = json.loads(json.dumps(dashboard.build(), cls=JSONEncoder))
    return json.dumps(_numbered(found), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _numbered(dashboard: dict[str, Any]) -> dict[str, Any]:
    """Give every panel a number of its own; Grafana would, and the file would not be its."""
    for number, panel in enumerate(dashboard["panels"], start=1):
        panel["id"] = number
    return dashboard


def _variables(board: Board) -> list[Any]:
    source = build.DatasourceVariable("ds").label("Prometheus").type("prometheus")
    runbooks = build.ConstantVariable("runbooks").value(RUNBOOKS)
    service = (
        build.QueryVariable("job")
        .label("Service")
        .datasource(SOURCE)
        .query("label_values(peygir_build_info, job)")
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .include_all(True)
        .multi(True)
    )
    return [source, runbooks, *([service] if board.job else [])]


def _annotations() -> list[Any]:
    """Mark when another version began to run, and when targets were missed."""
    begun = "count by (job, version) (peygir_build_info unless peygir_build_info offset 5m)"
    missed = "sum by (clock) (increase(peygir_sla_breaches_total[$__rate_interval])) >= 1"
    return [_annotation("Deployments", begun, "blue"), _annotation("Breaches", missed, "red")]


def _annotation(name: str, expr: str, colour: str) -> build.AnnotationQuery:
    return build.AnnotationQuery().name(name).datasource(SOURCE).expr(expr).icon_color(colour)


def _to_the_others() -> build.DashboardLink:
    return (
        build.DashboardLink("Peygir")
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .keep_time(True)
        .include_vars(True)
    )


def _drawn(panel: Panel) -> Any:
    drawn = _DRAWING[panel.kind](panel)
    link = build.DashboardLink("What to do").type(model.DashboardLinkType.LINK)
    drawn = (
        drawn.title(panel.title)
        .description(panel.description)
        .datasource(SOURCE)
        .unit(panel.unit)
        .height(4 if panel.kind == "stat" else 8)
        .span(panel.width)
        .links([link.url(f"${{runbooks}}/{panel.runbook}.md").target_blank(True)])
        .thresholds(_thresholds(panel))
    )
    for number, query in enumerate(panel.queries):
        asked = (
            prometheus.Dataquery()
            .expr(query.expr)
            .legend_format(query.legend or "__auto")
            .ref_id(chr(ord("A") + number))
            .datasource(SOURCE)
        )
        drawn = drawn.with_target(
            asked.range() if panel.kind in {"graph", "stack"} else asked.instant()
        )
    return drawn


def _graph(panel: Panel) -> timeseries.Panel:
    drawn = (
        timeseries.Panel()
        .line_width(2)
        .fill_opacity(8)
        .span_nulls(300_000)
        .show_points(shape.VisibilityMode.NEVER)
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(shape.TooltipDisplayMode.MULTI))
        .axis_soft_min(0)
    )
    if panel.limits:
        lines = common.GraphThresholdsStyleConfig().mode(shape.GraphThresholdsStyleMode.DASHED)
        drawn = drawn.thresholds_style(lines)
    return drawn


def _stack(panel: Panel) -> timeseries.Panel:
    stacking = common.StackingConfig().mode(shape.StackingMode.NORMAL)
    return _graph(panel).fill_opacity(40).stacking(stacking)


def _stat(_panel: Panel) -> stat.Panel:
    return (
        stat.Panel()
        .reduce_options(_last())
        .color_mode(shape.BigValueColorMode.BACKGROUND)
        .graph_mode(shape.BigValueGraphMode.NONE)
    )


def _bars(_panel: Panel) -> bargauge.Panel:
    return (
        bargauge.Panel()
        .reduce_options(_last())
        .orientation(shape.VizOrientation.HORIZONTAL)
        .display_mode(shape.BarGaugeDisplayMode.BASIC)
    )


_DRAWING: Mapping[Kind, Any] = {"graph": _graph, "stack": _stack, "stat": _stat, "bars": _bars}


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(shape.LegendDisplayMode.TABLE)
        .placement(shape.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )


def _thresholds(panel: Panel) -> build.ThresholdsConfig:
    worse = [_AMBER, _RED] if len(panel.limits) > 1 else [_RED]
    colours = [*reversed(worse), _GREEN] if panel.lower_is_worse else [_GREEN, *worse]
    steps = [
        model.Threshold(value=limit, color=colour)
        for limit, colour in zip([None, *panel.limits], colours, strict=False)
    ]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)
