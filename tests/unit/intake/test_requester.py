from services.intake.domain.contact import Contact
from services.intake.domain.requester import Profile, completed, news, recognised

SARA = Profile(id="sara", name="Sara", mobile="+989121111111")
REZA = Profile(id="reza", name="Reza", email="reza@example.com")


def test_either_contact_is_enough_to_be_recognised():
    by_mobile = Contact(name="?", mobile=SARA.mobile, email="new@example.com")
    by_email = Contact(name="?", mobile="+989123333333", email=REZA.email)

    assert recognised(by_mobile, [SARA]) is SARA
    assert recognised(by_email, [REZA]) is REZA
    assert recognised(by_mobile, []) is None


def test_the_mobile_decides_when_it_and_the_address_disagree():
    contact = Contact(name="?", mobile=SARA.mobile, email=REZA.email)

    assert recognised(contact, [REZA, SARA]) is SARA
    assert news(SARA, contact, [REZA, SARA]) == {}


def test_what_was_missing_is_news_and_what_was_known_stays():
    contact = Contact(name="S. Ahmadi", mobile="+989124444444", email="sara@example.com")

    assert news(SARA, contact, [SARA]) == {"email": "sara@example.com"}


def test_a_contact_is_completed_from_what_is_known_but_not_replaced():
    contact = Contact(name="Reza", mobile="+989124444444")

    assert completed(contact, REZA) == Contact(
        name="Reza", mobile="+989124444444", email="reza@example.com"
    )
    assert completed(contact, None) is contact
