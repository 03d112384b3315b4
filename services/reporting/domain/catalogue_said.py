"""Reports over what is said of tickets: tags, and answers in forms."""

from __future__ import annotations

from services.reporting.domain.reports import (
    TICKET,
    Computed,
    Definition,
    Sums,
    column,
    seconds,
    total,
)
from services.reporting.domain.said import THOUSANDTHS


def _sum(sums: Sums, _whole: Sums) -> float:
    return sums.get("thousandths", 0) / THOUSANDTHS


def _mean(sums: Sums, _whole: Sums) -> float | None:
    answers = sums.get("answers", 0)
    return round(sums.get("thousandths", 0) / THOUSANDTHS / answers, 3) if answers else None


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

FORM_CHOICES = Definition(
    name="form_choices",
    title={"fa": "پاسخ‌های فرم‌ها", "en": "Answers in forms"},
    description={
        "fa": "هر گزینهٔ فیلدهای گزارش‌پذیر چند بار برگزیده شده است؛ مکان‌های تودرتو در هر سطح.",
        "en": "How often each choice was made in fields marked reportable; of places within places "
        "at each level.",
    },
    cube="choice",
    by=TICKET,
    part=column("answer", "پاسخ", "Answer", "text"),
    columns=(Computed(column("answers", "پاسخ", "Answers", "count"), total("answers")),),
    measures=("answers",),
)

FORM_NUMBERS = Definition(
    name="form_numbers",
    title={"fa": "عددهای فرم‌ها", "en": "Numbers in forms"},
    description={
        "fa": "جمع و میانگین عددهایی که در فیلدهای گزارش‌پذیر نوشته شده است.",
        "en": "Sum and mean of the numbers given in fields marked reportable.",
    },
    cube="number",
    by=TICKET,
    part=column("field", "فیلد", "Field", "text"),
    columns=(
        Computed(column("answers", "پاسخ", "Answers", "count"), total("answers")),
        Computed(column("sum", "جمع", "Sum", "number"), _sum),
        Computed(column("mean", "میانگین", "Mean", "number"), _mean),
    ),
    measures=("answers", "thousandths"),
)

#: In the order in which the catalogue shows them.
SAID = (TAGS, FORM_CHOICES, FORM_NUMBERS)
