"""Which review forms can be asked, and which answers they accept."""

from typing import Any

import pytest
from msgspec import convert

from callcenter.errors import BadInput
from callcenter.quality.rules import (
    NOT_APPLICABLE,
    Fault,
    Item,
    Section,
    Words,
    asked,
    check_form,
    faults,
    possible_keys,
)
from callcenter.quality.service import SHIPPED, shipped

USUAL: dict[str, Any] = {"id": "a", "kind": "yes_no", "label": {"en": "?"}, "points": 10}
CHOICE = USUAL | {
    "kind": "choice",
    "options": [
        {"id": "good", "label": {"en": "Good"}, "share": 1},
        {"id": "bad", "label": {"zh": "差"}, "share": 0.5},
    ],
}
SCALE = USUAL | {"kind": "scale", "steps": 5}


def form(*items: dict[str, Any]) -> tuple[Section, ...]:
    return (Section(id="s", label=Words(en="S"), items=tuple(convert(USUAL | item, Item) for item in items)),)


def options(*shares: float, **more: Any) -> dict[str, Any]:
    made = [{"id": f"o{nth}", "label": {"en": "?"}, "share": share} for nth, share in enumerate(shares)]
    return USUAL | {"kind": "choice", "options": made} | more


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_forms_can_be_asked(name: str) -> None:
    check_form(shipped(name).name, shipped(name).sections)


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "sections"),
        ([{"points": 0}], "sections"),
        ([{}, {}], "sections.0.items.1.id"),
        ([{"label": {"en": " "}}], "sections.0.items.0.label"),
        ([{"steps": 5}], "sections.0.items.0.steps"),
        ([SCALE | {"steps": None}], "sections.0.items.0.steps"),
        ([SCALE | {"steps": 0}], "sections.0.items.0.steps"),
        ([SCALE | {"steps": 21}], "sections.0.items.0.steps"),
        ([CHOICE | {"kind": "yes_no"}], "sections.0.items.0.options"),
        ([options(1)], "sections.0.items.0.options"),
        ([options(0, 0.5)], "sections.0.items.0.options"),
        ([options(1, 0.5, is_fatal=True)], "sections.0.items.0.options"),
        ([CHOICE | {"options": [CHOICE["options"][0]] * 2}], "sections.0.items.0.options"),
        ([CHOICE | {"options": [*CHOICE["options"], {"id": NOT_APPLICABLE, "label": {"en": "-"}, "share": 0}]}],
         "sections.0.items.0.options"),
        ([CHOICE | {"options": [*CHOICE["options"], {"id": "x", "label": {}, "share": 0}]}],
         "sections.0.items.0.options.2.label"),
        ([{"asked_if": {"item": "a", "any_of": ["yes"]}}], "sections.0.items.0.asked_if.item"),
        ([{}, {"id": "b", "asked_if": {"item": "a", "any_of": ["good"]}}], "sections.0.items.1.asked_if.any_of"),
        ([{}, {"id": "b", "asked_if": {"item": "a", "any_of": []}}], "sections.0.items.1.asked_if.any_of"),
        ([{"id": f"i{nth}"} for nth in range(201)], "sections"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_asked_is_refused_by_field(items: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_form(Words(en="F"), form(*items))
    assert refused.value.field == field


def test_names_and_sections_are_checked_too() -> None:
    (section,) = form({})
    empty = Section(id="t", label=Words(en="T"), items=())
    for name, sections, field in [
        (Words(), (section,), "name"),
        (Words(en="F"), (section, section), "sections.1.id"),
        (Words(en="F"), (section, empty), "sections.1.items"),
    ]:
        with pytest.raises(BadInput) as refused:
            check_form(name, sections)
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("item", "answer", "fault"),
    [
        (USUAL, True, None),
        (USUAL, NOT_APPLICABLE, None),
        (USUAL, None, Fault.REQUIRED),
        (USUAL, "yes", Fault.WRONG_KIND),
        (USUAL, 1, Fault.WRONG_KIND),
        (SCALE, 5, None),
        (SCALE, 6, Fault.OUTSIDE_SCALE),
        (SCALE, -1, Fault.OUTSIDE_SCALE),
        (SCALE, 2.5, Fault.WRONG_KIND),
        (SCALE, True, Fault.WRONG_KIND),
        (CHOICE, "bad", None),
        (CHOICE, "worse", Fault.UNKNOWN_OPTION),
        (CHOICE, ["bad"], Fault.WRONG_KIND),
    ],
)
def test_answers(item: dict[str, Any], answer: Any, fault: Fault | None) -> None:
    assert faults(form(item), {"a": answer}, is_complete=True).get("a") == fault


def test_what_is_not_asked_needs_no_answer_and_neither_does_what_depends_on_it() -> None:
    depends = [
        {},
        {"id": "b", "asked_if": {"item": "a", "any_of": ["yes"]}},
        {"id": "c", "asked_if": {"item": "b", "any_of": ["yes"]}},
    ]
    sections = form(*depends)
    assert [item.id for item in asked(sections, {"a": False, "b": True})] == ["a"]
    assert faults(sections, {"a": False}, is_complete=True) == {}
    assert faults(sections, {"a": True}, is_complete=True) == {"b": Fault.REQUIRED}
    assert faults(sections, {"a": True}, is_complete=False) == {}
    assert [item.id for item in asked(sections, {"a": NOT_APPLICABLE})] == ["a"]


def test_every_word_by_which_an_item_can_be_answered() -> None:
    found = [
        possible_keys(item) for item in form(USUAL, SCALE | {"id": "b", "steps": 2}, CHOICE | {"id": "c"})[0].items
    ]
    assert found == [["yes", "no"], ["0", "1", "2"], ["good", "bad"]]
