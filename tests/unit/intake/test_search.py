from services.intake.domain import codes
from services.intake.domain.contact import Contact
from services.intake.domain.request import Checked
from services.intake.domain.search import MAX_WORDS, words_asked, words_of

CODE = codes.draw()
CONTENT = Checked(
    title="قطعی شبکهٔ طبقهٔ سوم",
    description="از صبح اینترنت نداریم.",
    contact=Contact(name="سارا احمدی", mobile="+989121234567", email="sara@example.com"),
)


def finds(question):
    asked = words_asked(question)
    return bool(asked) and set(asked) <= set(words_of(CODE, CONTENT))


def test_a_ticket_is_found_by_title_description_name_and_address():
    assert finds("شبكه سوم")
    assert finds("اينترنت احمدي")
    assert finds("Sara@Example.com")
    assert not finds("شبکه چهارم")


def test_a_ticket_is_found_by_its_code_and_by_the_mobile_number_however_typed():
    assert finds(codes.shown(CODE))
    assert finds("0912 123 4567")
    assert finds("۰۹۱۲-۱۲۳-۴۵۶۷")


def test_a_question_without_a_word_finds_nothing():
    assert words_asked(" -!؟ ") == []


def test_a_long_description_does_not_make_a_long_index():
    long = " ".join(f"word{number}" for number in range(10_000))
    content = Checked(title="t", description=long, contact=CONTENT.contact)

    assert len(words_of(CODE, content)) == MAX_WORDS
