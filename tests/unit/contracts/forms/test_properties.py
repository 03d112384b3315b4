"""What holds of every form and every set of answers."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.forms import Form, ReadyForm, fill_in
from contracts.forms.checking import checked_form
from tests.unit.contracts.forms.samples import TODAY, a_field, options, var, words

_NAMES = ("a", "b", "c", "d", "e")
_TREE = [{**options("fars")[0], "options": options("shiraz", "jahrom")}, *options("qom")]

#: What people and programs send, fitting and not.
sent = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 50),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=8),
    st.sampled_from(
        ["yes", "x", "y", "fars/shiraz", "qom", "۱۲", "1405-01-02", "0084575948", "a@b.ir", "  "]
    ),
    st.lists(st.sampled_from(["x", "y", "fars", "shiraz", "qom"]), max_size=3),
)


def conditions(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Conditions over the names alone, so that nothing hangs on itself."""
    name = st.sampled_from([*names, "context.today"])
    return st.one_of(
        st.booleans(),
        st.builds(lambda n: {"!": var(n)}, name),
        st.builds(lambda n, v: {"===": [var(n), v]}, name, st.sampled_from(["x", 1, True, None])),
        st.builds(lambda n, v: {">": [var(n), v]}, name, st.integers(-5, 50)),
    )


def plain(name: str, before: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    more: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
        [
            a_field("text", name),
            a_field("text", name, pattern=r"[a-z]{0,5}\d?", default="a"),
            a_field("long_text", name, min_length=2),
            a_field("number", name, min=0, max=100, step=0.5, default=1),
            a_field("number", name, step=1),
            a_field("date", name, default=var("context.today")),
            a_field("choice", name, options=options("x", "y"), default="x"),
            a_field("multi_choice", name, options=options("x", "y"), max=1),
            a_field("cascade", name, options=_TREE),
            a_field("national_id", name),
            a_field("email", name),
            a_field("yes_no", name, default=False),
        ]
    )
    return st.builds(
        lambda field, visible, required: {**field, "visible": visible, "required": required},
        more,
        conditions(before),
        conditions(before),
    )


@st.composite
def a_table(draw: Any, name: str) -> dict[str, Any]:
    names = draw(st.integers(1, 3))
    columns = [
        {**draw(plain(f"k{n}", ())), "visible": True, "required": draw(st.booleans())}
        for n in range(names)
    ]
    for column in columns:
        if isinstance(column.get("default"), dict):
            del column["default"]
    columns.append(a_field("number", "sum", computed={"+": [var("k0"), 1]}))
    return a_field("table", name, columns=columns, max_rows=4, min_rows=draw(st.integers(0, 2)))


@st.composite
def forms(draw: Any) -> ReadyForm:
    fields = []
    for place, name in enumerate(_NAMES[: draw(st.integers(1, 5))]):
        before = _NAMES[:place]
        kind = draw(st.integers(0, 9))
        if kind == 0:
            fields.append(draw(a_table(name)))
        elif kind <= 2 and before:
            rule = {"+": [var(draw(st.sampled_from(before))), 1]}
            visible = draw(conditions(before))
            fields.append(a_field("number", name, computed=rule, visible=visible))
        else:
            fields.append(draw(plain(name, before)))
    cut = draw(st.integers(0, len(fields)))
    asked = _NAMES[:cut]
    sections = [
        {"id": "one", "title": words(), "fields": fields[:cut]},
        {
            "id": "two",
            "title": words(),
            "fields": fields[cut:],
            "visible": draw(conditions(asked)) if asked else True,
        },
    ]
    draft, faults = checked_form({"title": words(), "sections": sections}, {})
    assert faults == []
    assert draft.form is not None
    return ReadyForm(draft.form)


rows = st.lists(st.dictionaries(st.sampled_from(["k0", "k1", "sum", "z"]), sent), max_size=5)
answers = st.dictionaries(st.sampled_from([*_NAMES, "z"]), st.one_of(sent, rows))


@given(forms(), answers)
@settings(max_examples=100)
def test_what_was_taken_is_taken_again_as_it_is(form, given_):
    first = fill_in(form, given_, TODAY)
    if first.faults:
        return

    again = fill_in(form, first.values, TODAY)

    assert again.faults == []
    assert again.values == first.values


@given(forms(), answers)
@settings(max_examples=100)
def test_only_what_is_visible_has_an_answer_and_faults_are_of_fields_asked(form, given_):
    filled = fill_in(form, given_, TODAY)

    assert set(filled.values) <= filled.fields
    for fault in filled.faults:
        name = fault.pointer.split("/")[2]
        assert name in filled.fields or fault.code == "unknown_field"


@given(forms(), answers, sent)
@settings(max_examples=100)
def test_what_is_computed_does_not_hang_on_what_was_sent_for_it(form, given_, other):
    computed = {step.field.id for step in form.steps if step.computed}

    honest = fill_in(form, {n: v for n, v in given_.items() if n not in computed}, TODAY)
    forged = fill_in(form, {**given_, **dict.fromkeys(computed, other)}, TODAY)

    assert forged == honest


@given(forms(), answers)
@settings(max_examples=50)
def test_a_stored_definition_asks_the_same(form, given_):
    stored = msgspec.json.decode(msgspec.json.encode(form.form))

    assert fill_in(ReadyForm(msgspec.convert(stored, Form)), given_, TODAY) == fill_in(
        form, given_, TODAY
    )
