"""By which words a ticket is found, and which words a question asks for."""

from contracts.addresses import mobile
from services.intake.domain import codes
from services.intake.domain.request import Checked
from services.intake.domain.text import indexed_words, query_words

#: Different words kept of one ticket, the title's first; each costs the database about 5 us.
MAX_WORDS = 120


def words_of(code: str, content: Checked) -> list[str]:
    """Give the words to keep: of the code, the contact, the title, and the description's first."""
    contact = content.contact
    sure = [code, *filter(None, [contact.mobile])]
    answers = [found.v for found in content.answers.found] if content.answers else []
    told = [value for value in answers if isinstance(value, str)]
    texts = [contact.name, contact.email or "", content.title, *told, content.description]
    return sure + indexed_words(texts, limit=MAX_WORDS - len(sure))


def words_asked(question: str) -> list[str]:
    """Give the words that a ticket must have all of; a code or a mobile number is one word."""
    code = codes.normalise(question)
    if codes.is_wellformed(code):
        return [code]
    number = mobile(question)
    return [number] if number else sorted(query_words(question))
