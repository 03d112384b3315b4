from contracts.calls.intake import Subject
from services.intake import demo
from services.intake.domain.subject import in_tree_order, is_below, is_open


def a_catalogue(*lines):
    return {
        subject: Subject(id=subject, parent=parent, kind="request", title={}, active=active)
        for subject, parent, active in lines
    }


CATALOGUE = a_catalogue(
    ("it.network", "it", True),
    ("it", None, True),
    ("it.old", "it", False),
    ("it.old.printer", "it.old", True),
    ("hr", None, True),
)


def test_a_subject_is_open_when_it_and_all_above_it_are_active():
    assert is_open(CATALOGUE, "it.network")
    assert not is_open(CATALOGUE, "it.old")
    assert not is_open(CATALOGUE, "it.old.printer")
    assert not is_open(CATALOGUE, "nothing")


def test_each_line_follows_its_parent():
    order = [line.id for line in in_tree_order(CATALOGUE)]

    assert order == ["hr", "it", "it.network", "it.old", "it.old.printer"]


def test_below_is_told_through_all_levels():
    assert is_below(CATALOGUE, "it.old.printer", "it")
    assert is_below(CATALOGUE, "it", "it")
    assert not is_below(CATALOGUE, "it", "it.network")


def test_the_demo_catalogue_has_parents_before_children_and_both_languages():
    known = set()
    for request in demo.SUBJECTS:
        assert request.parent is None or request.parent in known
        assert set(request.title) == {"fa", "en"}
        known.add(request.id)
    assert {"it.software", "finance.payroll", "hr.leave", "complaint.staff", "info"} <= known
