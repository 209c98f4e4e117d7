"""What a review form asks, which forms can be asked, and which answers they accept. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from callcenter.errors import BadInput
from callcenter.forms.rules import keys_of

NOT_APPLICABLE = "not_applicable"
"""The answer by which a reviewer leaves an item out; its points go to the others."""

LARGEST_SCALE = 20
MOST_ITEMS = 200


class ItemKind(StrEnum):
    """What an answer is: true or false; a whole number from 0 to `steps`; the id of an option."""

    YES_NO = "yes_no"
    SCALE = "scale"
    CHOICE = "choice"


class Words(Struct, frozen=True):
    """One text in both languages; where one is empty the other is shown."""

    en: str = ""
    zh: str = ""


class Option(Struct, frozen=True, kw_only=True):
    """What can be chosen, and the share (0–1) of the item's points that it earns."""

    id: str
    label: Words
    share: float


class Condition(Struct, frozen=True):
    """Holds when an earlier item is asked and answered by one of these: "yes", "3", an option's id."""

    item: str
    any_of: tuple[str, ...]


class Item(Struct, frozen=True, kw_only=True):
    """One thing that is judged. `points` it can earn; 0: it is only asked, or only fatal.

    `steps` is the best of a scale. The worst answer to a fatal item (it earns nothing) zeroes the whole review.
    """

    id: str
    kind: ItemKind
    label: Words
    points: float
    guidance: Words = Words()
    steps: int | None = None
    options: tuple[Option, ...] = ()
    is_fatal: bool = False
    asked_if: Condition | None = None


class Section(Struct, frozen=True, kw_only=True):
    """Items that belong together: it keeps the sum of its points while one of them is judged."""

    id: str
    label: Words
    items: tuple[Item, ...]


class Fault(StrEnum):
    """What is wrong with an answer, in one word that the panel translates."""

    REQUIRED = "required"
    WRONG_KIND = "wrong_kind"
    UNKNOWN_OPTION = "unknown_option"
    OUTSIDE_SCALE = "outside_scale"


Answers = Mapping[str, Any]


def items_of(sections: Sequence[Section]) -> list[Item]:
    """All items, in the order in which they are asked."""
    return [item for section in sections for item in section.items]


def asked(sections: Sequence[Section], answers: Answers) -> list[Item]:
    """The items that these answers have asked, in their order."""
    found: dict[str, Item] = {}
    for item in items_of(sections):
        needed = item.asked_if
        is_met = needed is None or (
            needed.item in found and not set(needed.any_of).isdisjoint(keys_of(answers.get(needed.item)))
        )
        if is_met:
            found[item.id] = item
    return list(found.values())


def faults(sections: Sequence[Section], answers: Answers, *, is_complete: bool) -> dict[str, Fault]:
    """What is wrong, by item; an unanswered item is wrong only where the review is complete."""
    found = {}
    for item in asked(sections, answers):
        answer = answers.get(item.id)
        if answer is None:
            if is_complete:
                found[item.id] = Fault.REQUIRED
        elif answer != NOT_APPLICABLE and (fault := _fault(item, answer)) is not None:
            found[item.id] = fault
    return found


def _fault(item: Item, answer: Any) -> Fault | None:
    if item.kind is ItemKind.YES_NO:
        return None if isinstance(answer, bool) else Fault.WRONG_KIND
    if item.kind is ItemKind.CHOICE:
        if not isinstance(answer, str):
            return Fault.WRONG_KIND
        return None if answer in {option.id for option in item.options} else Fault.UNKNOWN_OPTION
    if isinstance(answer, bool) or not isinstance(answer, int):
        return Fault.WRONG_KIND
    return None if 0 <= answer <= (item.steps or 0) else Fault.OUTSIDE_SCALE


def possible_keys(item: Item) -> list[str]:
    """Every word by which an item can be answered, from the worst of a scale up."""
    if item.kind is ItemKind.YES_NO:
        return ["yes", "no"]
    if item.kind is ItemKind.SCALE:
        return [str(step) for step in range((item.steps or 0) + 1)]
    return [option.id for option in item.options]


# --- a form -----------------------------------------------------------------------------------------------------


def check_form(name: Words, sections: Sequence[Section]) -> None:
    """Raises BadInput naming the field (`sections.1.items.0.options`) of a form that cannot be asked."""
    _check_words(name, "name")
    if not any(item.points > 0 for item in items_of(sections)):
        raise BadInput("A form needs an item with points", field="sections")
    if len(items_of(sections)) > MOST_ITEMS:
        raise BadInput(f"A form has at most {MOST_ITEMS} items", field="sections")
    earlier: dict[str, Item] = {}
    ids: set[str] = set()
    for nth, section in enumerate(sections):
        where = f"sections.{nth}"
        _check_words(section.label, f"{where}.label")
        if section.id in ids:
            raise BadInput(f"Two sections have the id {section.id!r}", field=f"{where}.id")
        ids.add(section.id)
        if not section.items:
            raise BadInput("A section needs an item", field=f"{where}.items")
        for mth, item in enumerate(section.items):
            _check_item(item, earlier, f"{where}.items.{mth}")
            earlier[item.id] = item


def _check_words(words: Words, where: str) -> None:
    if not (words.en.strip() or words.zh.strip()):
        raise BadInput("Say it in one language at least", field=where)


def _check_item(item: Item, earlier: Mapping[str, Item], where: str) -> None:
    if item.id in earlier:
        raise BadInput(f"Two items have the id {item.id!r}", field=f"{where}.id")
    _check_words(item.label, f"{where}.label")
    if (item.steps is not None) != (item.kind is ItemKind.SCALE):
        raise BadInput("A scale, and nothing else, has steps", field=f"{where}.steps")
    if item.steps is not None and not 1 <= item.steps <= LARGEST_SCALE:
        raise BadInput(f"A scale goes from 0 to 1 at least and {LARGEST_SCALE} at most", field=f"{where}.steps")
    _check_options(item, where)
    if item.asked_if is not None:
        _check_condition(item.asked_if, earlier, f"{where}.asked_if")


def _check_options(item: Item, where: str) -> None:
    if item.kind is not ItemKind.CHOICE:
        if item.options:
            raise BadInput("Only a choice has options", field=f"{where}.options")
        return
    if len(item.options) < 2:
        raise BadInput("A choice needs at least two options", field=f"{where}.options")
    ids = [option.id for option in item.options]
    if len(set(ids)) < len(ids) or NOT_APPLICABLE in ids:
        raise BadInput("An option is there twice, or is called not_applicable", field=f"{where}.options")
    for nth, option in enumerate(item.options):
        _check_words(option.label, f"{where}.options.{nth}.label")
    shares = [option.share for option in item.options]
    if max(shares) != 1:
        raise BadInput("One option must earn all points", field=f"{where}.options")
    if item.is_fatal and min(shares) != 0:
        raise BadInput("A fatal choice needs an option that earns nothing", field=f"{where}.options")


def _check_condition(condition: Condition, earlier: Mapping[str, Item], where: str) -> None:
    source = earlier.get(condition.item)
    if source is None:
        raise BadInput("An item can depend only on one that is asked before it", field=f"{where}.item")
    unknown = set(condition.any_of) - set(possible_keys(source))
    if unknown or not condition.any_of:
        raise BadInput(
            f"{source.id!r} is never answered by {', '.join(sorted(unknown)) or 'nothing'}", field=f"{where}.any_of"
        )
