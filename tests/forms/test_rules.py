"""The rules of forms: the cases that the panel keeps to as well, and forms that cannot be asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert

from callcenter.errors import BadInput
from callcenter.forms.rules import LONGEST_TEXT, Question, check_form, faults, kept, keys_of, shown

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())
OPTIONS = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def asked(*questions: dict[str, Any]) -> list[Question]:
    return convert([{"label": "?"} | question for question in questions], list[Question])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_answers(case: dict[str, Any]) -> None:
    questions = asked(*case["questions"])
    check_form(questions)
    assert [question.id for question in shown(questions, case["answers"])] == case["shown"]
    assert faults(questions, case["answers"], is_complete=case.get("complete", True)) == case["faults"]
    if "kept" in case:
        assert kept(questions, case["answers"]) == case["kept"]


def test_a_text_has_an_end() -> None:
    [question] = asked({"id": "why", "kind": "text"})
    assert faults([question], {"why": "x" * LONGEST_TEXT}, is_complete=True) == {}
    assert faults([question], {"why": "x" * (LONGEST_TEXT + 1)}, is_complete=True) == {"why": "too_long"}


def test_answers_by_the_words_of_conditions() -> None:
    assert [keys_of(one) for one in (None, "", True, False, 7, 7.0, "a", ["a", "b"])] == [
        (), (), ("yes",), ("no",), ("7",), ("7",), ("a",), ("a", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("questions", "field"),
    [
        ([{"id": "a", "kind": "text"}, {"id": "a", "kind": "date"}], "questions.1.id"),
        ([{"id": "a", "kind": "choice", "options": OPTIONS[:1]}], "questions.0.options"),
        ([{"id": "a", "kind": "choice", "options": [OPTIONS[0], OPTIONS[0]]}], "questions.0.options"),
        ([{"id": "a", "kind": "text", "options": OPTIONS}], "questions.0.options"),
        ([{"id": "a", "kind": "scale"}], "questions.0.maximum"),
        ([{"id": "a", "kind": "scale", "minimum": 0, "maximum": 11}], "questions.0.maximum"),
        ([{"id": "a", "kind": "scale", "minimum": 0.5, "maximum": 5}], "questions.0.maximum"),
        ([{"id": "a", "kind": "number", "minimum": 5, "maximum": 5}], "questions.0.maximum"),
        ([{"id": "a", "kind": "text", "minimum": 5}], "questions.0.minimum"),
        (
            [{"id": "a", "kind": "text", "shown_if": {"question": "a", "any_of": ["x"]}}],
            "questions.0.shown_if.question",
        ),
        (
            [{"id": "a", "kind": "text"}, {"id": "b", "kind": "text", "shown_if": {"question": "a", "any_of": ["x"]}}],
            "questions.1.shown_if.question",
        ),
        (
            [
                {"id": "a", "kind": "yes_no"},
                {"id": "b", "kind": "text", "shown_if": {"question": "a", "any_of": ["7"]}},
            ],
            "questions.1.shown_if.any_of",
        ),
        (
            [{"id": "a", "kind": "yes_no"}, {"id": "b", "kind": "text", "shown_if": {"question": "a", "any_of": []}}],
            "questions.1.shown_if.any_of",
        ),
    ],
)
def test_forms_that_cannot_be_asked(questions: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check_form(asked(*questions))
    assert refusal.value.field == field
