"""The reports that reporting can give, in the order in which the catalogue shows them."""

from __future__ import annotations

from services.reporting.domain.catalogue_said import SAID
from services.reporting.domain.reports import (
    TICKET,
    Computed,
    Definition,
    column,
    rate,
    seconds,
    share,
    total,
)

WORK_GROUPS = Definition(
    name="work_groups",
    title={"fa": "سهم گروه‌های کار", "en": "Share of work groups"},
    description={
        "fa": "هر گروه کار در چند درخواست ثبت شده و چه سهمی از زمان کار و هزینه داشته است.",
        "en": "In how many tickets each work group was logged, and its share of time and cost.",
    },
    cube="work",
    by=TICKET,
    part=column("work_group", "گروه کار", "Work group", "text"),
    columns=(
        Computed(column("tickets", "درخواست", "Tickets", "count"), total("tickets")),
        Computed(
            column("tickets_percent", "سهم از درخواست‌ها", "Share of tickets", "percent"),
            share("tickets"),
        ),
        Computed(
            column("touch_seconds", "زمان کار", "Touch time", "seconds"), total("touch_seconds")
        ),
        Computed(
            column("touch_percent", "سهم از زمان کار", "Share of touch time", "percent"),
            share("touch_seconds"),
        ),
        Computed(column("cost", "هزینه", "Cost", "rials"), total("cost")),
        Computed(column("cost_percent", "سهم از هزینه", "Share of cost", "percent"), share("cost")),
    ),
    measures=("tickets", "touch_seconds", "cost"),
)

TOUCH_AND_WAITING = Definition(
    name="touch_and_waiting",
    title={"fa": "زمان کار و زمان انتظار", "en": "Touch time and waiting time"},
    description={
        "fa": "برای درخواست‌های پایان‌یافته: زمان کار ثبت‌شده، زمان ماندن در حالت انتظار "
        "و کل زمان از ثبت تا پایان. میانه و صدک‌ها حداکثر ۵٪ خطا دارند.",
        "en": "For finished tickets: logged touch time, time in waiting states, and all the time "
        "from registering to the end. Medians and percentiles are true to 5%.",
    },
    cube="case",
    by=TICKET,
    columns=(
        Computed(
            column("finished", "درخواست پایان‌یافته", "Finished tickets", "count"),
            total("finished"),
        ),
        *seconds("touch", "زمان کار", "Touch time", "touch_seconds"),
        *seconds("waiting", "زمان انتظار", "Waiting time", "waited_seconds"),
        *seconds("total", "کل زمان", "Total time", "total_seconds"),
    ),
)

SLA_ATTAINMENT = Definition(
    name="sla_attainment",
    title={"fa": "تحقق سطح خدمات", "en": "Service level attainment"},
    description={
        "fa": "هر مهلتِ توافق‌نامه چند بار به‌موقع رعایت و چند بار نقض شده است.",
        "en": "How often each clock of the agreements was met in time, and how often missed.",
    },
    cube="clock",
    by=("agreement", *TICKET),
    part=column("clock", "مهلت", "Clock", "text"),
    columns=(
        Computed(column("met", "رعایت‌شده", "Met", "count"), total("met")),
        Computed(column("breached", "نقض‌شده", "Breached", "count"), total("breached")),
        Computed(column("open", "در جریان", "Still open", "count"), total("open")),
        Computed(
            column("percent", "درصد تحقق", "Attained", "percent"), rate("met", "met", "breached")
        ),
    ),
    measures=("met", "breached", "open"),
)

FIRST_CONTACT_RESOLUTION = Definition(
    name="first_contact_resolution",
    title={"fa": "حل در نخستین تماس", "en": "First-contact resolution"},
    description={
        "fa": "درخواست‌هایی که مالکشان در لایهٔ نخست، خود و در همان تماس به پایان رسانده است: "
        "بی ارجاع، پرسش یا انتظار، تماس تلفنی در یک ساعت، و بی بازگشایی تا هفت روز.",
        "en": "Tickets that owners finished themselves in the first tier and in that contact: "
        "no referral, question or wait, a call within an hour, no reopening within seven days.",
    },
    cube="case",
    by=TICKET,
    columns=(
        Computed(
            column("finished", "درخواست پایان‌یافته", "Finished tickets", "count"),
            total("finished"),
        ),
        Computed(
            column("first_contact", "حل در نخستین تماس", "At first contact", "count"),
            total("first_contact"),
        ),
        Computed(
            column("percent", "درصد", "Per cent", "percent"), rate("first_contact", "finished")
        ),
    ),
    measures=("finished", "first_contact"),
)

REOPENINGS = Definition(
    name="reopenings",
    title={"fa": "بازگشایی‌ها", "en": "Reopenings"},
    description={
        "fa": "درخواست‌هایی که پس از پایان دوباره باز شده‌اند، در کنار شمار درخواست‌های پاسخ‌گرفته.",
        "en": "Tickets that came back to life after they were finished, beside those answered.",
    },
    cube="case",
    by=TICKET,
    columns=(
        Computed(column("reopenings", "بازگشایی", "Reopenings", "count"), total("reopenings")),
        Computed(
            column("cases", "درخواست بازگشوده", "Tickets reopened", "count"),
            total("reopened_cases"),
        ),
        Computed(
            column("finished", "دست‌کم یک بار پایان‌یافته", "Ever finished", "count"),
            total("ever_finished"),
        ),
        Computed(
            column("percent", "نرخ بازگشایی", "Reopen rate", "percent"),
            rate("reopened_cases", "ever_finished"),
        ),
        Computed(column("answered", "پاسخ‌گرفته", "Answered", "count"), total("answered")),
    ),
    measures=("reopenings", "reopened_cases", "ever_finished", "answered"),
)

WAITS = Definition(
    name="waits",
    title={"fa": "انتظارها", "en": "Waits"},
    description={
        "fa": "چند بار کار در انتظار مانده، در چند درخواست، و زمان در دست چه کسی بوده است.",
        "en": "How often work had to wait, in how many tickets, and who held the time.",
    },
    cube="case",
    by=TICKET,
    columns=(
        Computed(column("runs", "نوبت انتظار", "Waits", "count"), total("waits")),
        Computed(column("cases", "درخواست", "Tickets that waited", "count"), total("wait_cases")),
        Computed(
            column("requester_seconds", "در دست درخواست‌دهنده", "Held by the requester", "seconds"),
            total("waited_requester_seconds"),
        ),
        Computed(
            column("supplier_seconds", "در دست تأمین‌کننده", "Held by a supplier", "seconds"),
            total("waited_supplier_seconds"),
        ),
        Computed(
            column("unit_seconds", "در دست واحد دیگر", "Held by another unit", "seconds"),
            total("waited_unit_seconds"),
        ),
    ),
    measures=(
        "waits",
        "wait_cases",
        "waited_requester_seconds",
        "waited_supplier_seconds",
        "waited_unit_seconds",
    ),
)

HANDOVERS = Definition(
    name="handovers",
    title={"fa": "دست‌به‌دست شدن کار", "en": "Handovers"},
    description={
        "fa": "چند بار کار از یک نفر به نفر دیگر رفته است و در چند درخواست.",
        "en": "How often the work went from one person to another, and in how many tickets.",
    },
    cube="case",
    by=TICKET,
    columns=(
        Computed(column("changes", "جابه‌جایی", "Changes of person", "count"), total("handovers")),
        Computed(
            column("cases", "درخواست جابه‌جاشده", "Tickets handed over", "count"),
            total("handover_cases"),
        ),
        Computed(column("tickets", "همهٔ درخواست‌ها", "All tickets", "count"), total("tickets")),
    ),
    measures=("handovers", "handover_cases", "tickets"),
)

TEAMS_TOUCHED = Definition(
    name="teams_touched",
    title={"fa": "درخواست‌ها در هر واحد", "en": "Tickets touched by each unit"},
    description={
        "fa": "کار چند درخواست دست‌کم یک بار در هر واحد بوده است.",
        "en": "The work of how many tickets was in each unit at least once.",
    },
    cube="touched",
    by=(),
    always_by="unit",
    columns=(Computed(column("cases", "درخواست", "Tickets", "count"), total("cases")),),
    measures=("cases",),
)

SUPPORT_LINES = Definition(
    name="support_lines",
    title={"fa": "لایه‌های پشتیبانی", "en": "Tiers of support"},
    description={
        "fa": "برای درخواست‌های پایان‌یافته و هر لایه: دست‌به‌دست شدن، رفت‌وبرگشت میان لایه‌ها "
        "و واحدها، سهم حل‌شده در آن، و آنچه همان لایه به‌تنهایی حل کرده است.",
        "en": "For finished tickets and each tier: handovers, ping-pong between tiers and "
        "units, the share solved in it, and what it solved without any other tier.",
    },
    cube="line",
    by=("channel", "day"),
    part=column("line", "لایه", "Tier", "text"),
    columns=(
        Computed(column("cases", "درخواست", "Tickets", "count"), total("cases")),
        Computed(
            column("handovers", "جابه‌جایی میان افراد", "Changes of person", "count"),
            total("handovers"),
        ),
        Computed(
            column("passed_on", "رفته به لایهٔ دیگر", "Passed to another tier", "count"),
            total("passed_on"),
        ),
        Computed(
            column("line_returns", "بازگشته به لایه", "Come back to the tier", "count"),
            total("line_returns"),
        ),
        Computed(
            column("unit_returns", "بازگشته به واحد", "Come back to a unit", "count"),
            total("unit_returns"),
        ),
        Computed(column("solved", "حل‌شده در لایه", "Solved here", "count"), total("solved")),
        Computed(
            column("solved_percent", "سهم از حل‌شده‌ها", "Share of those solved", "percent"),
            share("solved"),
        ),
        Computed(
            column("alone", "بی لایهٔ دیگر", "Without another tier", "count"), total("solved_alone")
        ),
    ),
    measures=(
        "cases",
        "handovers",
        "passed_on",
        "line_returns",
        "unit_returns",
        "solved",
        "solved_alone",
    ),
)

CATALOGUE: dict[str, Definition] = {
    report.name: report
    for report in (
        WORK_GROUPS,
        TOUCH_AND_WAITING,
        SLA_ATTAINMENT,
        FIRST_CONTACT_RESOLUTION,
        REOPENINGS,
        WAITS,
        HANDOVERS,
        TEAMS_TOUCHED,
        SUPPORT_LINES,
        *SAID,
    )
}
