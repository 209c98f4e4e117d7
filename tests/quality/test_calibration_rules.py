"""What comes of a calibration: spread by item and reviewer, what is marked, and who may do what."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.accounts.rules import Permission
from callcenter.errors import BadInput
from callcenter.quality.calibration.rules import Viewer, check_invited, may_close, may_see, result_of
from callcenter.quality.rules import NOT_APPLICABLE, Condition, Item, ItemKind, Section, Words

ITEMS = (
    Item(id="greets", kind=ItemKind.YES_NO, label=Words("Greets"), points=10),
    Item(id="listens", kind=ItemKind.SCALE, label=Words("Listens"), points=40, steps=4),
    Item(id="solves", kind=ItemKind.SCALE, label=Words("Solves"), points=50, steps=5),
    Item(id="insults", kind=ItemKind.YES_NO, label=Words("Stays polite"), points=0, is_fatal=True),
    Item(
        id="why",
        kind=ItemKind.YES_NO,
        label=Words("Says why not"),
        points=0,
        asked_if=Condition("greets", ("no",)),
    ),
)
SECTIONS = (Section(id="all", label=Words("All"), items=ITEMS),)
BEST = {"greets": True, "listens": 4, "solves": 5, "insults": True}
SCORED: dict[str, dict[str, Any]] = {
    "ada": BEST,
    "bo": BEST | {"listens": 2, "solves": 4},
    "cy": BEST | {"greets": False, "listens": 0, "solves": NOT_APPLICABLE, "insults": False, "why": True},
}


def test_spread_by_item_and_the_widest_is_marked() -> None:
    items = {one.item: one for one in result_of(SECTIONS, SCORED).items}
    assert list(items) == ["greets", "listens", "solves", "insults", "why"]
    listens = items["listens"]
    assert {name: given.points for name, given in listens.given.items()} == {"ada": 40, "bo": 20, "cy": 0}
    assert listens.mean == 20
    assert listens.spread == pytest.approx(16.33, abs=0.01)
    assert [one.item for one in items.values() if one.is_widest] == ["listens"]
    assert [one.item for one in items.values() if one.is_split] == ["insults"]
    solves = items["solves"]
    assert (solves.given["cy"].answer, solves.given["cy"].points) == (NOT_APPLICABLE, None)
    assert (solves.mean, solves.spread) == (45, 5)
    assert list(items["why"].given) == ["cy"]


def test_who_is_stricter_than_the_others() -> None:
    result = result_of(SECTIONS, SCORED)
    by_name = {one.username: one for one in result.reviewers}
    assert [(one.username, one.total, one.is_zeroed) for one in result.reviewers] == [
        ("ada", 100, False),
        ("bo", 70, False),
        ("cy", 0, True),
    ]
    # ada: greets 1 - (1 + 0) / 2, listens 1 - (0.5 + 0) / 2, solves 1 - 0.8
    assert by_name["ada"].beside_others == pytest.approx(100 * (0.5 + 0.75 + 0.2) / 3)
    assert by_name["cy"].beside_others == pytest.approx(100 * (-1 - 0.75) / 2)
    assert result.mean == pytest.approx(56.67, abs=0.01)
    assert result.spread == pytest.approx(41.90, abs=0.01)


def test_alpha_is_that_of_the_shares_and_of_the_answers() -> None:
    result = result_of(SECTIONS, SCORED)
    # Shares: greets 1 1 0, listens 1 .5 0, solves 1 .8; their pairs differ by 3.54 / 8, all pairs by 9.58 / 56.
    within = (2 * (0 + 1 + 1) / 2 + 2 * (0.25 + 1 + 0.25) / 2 + 2 * 0.04 / 1) / 8
    every = [1, 1, 0, 1, 0.5, 0, 1, 0.8]
    of_all = sum((a - b) ** 2 for a in every for b in every) / (8 * 7)
    assert result.alpha_points == pytest.approx(1 - within / of_all)
    # Yes/no: greets 1 1 0, insults 1 1 0; cy alone was asked why.
    assert result.alpha_yes_no == pytest.approx(1 - (4 / 6) / (16 / 30))


@pytest.mark.parametrize("scored", [{}, {"ada": BEST}])
def test_of_none_or_one_there_is_no_agreement(scored: dict[str, dict[str, Any]]) -> None:
    result = result_of(SECTIONS, scored)
    assert (result.alpha_points, result.alpha_yes_no) == (None, None)
    assert [one.beside_others for one in result.reviewers] == [None] * len(scored)
    assert not any(one.is_widest or one.is_split for one in result.items)
    assert result.mean == (100 if scored else None)


ANSWERS = st.fixed_dictionaries(
    {
        "greets": st.booleans(),
        "listens": st.integers(0, 4) | st.just(NOT_APPLICABLE),
        "solves": st.integers(0, 5) | st.just(NOT_APPLICABLE),
        "insults": st.booleans() | st.just(NOT_APPLICABLE),
        "why": st.booleans(),
    }
)


@given(scored=st.dictionaries(st.sampled_from("abcdef"), ANSWERS, min_size=2))
def test_whatever_is_given_the_spread_is_within_the_points(scored: dict[str, dict[str, Any]]) -> None:
    result = result_of(SECTIONS, scored)
    points = {item.id: item.points for item in ITEMS}
    for one in result.items:
        assert one.spread is None or -1e-9 <= one.spread <= points[one.item] / 2 + 1e-9
        assert one.mean is None or -1e-9 <= one.mean <= points[one.item] + 1e-9
    widest = [one.spread for one in result.items if one.is_widest]
    assert len(set(widest)) <= 1
    assert all(abs(one.beside_others or 0) <= 100 for one in result.reviewers)
    assert result.alpha_points is not None  # everybody judges the greeting
    assert result.alpha_points <= 1


@given(answers=ANSWERS, names=st.sets(st.sampled_from("abcdef"), min_size=2))
def test_where_all_give_the_same_nothing_is_apart(answers: dict[str, Any], names: set[str]) -> None:
    result = result_of(SECTIONS, dict.fromkeys(sorted(names), answers))
    assert (result.alpha_points, result.alpha_yes_no) == (1, 1)
    assert {one.spread for one in result.items} <= {0, None}
    assert {one.beside_others for one in result.reviewers} == {0}
    assert not any(one.is_widest or one.is_split for one in result.items)


REVIEWS: frozenset[Permission] = frozenset({"review_calls"})
LEADS: frozenset[Permission] = frozenset({"review_calls", "manage_sampling"})


@pytest.mark.parametrize(
    ("permissions", "is_judged", "is_invited", "is_opener", "sees", "closes"),
    [
        (REVIEWS, False, True, False, True, False),
        (REVIEWS, False, False, False, False, False),
        (REVIEWS, True, True, False, False, False),
        (LEADS, False, False, True, True, True),
        (LEADS, False, False, False, True, False),
        (LEADS, True, False, False, False, False),
        (LEADS, True, True, True, False, False),
    ],
)
def test_who_sees_and_who_closes(
    permissions: frozenset[Permission],
    is_judged: bool,
    is_invited: bool,
    is_opener: bool,
    sees: bool,
    closes: bool,
) -> None:
    viewer = Viewer(permissions=permissions, is_judged=is_judged, is_invited=is_invited, is_opener=is_opener)
    assert may_see(viewer) is sees
    assert may_close(viewer, due_at=10, now=9) is closes
    assert may_close(viewer, due_at=10, now=10) is (sees and "manage_sampling" in permissions)


@pytest.mark.parametrize(
    ("reviewers", "due_at", "field"),
    [
        ([], 10, "reviewers"),
        (["ada"], 10, "reviewers"),
        ([str(nth) for nth in range(51)], 10, "reviewers"),
        (["ada", "bo", "ada"], 10, "reviewers.2"),
        (["ada", "bo"], 5, "due_at"),
    ],
)
def test_who_cannot_be_invited(reviewers: list[str], due_at: float, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_invited(reviewers, due_at, now=5)
    assert refused.value.field == field
