"""What a form may ask, which of its questions are shown, and which answers it accepts. Pure.

The panel has the same rules (web/src/forms/rules.ts); tests/forms/cases.json holds both to them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from callcenter.errors import BadInput

LONGEST_TEXT = 4_000
LARGEST = 1e15
SMALLEST_SCALE, LARGEST_SCALE = 0, 10


class Kind(StrEnum):
    """What an answer is: an option's id, several of them, a whole number of a scale, true or false, a text, a number,
    a date such as "2026-01-31"."""

    CHOICE = "choice"
    CHOICES = "choices"
    SCALE = "scale"
    YES_NO = "yes_no"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


COUNTED = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.SCALE, Kind.YES_NO})
"""Kinds with few answers: they are counted one by one, and other questions may depend on them."""


class Option(Struct, frozen=True):
    """What can be chosen."""

    id: str
    label: str


class Condition(Struct, frozen=True):
    """Holds when an earlier question is shown and answered by one of these (see `keys_of`)."""

    question: str
    any_of: tuple[str, ...]


class Question(Struct, frozen=True, kw_only=True):
    """One question. `minimum` and `maximum` bound a scale (which needs them) or a number."""

    id: str
    kind: Kind
    label: str
    help: str = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    shown_if: Condition | None = None


class Fault(StrEnum):
    """What is wrong with an answer, in one word that the panel translates."""

    REQUIRED = "required"
    WRONG_KIND = "wrong_kind"
    UNKNOWN_OPTION = "unknown_option"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NOT_A_DATE = "not_a_date"


Answers = Mapping[str, Any]


def keys_of(answer: Any) -> tuple[str, ...]:
    """An answer as the words that conditions and counts know it by: option ids, "yes" and "no", "7"."""
    if answer is None or answer == "":
        return ()
    if isinstance(answer, bool):
        return ("yes" if answer else "no",)
    if isinstance(answer, list | tuple):
        return tuple(str(one) for one in answer)
    if isinstance(answer, int | float):
        return (f"{answer:g}",)
    return (str(answer),)


def shown(questions: Sequence[Question], answers: Answers) -> list[Question]:
    """The questions that these answers show, in their order."""
    found: dict[str, Question] = {}
    for question in questions:
        needed = question.shown_if
        is_met = needed is None or (
            needed.question in found and not set(needed.any_of).isdisjoint(keys_of(answers.get(needed.question)))
        )
        if is_met:
            found[question.id] = question
    return list(found.values())


def faults(questions: Sequence[Question], answers: Answers, *, is_complete: bool) -> dict[str, Fault]:
    """What is wrong, by question. Only a complete form must have an answer to each required question that is shown."""
    found = {}
    for question in shown(questions, answers):
        answer = answers.get(question.id)
        if _is_empty(answer):
            if question.is_required and is_complete:
                found[question.id] = Fault.REQUIRED
        elif (fault := _CHECKS[question.kind](question, answer)) is not None:
            found[question.id] = fault
    return found


def kept(questions: Sequence[Question], answers: Answers) -> dict[str, Any]:
    """The answers that count: those given to questions that are shown."""
    return {
        question.id: answers[question.id]
        for question in shown(questions, answers)
        if not _is_empty(answers.get(question.id))
    }


def _is_empty(answer: Any) -> bool:
    return answer is None or answer in ("", []) or (isinstance(answer, str) and not answer.strip())


# --- one answer -------------------------------------------------------------------------------------------------


def _choice(question: Question, answer: Any) -> Fault | None:
    if not isinstance(answer, str):
        return Fault.WRONG_KIND
    return None if answer in {option.id for option in question.options} else Fault.UNKNOWN_OPTION


def _choices(question: Question, answer: Any) -> Fault | None:
    if not isinstance(answer, list) or not all(isinstance(one, str) for one in answer):
        return Fault.WRONG_KIND
    known = {option.id for option in question.options}
    return None if known.issuperset(answer) and len(set(answer)) == len(answer) else Fault.UNKNOWN_OPTION


def _number(question: Question, answer: Any) -> Fault | None:
    # Not a number (NaN) is not between anything.
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not -LARGEST <= answer <= LARGEST:
        return Fault.WRONG_KIND
    if question.minimum is not None and answer < question.minimum:
        return Fault.TOO_SMALL
    return Fault.TOO_LARGE if question.maximum is not None and answer > question.maximum else None


def _scale(question: Question, answer: Any) -> Fault | None:
    if isinstance(answer, float) and not answer.is_integer():
        return Fault.WRONG_KIND
    return _number(question, answer)


def _yes_no(_question: Question, answer: Any) -> Fault | None:
    return None if isinstance(answer, bool) else Fault.WRONG_KIND


def _text(_question: Question, answer: Any) -> Fault | None:
    if not isinstance(answer, str) or "\x00" in answer:
        return Fault.WRONG_KIND
    return Fault.TOO_LONG if len(answer) > LONGEST_TEXT else None


def _date(_question: Question, answer: Any) -> Fault | None:
    if not isinstance(answer, str):
        return Fault.WRONG_KIND
    try:
        is_date = bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", answer, re.ASCII)) and bool(date.fromisoformat(answer))
    except ValueError:
        is_date = False
    return None if is_date else Fault.NOT_A_DATE


_CHECKS = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.SCALE: _scale,
    Kind.YES_NO: _yes_no,
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
}


# --- a form -----------------------------------------------------------------------------------------------------


def check_form(questions: Sequence[Question]) -> None:
    """Raises BadInput naming the field (`questions.2.options`) of a form that cannot be asked."""
    earlier: dict[str, Question] = {}
    for nth, question in enumerate(questions):
        where = f"questions.{nth}"
        if question.id in earlier:
            raise BadInput(f"Two questions have the id {question.id!r}", field=f"{where}.id")
        _check_options(question, where)
        _check_bounds(question, where)
        if question.shown_if is not None:
            _check_condition(question.shown_if, earlier, f"{where}.shown_if")
        earlier[question.id] = question


def _check_options(question: Question, where: str) -> None:
    has_options = question.kind in (Kind.CHOICE, Kind.CHOICES)
    if has_options and len(question.options) < 2:
        raise BadInput(f"{question.label!r} needs at least two options", field=f"{where}.options")
    if not has_options and question.options:
        raise BadInput(f"{question.label!r} is no choice and has no options", field=f"{where}.options")
    for words in ([option.id for option in question.options], [option.label for option in question.options]):
        if len(set(words)) < len(words):
            raise BadInput(f"{question.label!r} has an option twice", field=f"{where}.options")


def _check_bounds(question: Question, where: str) -> None:
    low, high = question.minimum, question.maximum
    if question.kind not in (Kind.SCALE, Kind.NUMBER):
        if low is not None or high is not None:
            raise BadInput(f"{question.label!r} is no number and has no bounds", field=f"{where}.minimum")
        return
    if low is not None and high is not None and low >= high:
        raise BadInput(f"{question.label!r}: the smallest must be below the largest", field=f"{where}.maximum")
    if question.kind is Kind.SCALE:
        bounds = (low, high)
        if any(one is None or one != int(one) or not SMALLEST_SCALE <= one <= LARGEST_SCALE for one in bounds):
            raise BadInput(
                f"{question.label!r}: a scale goes from one whole number to another, {SMALLEST_SCALE} to"
                f" {LARGEST_SCALE} at most",
                field=f"{where}.maximum",
            )


def _check_condition(condition: Condition, earlier: Mapping[str, Question], where: str) -> None:
    source = earlier.get(condition.question)
    if source is None:
        raise BadInput("A question can depend only on one that is asked before it", field=f"{where}.question")
    if source.kind not in COUNTED:
        raise BadInput("A question can depend on a choice, a scale or yes and no only", field=f"{where}.question")
    unknown = set(condition.any_of) - set(possible_keys(source))
    if unknown or not condition.any_of:
        raise BadInput(
            f"{source.label!r} is never answered by {', '.join(sorted(unknown)) or 'nothing'}", field=f"{where}.any_of"
        )


def possible_keys(question: Question) -> Iterable[str]:
    """Every word by which a counted question can be answered, in order."""
    if question.kind is Kind.YES_NO:
        return ("yes", "no")
    if question.kind is Kind.SCALE:
        return (str(number) for number in range(int(question.minimum or 0), int(question.maximum or 0) + 1))
    return (option.id for option in question.options)


# --- a record ---------------------------------------------------------------------------------------------------


class Result(StrEnum):
    """How a callback went, as its agent says: `later` asked for another time, `wrong_person` is not there at all,
    `not_reached` was a mailbox, or nobody who could answer."""

    COMPLETED = "completed"
    LATER = "later"
    REFUSED = "refused"
    WRONG_PERSON = "wrong_person"
    NOT_REACHED = "not_reached"
