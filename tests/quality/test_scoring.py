"""Scores of review forms: examples, and properties over forms and answers that nobody thought of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from callcenter.quality.rules import NOT_APPLICABLE, Item, ItemKind, Option, Section, Words, asked, faults, items_of
from callcenter.quality.scoring import score, share_of
from callcenter.quality.service import SHIPPED, shipped

WORD = Words(en="?")


def form(*sections: list[dict[str, Any]]) -> tuple[Section, ...]:
    """Sections s0, s1, …; items are yes-or-no ones of 10 points unless they say otherwise."""
    usual = {"kind": "yes_no", "label": {"en": "?"}, "points": 10}
    return tuple(
        Section(id=f"s{nth}", label=WORD, items=tuple(convert(usual | item, Item) for item in items))
        for nth, items in enumerate(sections)
    )


SIMPLE = form([{"id": "a"}, {"id": "b", "points": 30}], [{"id": "c", "points": 60, "kind": "scale", "steps": 3}])


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ({"a": True, "b": True, "c": 3}, 100),
        ({"a": False, "b": False, "c": 0}, 0),
        ({"a": True, "b": False, "c": 1}, 30),
        ({"a": True, "b": NOT_APPLICABLE, "c": 0}, 40),
        ({"a": NOT_APPLICABLE, "b": NOT_APPLICABLE, "c": 1}, pytest.approx(100 / 3)),
        ({"a": True, "b": False, "c": NOT_APPLICABLE}, 25),
        ({"c": 3}, 100),
        ({"a": NOT_APPLICABLE, "b": NOT_APPLICABLE, "c": NOT_APPLICABLE}, None),
        ({}, None),
    ],
)
def test_points_of_what_is_left_out_go_to_the_rest(answers: dict[str, Any], total: float | None) -> None:
    assert score(SIMPLE, answers).total == total


def test_a_section_weighs_what_it_weighed_while_one_of_its_items_is_judged() -> None:
    found = score(SIMPLE, {"a": True, "b": NOT_APPLICABLE, "c": 3})
    assert (found.items["a"].weight, found.sections["s0"].weight, found.sections["s1"].weight) == (40, 40, 60)


def test_a_fatal_item_zeroes_the_review_and_what_was_earned_is_still_told() -> None:
    sections = form([{"id": "a", "is_fatal": True}, {"id": "b"}], [{"id": "law", "points": 0, "is_fatal": True}])
    good = score(sections, {"a": True, "b": True, "law": True})
    bad = score(sections, {"a": True, "b": True, "law": False})
    assert (good.total, good.zeroed_by) == (100, ())
    assert (bad.total, bad.zeroed_by, bad.items["b"].points) == (0, ("law",), 50)
    assert score(sections, {"a": False, "b": True, "law": False}).zeroed_by == ("a", "law")
    assert score(sections, {"a": True, "b": False, "law": NOT_APPLICABLE}).total == 50


def test_only_the_worst_of_a_fatal_scale_is_fatal() -> None:
    sections = form([{"id": "a", "kind": "scale", "steps": 4, "is_fatal": True}])
    assert [score(sections, {"a": step}).total for step in range(5)] == [0, 25, 50, 75, 100]
    assert [score(sections, {"a": step}).zeroed_by for step in (0, 1)] == [("a",), ()]


def test_an_item_that_is_not_asked_counts_for_nothing_though_it_was_answered() -> None:
    sections = form(
        [{"id": "waited", "points": 0}, {"id": "sorry", "asked_if": {"item": "waited", "any_of": ["yes"]}}, {"id": "b"}]
    )
    assert score(sections, {"waited": False, "sorry": False, "b": True}).total == 100
    assert score(sections, {"waited": True, "sorry": False, "b": True}).total == 50


# --- properties -------------------------------------------------------------------------------------------------


@st.composite
def sections_of(draw: st.DrawFn) -> tuple[Section, ...]:
    """Forms that can be asked, conditions included."""
    earlier: list[Item] = []
    sections = []
    for nth in range(draw(st.integers(1, 4))):
        items = []
        for _ in range(draw(st.integers(1, 4))):
            item = draw(item_of(f"i{len(earlier)}", earlier))
            earlier.append(item)
            items.append(item)
        sections.append(Section(id=f"s{nth}", label=WORD, items=tuple(items)))
    return tuple(sections)


@st.composite
def item_of(draw: st.DrawFn, name: str, earlier: list[Item]) -> Item:
    kind = draw(st.sampled_from(ItemKind))
    shares = [1.0, *draw(st.lists(st.floats(0, 1), min_size=1, max_size=3))]
    is_dependent = bool(earlier) and draw(st.integers(0, 1)) == 1
    source = draw(st.sampled_from(earlier)) if is_dependent else None
    return convert(
        {
            "id": name,
            "kind": kind,
            "label": {"en": name},
            "points": draw(st.one_of(st.sampled_from([0.0, 5.0, 10.0]), st.floats(0.01, 1000))),
            "steps": draw(st.integers(1, 20)) if kind is ItemKind.SCALE else None,
            "options": [
                Option(id=f"o{nth}", label=WORD, share=share) for nth, share in enumerate(shares)
            ] if kind is ItemKind.CHOICE else [],
            "is_fatal": draw(st.integers(0, 5)) == 0,
            "asked_if": {"item": source.id, "any_of": [draw(st.sampled_from(keys(source)))]} if source else None,
        },
        Item,
        from_attributes=True,
    )  # fmt: skip


def answers_to(item: Item) -> list[Any]:
    if item.kind is ItemKind.YES_NO:
        return [False, True]
    if item.kind is ItemKind.SCALE:
        return list(range((item.steps or 0) + 1))
    return [option.id for option in item.options]


def keys(item: Item) -> list[str]:
    return ["no", "yes"] if item.kind is ItemKind.YES_NO else [str(answer) for answer in answers_to(item)]


@st.composite
def reviews(draw: st.DrawFn) -> tuple[tuple[Section, ...], dict[str, Any]]:
    """A form, and answers that it accepts, some not applicable, some missing."""
    sections = draw(sections_of())
    given_to = {
        item.id: draw(st.sampled_from([*answers_to(item), NOT_APPLICABLE, None])) for item in items_of(sections)
    }
    return sections, {name: answer for name, answer in given_to.items() if answer is not None}


@given(reviews())
def test_a_score_is_between_0_and_100_and_its_weights_sum_to_the_whole(
    review: tuple[tuple[Section, ...], dict[str, Any]],
) -> None:
    sections, answers = review
    assert faults(sections, answers, is_complete=False) == {}
    found = score(sections, answers)
    assert found.total is None or 0 <= found.total <= 100
    if found.items:
        assert sum(earned.weight for earned in found.items.values()) == pytest.approx(100)
        assert sum(earned.weight for earned in found.sections.values()) == pytest.approx(100)
        assert all(0 <= earned.points <= earned.weight for earned in found.items.values())
    weighed = {
        i.id for i in asked(sections, answers) if i.points > 0 and answers.get(i.id) not in (None, NOT_APPLICABLE)
    }
    assert set(found.items) == weighed


@given(reviews(), st.data())
def test_a_better_answer_never_lowers_the_score(
    review: tuple[tuple[Section, ...], dict[str, Any]], data: st.DataObject
) -> None:
    """Of an item on which no other depends: an answer that has others asked changes what is judged."""
    sections, answers = review
    sources = {item.asked_if.item for item in items_of(sections) if item.asked_if}
    free = [item for item in items_of(sections) if item.id not in sources]
    item = data.draw(st.sampled_from(free))
    worse, better = sorted(
        data.draw(st.lists(st.sampled_from(answers_to(item)), min_size=2, max_size=2)),
        key=lambda answer: share_of(item, answer),
    )
    low, high = (score(sections, answers | {item.id: answer}) for answer in (worse, better))
    if low.total is None or high.total is None:
        # Nothing with points was judged; a fatal item may still have zeroed the worse one.
        assert high.total is None
        assert low.total is None or low.zeroed_by
    else:
        assert low.total <= high.total


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_forms_have_100_points_and_both_languages(name: str) -> None:
    content = shipped(name)
    items = items_of(content.sections)
    assert sum(item.points for item in items) == 100
    words = [content.name, *(section.label for section in content.sections), *(item.label for item in items)]
    assert all(word.en and word.zh for word in words)
    assert all(bool(item.guidance.en) == bool(item.guidance.zh) for item in items)
    assert score(content.sections, {item.id: item.steps for item in items}).total == 100
    assert score(content.sections, {item.id: 0 for item in items}).total == 0


def test_shipped_sections_have_the_points_of_the_paper_forms() -> None:
    points = {
        name: {section.id: sum(item.points for item in section.items) for section in shipped(name).sections}
        for name in SHIPPED
    }
    assert points == {
        "incoming": {
            "phrases": 35, "attitude": 10, "skill": 15, "related": 15, "efficiency": 15,
            "initiative": 5, "discipline": 5,
        },
        "callback": {"call": 30, "attitude": 10, "skill": 10, "related": 15, "work": 35},
        "complaint": {"handling": 30, "attitude": 10, "skill": 10, "related": 15, "work": 35},
    }  # fmt: skip
