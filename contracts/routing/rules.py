"""Changes of the routing rules, in the stream `rules:routing`."""

from contracts.envelope import Event, event


@event("rules.published", by="routing")
class RulesPublished(Event):
    """A version of the decision table was published; what it says is routing's to tell."""

    #: Of the version; counts up without gaps.
    number: int
    by: str
    #: `edited`, `promoted` from a shadow, or `restored`.
    origin: str
    #: Ids of the rows that are new, gone or different.
    changed: list[str]
    #: The number of the version that was restored.
    restored: int | None = None


@event("rules.shadow_begun", by="routing")
class RulesShadowBegun(Event):
    """A draft began to decide beside the table, for nobody."""

    shadow: str
    by: str
    #: How many rows it has.
    rows: int


@event("rules.shadow_ended", by="routing")
class RulesShadowEnded(Event):
    """A shadow was dropped, or published as a version."""

    shadow: str
    by: str
    promoted: bool
    #: How many requests it looked at, and about how many it would have decided otherwise.
    looked_at: int
    different: int
