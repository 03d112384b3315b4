import pytest

from services.intake.domain.contact import Contact, proves

SARA = Contact(name="سارا", mobile="+989121234567", email="sara@example.com")


@pytest.mark.parametrize(
    "proof", ["4567", "۴۵۶۷", " ٤٥٦٧ ", "sara@example.com", "SARA@Example.com"]
)
def test_the_last_four_digits_or_the_address_prove(proof):
    assert proves(proof, SARA)


@pytest.mark.parametrize(
    "proof",
    ["", " ", "567", "34567", "0000", "+989121234567", "sara", "sara@example.org", "４５６７x"],
)
def test_nothing_else_proves(proof):
    assert not proves(proof, SARA)


def test_nothing_proves_where_there_is_no_contact():
    nobody = Contact(name="")

    assert not any(proves(proof, nobody) for proof in ("", " ", "4567", "None"))
