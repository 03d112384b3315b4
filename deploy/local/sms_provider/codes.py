"""Kavenegar's numbers and their Persian texts, as far as messages and calls get here."""

from enum import IntEnum


class MessageStatus(IntEnum):
    QUEUED = 1
    SENT_TO_CARRIER = 5
    DELIVERED = 10
    UNDELIVERED = 11
    CANCELLED = 13
    BLOCKED = 14
    UNKNOWN = 100

    @property
    def text(self) -> str:
        return _MESSAGE_TEXTS[self]


class ReturnCode(IntEnum):
    """Stands in the body and is the HTTP status of the answer too."""

    DONE = 200
    PARAMETERS_INCOMPLETE = 400
    ACCOUNT_DISABLED = 401
    FAILED = 402
    KEY_INVALID = 403
    SERVER_BUSY = 409
    RECEPTOR_INVALID = 411
    SENDER_INVALID = 412
    MESSAGE_INVALID = 413
    TOO_MANY = 414
    CREDIT_TOO_LOW = 418
    LENGTHS_DIFFER = 419

    @property
    def text(self) -> str:
        return _RETURN_TEXTS[self]


_MESSAGE_TEXTS = {
    MessageStatus.QUEUED: "در صف ارسال",
    MessageStatus.SENT_TO_CARRIER: "ارسال به مخابرات",
    MessageStatus.DELIVERED: "رسیده به گیرنده",
    MessageStatus.UNDELIVERED: "نرسیده به گیرنده",
    MessageStatus.CANCELLED: "لغو شده",
    MessageStatus.BLOCKED: "بلاک شده",
    MessageStatus.UNKNOWN: "شناسه پیامک نامعتبر است",
}

_RETURN_TEXTS = {
    ReturnCode.DONE: "تایید شد",
    ReturnCode.PARAMETERS_INCOMPLETE: "پارامترها ناقص هستند",
    ReturnCode.ACCOUNT_DISABLED: "حساب کاربری غیرفعال شده است",
    ReturnCode.FAILED: "عملیات ناموفق بود",
    ReturnCode.KEY_INVALID: "کد شناسائی معتبر نیست",
    ReturnCode.SERVER_BUSY: "سرور قادر به پاسخگوئی نیست",
    ReturnCode.RECEPTOR_INVALID: "دریافت کننده نامعتبر است",
    ReturnCode.SENDER_INVALID: "ارسال کننده نامعتبر است",
    ReturnCode.MESSAGE_INVALID: "پیام خالی است یا طول آن بیش از حد مجاز است",
    ReturnCode.TOO_MANY: "حجم درخواست بیشتر از حد مجاز است",
    ReturnCode.CREDIT_TOO_LOW: "اعتبار حساب کافی نیست",
    ReturnCode.LENGTHS_DIFFER: "طول آرایه‌ها برابر نیست",
}
