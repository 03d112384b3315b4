"""The subjects of the demo organisation."""

from contracts.calls.intake import DefineSubject, Kind, Language

CAUSE = "demo"
ACTOR = "system:intake"


def _subject(
    subject: str, kind: Kind, fa: str, en: str, *, form: str | None = None
) -> DefineSubject:
    parent = subject.rpartition(".")[0] or None
    title: dict[Language, str] = {"fa": fa, "en": en}
    return DefineSubject(id=subject, kind=kind, title=title, parent=parent, form=form)


#: Parents before their children.
SUBJECTS = (
    _subject("it", "request", "فناوری اطلاعات", "Information technology"),
    _subject("it.software", "incident", "نرم‌افزار", "Software"),
    _subject("it.hardware", "incident", "سخت‌افزار", "Hardware"),
    _subject("it.network", "incident", "شبکه و اینترنت", "Network and internet"),
    _subject("it.account", "request", "حساب کاربری و دسترسی", "Accounts and access"),
    _subject("finance", "request", "امور مالی", "Finance"),
    _subject("finance.payroll", "question", "حقوق و دستمزد", "Payroll"),
    _subject("finance.invoice", "request", "صورت‌حساب و پرداخت", "Invoices and payments"),
    _subject("hr", "request", "منابع انسانی", "Human resources"),
    _subject("hr.leave", "request", "مرخصی", "Leave"),
    _subject("hr.training", "request", "آموزش", "Training"),
    _subject("hr.pension", "question", "بازنشستگی", "Pensions"),
    _subject("complaint", "complaint", "شکایت", "Complaints"),
    _subject(
        "complaint.service",
        "complaint",
        "شکایت از خدمات",
        "Complaint about a service",
        form="complaint",
    ),
    _subject("complaint.staff", "complaint", "شکایت از کارکنان", "Complaint about staff"),
    _subject("suggestion", "suggestion", "انتقاد و پیشنهاد", "Criticism and suggestions"),
    _subject("info", "question", "اطلاع‌رسانی و راهنمایی", "Information and guidance"),
    _subject("info.general", "question", "پرسش عمومی", "General question"),
    _subject("finance.purchase", "request", "درخواست خرید", "Purchase request", form="purchase"),
    _subject("passport", "request", "گذرنامه", "Passports", form="passport"),
)
