"""Reports over what is said of tickets: tags."""

from __future__ import annotations

from services.reporting.domain.reports import (
    TICKET,
    Computed,
    Definition,
    column,
    seconds,
    total,
)

TAGS = Definition(
    name="tags",
    title={"fa": "برچسب‌ها", "en": "Tags"},
    description={
        "fa": "هر برچسب بر چند درخواست است، چند تا از آن‌ها پایان یافته و چه زمانی کار برده است.",
        "en": "How many tickets have each tag, how many of them are finished, and their work.",
    },
    cube="tag",
    by=TICKET,
    part=column("tag", "برچسب", "Tag", "text"),
    columns=(
        Computed(column("tickets", "درخواست", "Tickets", "count"), total("tickets")),
        Computed(
            column("finished", "پایان‌یافته", "Finished", "count"),
            total("finished"),
        ),
        Computed(
            column("reopenings", "بازگشایی", "Reopenings", "count"),
            total("reopenings"),
        ),
        *seconds("touch", "زمان کار", "Touch time", "touch_seconds"),
    ),
)

#: In the order in which the catalogue shows them.
SAID = (TAGS,)
