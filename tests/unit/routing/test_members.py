"""What is told of a staff member, and to whom."""

from services.routing.repository.directory import Member

MEMBER = Member(
    id="expert",
    name="علی رضایی",
    username="expert",
    role="expert",
    unit="it",
    tier=2,
    language="fa",
    skills=["network"],
    hourly_rate=2_400_000,
    capacity=20,
    active=True,
    mobile="09121234567",
    password="hashed",
)


def test_colleagues_see_no_contact_and_nobody_sees_the_password() -> None:
    staff, view, contact = MEMBER.staff(), MEMBER.view(), MEMBER.contact()

    assert (staff.id, staff.skills, staff.active) == ("expert", ["network"], True)
    assert (view.mobile, view.tier, contact.mobile) == ("09121234567", 2, "09121234567")
    assert not {"mobile", "password"} & set(staff.__struct_fields__)
    assert "password" not in view.__struct_fields__
