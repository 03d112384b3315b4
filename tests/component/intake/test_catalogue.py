import secrets

from tests.component.intake.world import DESK, Intake
from tests.component.service import ADMIN


def a_subject(**changes):
    fields = {"id": f"s{secrets.token_hex(4)}", "kind": "request", "title": {"fa": "تازه"}}
    return fields | changes


def lines(intake: Intake) -> list[dict]:
    return list(intake.call("subjects", {}).expect(200).json)


def test_the_demo_catalogue_is_a_tree_in_both_languages(intake):
    seen = set()
    for line in lines(intake):
        assert line["parent"] is None or line["parent"] in seen
        assert {"fa"} <= set(line["title"])
        seen.add(line["id"])
    assert {"it.software", "finance.invoice", "hr.pension", "complaint.staff"} <= seen


def test_a_defined_subject_takes_tickets_at_once_until_it_is_closed(intake):
    subject = a_subject(parent="it")

    intake.call("define_subject", subject, by=ADMIN).expect(200)
    intake.register(subject=subject["id"]).expect(200)
    intake.call("define_subject", subject | {"active": False}, by=ADMIN).expect(200)

    refused = intake.register(subject=subject["id"]).expect(422).json
    assert refused["fields"][0]["code"] == "subject_closed"
    events = intake.events(f"subject:{subject['id']}")
    assert [event["data"]["active"] for event in events] == [True, False]


def test_a_repeated_definition_changes_nothing(intake):
    subject, key = a_subject(), secrets.token_hex(8)

    first = intake.call("define_subject", subject, by=ADMIN, key=key).expect(200)
    intake.call("define_subject", subject | {"title": {"fa": "نو"}}, by=ADMIN).expect(200)
    again = intake.call("define_subject", subject, by=ADMIN, key=key).expect(200)

    (line,) = (line for line in lines(intake) if line["id"] == subject["id"])
    assert again.json == first.json
    assert line["title"] == {"fa": "نو"}
    assert len(intake.events(f"subject:{subject['id']}")) == 2


def test_a_subject_hangs_below_a_known_one_that_is_not_below_itself(intake):
    unknown = intake.call("define_subject", a_subject(parent="nothing"), by=ADMIN)
    circle = intake.call("define_subject", a_subject(id="it", parent="it.network"), by=ADMIN)

    assert unknown.expect(422).json["fields"][0]["code"] == "subject_unknown"
    assert circle.expect(422).json["fields"][0]["code"] == "subject_below_itself"


def test_only_administrators_define_subjects(intake):
    intake.call("define_subject", a_subject(), by=DESK).expect(403)


def test_a_request_tells_which_groups_of_words_it_mentions_and_not_its_words(intake):
    name = f"w{secrets.token_hex(4)}"
    group = {
        "id": name,
        "title": {"en": "Outage"},
        "words": ["برق رفته", " برق  رفته ", "blackout"],
    }

    defined = intake.call("define_word_group", group, by=ADMIN).expect(200).json
    code = intake.code_of_new_ticket(title="برق‌رفته است", description="از صبح")

    assert defined["words"] == ["برق رفته", "blackout"]
    (event,) = intake.events(code)
    assert event["data"]["mentions"] == [name]
    (change,) = intake.events(f"words:{name}")
    assert change["data"] == {"words": 2, "active": True}
    intake.call("define_word_group", group | {"active": False}, by=ADMIN).expect(200)
    other = intake.code_of_new_ticket(title="blackout", description="x")
    assert intake.events(other)[0]["data"]["mentions"] == []


def test_only_administrators_define_groups_of_words_and_each_word_has_a_letter(intake):
    group = {"id": "marks", "title": {"en": "x"}, "words": ["fine", "?!"]}

    refused = intake.call("define_word_group", group, by=ADMIN).expect(422).json

    assert [(fault["pointer"], fault["code"]) for fault in refused["fields"]] == [
        ("/words/1", "empty")
    ]
    intake.call("define_word_group", group | {"words": ["fine"]}, by=DESK).expect(403)
