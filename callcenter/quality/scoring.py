"""What a review scores: points of the items that were judged, 0–100. Pure.

An item that is not asked, not answered or not applicable is left out. Its points go to the other items of its section
in proportion to theirs, so that a section weighs what it weighed; those of a section of which nothing is judged go to
the other sections in proportion. So the weights of what is judged always add up to 100.
"""

from collections.abc import Sequence
from math import fsum
from typing import Any

from msgspec import Struct

from callcenter.quality.rules import NOT_APPLICABLE, Answers, Item, ItemKind, Section, asked

FULL = 100.0


class Earned(Struct, frozen=True):
    """What one item or section earned (`points`) of what it weighs in this review, both of the whole 100."""

    points: float
    weight: float


class Score(Struct, frozen=True, kw_only=True):
    """`total` is 0–100, None where nothing with points was judged; `zeroed_by` are the fatal items that failed.

    Items and sections tell what they earned even where the total is zeroed.
    """

    total: float | None
    zeroed_by: tuple[str, ...]
    items: dict[str, Earned]
    sections: dict[str, Earned]


def score(sections: Sequence[Section], answers: Answers) -> Score:
    """The score of acceptable answers (`rules.faults` finds none); of some of them, the score so far."""
    judged = {
        item.id: share_of(item, answers[item.id]) for item in asked(sections, answers) if _is_judged(item, answers)
    }
    weights = _weights(sections, judged)
    items = {name: Earned(judged[name] * weight, weight) for name, weight in weights.items()}
    fatal = tuple(
        item.id for section in sections for item in section.items if item.is_fatal and judged.get(item.id) == 0
    )
    total = fsum(earned.points for earned in items.values())
    return Score(
        total=None if not weights and not fatal else 0.0 if fatal else min(FULL, round(total, 6)),
        zeroed_by=fatal,
        items=items,
        sections={section.id: _together(section, items) for section in sections},
    )


def share_of(item: Item, answer: Any) -> float:
    """The share (0–1) of its points that an item earns by this answer."""
    if item.kind is ItemKind.YES_NO:
        return 1.0 if answer else 0.0
    if item.kind is ItemKind.SCALE:
        return float(answer) / float(item.steps or 1)
    return next(option.share for option in item.options if option.id == answer)


def _is_judged(item: Item, answers: Answers) -> bool:
    return answers.get(item.id) not in (None, NOT_APPLICABLE)


def _weights(sections: Sequence[Section], judged: dict[str, float]) -> dict[str, float]:
    """What each judged item with points weighs; together 100."""
    left = [[item for item in section.items if item.id in judged and item.points > 0] for section in sections]
    whole = {section.id: fsum(item.points for item in section.items) for section in sections}
    all_points = fsum(whole[section.id] for section, items in zip(sections, left, strict=True) if items)
    weights = {}
    for section, items in zip(sections, left, strict=True):
        points = fsum(item.points for item in items)
        for item in items:
            weights[item.id] = FULL * (whole[section.id] / all_points) * (item.points / points)
    return weights


def _together(section: Section, items: dict[str, Earned]) -> Earned:
    found = [items[item.id] for item in section.items if item.id in items]
    return Earned(fsum(earned.points for earned in found), fsum(earned.weight for earned in found))
