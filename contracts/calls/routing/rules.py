"""What routing can be asked about its rules: one decision table, published as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug

Tier = Annotated[int, Meta(ge=1, le=9)]
Priority = Annotated[int, Meta(ge=1, le=5)]
Version = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Tags = Annotated[list[Slug], Meta(max_length=20)]
#: How a version came about.
Origin = Literal["edited", "promoted", "restored"]

# -- rows ------------------------------------------------------------------------------------------


class RuleRow(Request):
    """A row of the table: for which requests it holds, and what becomes of them.

    It holds where every condition that it names does. The first row that holds decides who gets the
    work. Where it says `go_on`, so may later ones add to it: tags, the highest priority, skills.
    """

    id: Slug
    unit: Slug
    #: Matches a subject and everything below it; absent: every subject.
    subject: Slug | None = None
    kind: str | None = None
    channel: str | None = None
    segment: str | None = None
    language: str | None = None
    #: The unit, or one above it, of the staff member who registered it for the requester.
    registered_in: Slug | None = None
    #: A group of words of which the title or the description has one.
    mentions: Slug | None = None
    #: JSONLogic over `subject`, `subjects`, `kind`, `channel`, `segment`, `language`,
    #: `registered_in`, `mentions`, `date`, `weekday`, `hour` and `minute`, and over
    #: `answers.{field}` of the
    #: request's form, where the field is routable.
    when: dict[str, Any] | None = None
    tier: Tier = 1
    skill: Slug | None = None
    priority: Priority | None = None
    #: For requests that were registered without naming a workflow.
    workflow: Slug | None = None
    #: Who of the team gets it; absent: by the unit's own strategy.
    strategy: str | None = None
    active: bool = True
    #: Points of capacity that a ticket takes.
    weight: Annotated[int, Meta(ge=1, le=1000)] = 1
    #: Put on the ticket.
    tags: Tags = []
    #: Whether rows after it add what they give; else it is the last that is tried.
    go_on: bool = False


class DefineRule(RuleRow, kw_only=True):
    """Command `define_rule`: add or change one row; the next version. Answers `Rule`."""

    order: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


class Rule(Answer):
    """One row of the published table."""

    id: str
    #: Rows are tried by this, then by id.
    order: int
    unit: str
    tier: int = 1
    subject: str | None = None
    kind: str | None = None
    channel: str | None = None
    segment: str | None = None
    language: str | None = None
    registered_in: str | None = None
    mentions: str | None = None
    when: dict[str, Any] | None = None
    skill: str | None = None
    priority: int | None = None
    workflow: str | None = None
    strategy: str | None = None
    active: bool = True
    weight: int = 1
    tags: list[str] = []
    go_on: bool = False


Rows = Annotated[list[RuleRow], Meta(max_length=500)]

# -- versions --------------------------------------------------------------------------------------


class PublishRules(Request):
    """Command `publish_rules`: the next version of the whole table. Answers `RuleSet`."""

    #: In the order in which they are tried.
    rows: Rows
    #: The version that was changed; refused with Conflict when there is a newer one by now.
    expects: Version | None = None
    note: Line | None = None


class RestoreRules(Request):
    """Command `restore_rules`: an earlier version as the next one. Answers `RuleSet`."""

    version: Version


class GetRuleSet(Request):
    """Query `rule_set`: a version, without a number the one that holds. Answers `RuleSet`."""

    version: Version | None = None


class RuleWarning(Answer):
    """What is odd about a table that may be published all the same."""

    #: JSON pointer into the table, such as `/rows/3/unit`.
    pointer: str
    code: str
    params: dict[str, Any] = {}
    #: In the reader's language; the API fills it in.
    message: str | None = None


class RuleSetHead(Answer):
    """A version of the table without its rows; query `rule_sets` answers all, newest first."""

    version: int
    #: How many rows it has.
    size: int
    #: Absent before anything was published: single rules of an older Peygir.
    origin: Origin | None
    #: The version that was restored.
    restored: int | None
    by: str | None
    at: datetime | None
    note: str | None


class RuleSet(RuleSetHead):
    """A version of the table."""

    rows: list[Rule]
    warnings: list[RuleWarning] = []


# -- trying ----------------------------------------------------------------------------------------


class Decided(Answer):
    """What a table makes of a request; without a row it goes to the nearest desk."""

    row: str | None = None
    unit: str | None = None
    tier: int | None = None
    skill: str | None = None
    priority: int | None = None
    workflow: str | None = None
    strategy: str | None = None
    weight: int | None = None
    #: Of this row and those after it that added to it.
    tags: list[str] = []


class TryRules(Request):
    """Query `try_rules`: a draft decides about past requests again. Answers `RulesTrial`."""

    since: datetime
    #: Absent: the version that holds.
    rows: Rows | None = None
    #: What it is compared with; absent: the version that holds.
    against: Version | None = None
    until: datetime | None = None
    #: Of more requests than that, about so many are looked at, evenly over the period.
    most: Annotated[int, Meta(ge=1, le=5000)] = 2000


class RowCount(Answer):
    """How often a row decided; a row of nobody's is absent, the desk's share has no row."""

    row: str | None
    before: int
    after: int


class UnitCount(Answer):
    """How many requests a team would have got; without a unit, the nearest desks."""

    unit: str | None
    tier: int | None
    before: int
    after: int


class Changed(Answer):
    """A request that would have been decided about otherwise."""

    code: str
    at: datetime
    #: The names of the results that differ, `row` left out.
    differing: list[str]
    before: Decided
    after: Decided


class RulesTrial(Answer):
    """What a draft would have decided otherwise."""

    #: Requests registered in the period, and those that were looked at.
    requests: int
    looked_at: int
    #: With another result; another row that gives the same is none.
    changed: int
    rows: list[RowCount]
    units: list[UnitCount]
    #: Rows of the draft that decided about nothing.
    idle: list[str]
    #: The first of the changed ones, oldest first.
    examples: list[Changed]
    warnings: list[RuleWarning] = []


class ExplainRules(Request):
    """Query `explain_rules`: what a table makes of one request, and why. Answers `RulesExplained`.

    The request need not exist.
    """

    subject: Slug
    rows: Rows | None = None
    kind: str = "request"
    channel: str = "web"
    segment: str = "public"
    language: str = "fa"
    #: The unit of the staff member who registers it for the requester.
    registered_in: Slug | None = None
    #: Groups of words that it mentions.
    mentions: list[Slug] = []
    #: What its form says, by field.
    answers: dict[str, Any] = {}
    #: Absent: now.
    at: datetime | None = None


class RowVerdict(Answer):
    """Why a row holds or not."""

    row: str
    holds: bool
    #: Names of the row's conditions, by whether they hold.
    held: list[str]
    failed: list[str]


class RulesExplained(Answer):
    """What became of a request, by which row, and what all the rows say of it."""

    decided: Decided
    #: In the order in which they are tried; those that are not active are left out.
    rows: list[RowVerdict]


# -- the shadow ------------------------------------------------------------------------------------


class BeginShadow(Request):
    """Command `begin_shadow`: a draft that decides beside the table, for nobody. Answers `Shadow`.

    It takes the place of a shadow that there is.
    """

    rows: Rows
    note: Line | None = None


class EndShadow(Request):
    """Commands `promote_shadow` and `drop_shadow`: the shadow named, and no other that came since.

    Answers `RuleSet` and `Shadow`.
    """

    shadow: Slug


class Difference(Answer):
    """Requests about which a row of the shadow would have decided otherwise than a live row."""

    live: str | None
    shadow: str | None
    #: The names of the results that differed the last time.
    differing: list[str]
    count: int
    last_at: datetime
    #: Codes of some of the last ones.
    examples: list[str]


class Shadow(Answer):
    """A draft beside live traffic, and where it would have decided otherwise; query `shadow`.

    Counted in memory and written every few seconds: a process that breaks takes the last with it.
    """

    shadow: str
    rows: list[Rule]
    by: str
    since: datetime
    note: str | None
    looked_at: int
    different: int
    #: The most frequent first.
    differences: list[Difference]
    warnings: list[RuleWarning] = []
