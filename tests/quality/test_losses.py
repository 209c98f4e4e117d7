"""Where reviews lost their points: told from the answers, written when published, changed by appeals, caught up."""

from typing import Any

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from callcenter.quality.losses import losses_of, note_missing_losses
from callcenter.quality.rules import NOT_APPLICABLE, Item, ItemKind, Section, Words, asked
from callcenter.quality.scoring import score
from callcenter.quality.tables import Review, ReviewLoss
from callcenter.store.engine import Sessions
from tests.quality.test_reviews import GOOD, PART, Centre, agent, centre, leader, reviewer

__all__ = ["agent", "centre", "leader", "reviewer"]

SECTIONS = (
    Section(
        id="talk",
        label=Words("Talk"),
        items=(
            Item(id="greets", kind=ItemKind.YES_NO, label=Words("Greets"), points=10),
            Item(id="listens", kind=ItemKind.SCALE, label=Words("Listens"), points=50, steps=5),
        ),
    ),
    Section(
        id="law",
        label=Words("Law"),
        items=(
            Item(id="checks", kind=ItemKind.YES_NO, label=Words("Checks who calls"), points=40),
            Item(id="insults", kind=ItemKind.YES_NO, label=Words("Stays polite"), points=0, is_fatal=True),
        ),
    ),
)


def test_a_fatal_item_without_points_fails_and_loses_nothing_itself() -> None:
    found = losses_of(SECTIONS, {"greets": False, "listens": 5, "checks": True, "insults": False})
    assert [(loss.item, round(loss.points, 6), loss.is_fatal) for loss in found] == [
        ("greets", 10, False),
        ("insults", 0, True),
    ]


def test_what_is_not_applicable_loses_nothing() -> None:
    found = losses_of(SECTIONS, {"greets": NOT_APPLICABLE, "listens": 4, "checks": True, "insults": True})
    assert [(loss.item, round(loss.points, 6)) for loss in found] == [("listens", 12)]


_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "greets": st.sampled_from([True, False, NOT_APPLICABLE]),
        "listens": st.sampled_from([0, 1, 2, 3, 4, 5, NOT_APPLICABLE]),
        "checks": st.sampled_from([True, False, NOT_APPLICABLE]),
        "insults": st.sampled_from([True, False, NOT_APPLICABLE]),
    },
)


@given(_ANSWERS)
def test_what_is_lost_and_what_is_earned_are_the_whole(answers: dict[str, Any]) -> None:
    judged, lost = score(SECTIONS, answers), losses_of(SECTIONS, answers)
    assert {loss.item for loss in lost} <= {item.id for item in asked(SECTIONS, answers)}
    assert [loss.item for loss in lost if loss.is_fatal] == list(judged.zeroed_by)
    earned = sum(each.points for each in judged.items.values())
    whole = 100 if judged.items else 0
    assert earned + sum(loss.points for loss in lost) == pytest.approx(whole)


async def _published(reviewer: AsyncClient) -> str:
    """The path of a review that is out."""
    made = (await reviewer.post("/reviews", json=PART)).json()
    path = f"/reviews/{made['id']}"
    draft = {"version": 1, "answers": GOOD, "notes": {}, "comments": []}
    saved = (await reviewer.put(path, json=draft)).json()
    assert (await reviewer.post(f"{path}/publish", json={"version": saved["version"]})).status_code == 200
    return path


async def _kept(sessions: Sessions) -> tuple[bool | None, dict[str, float]]:
    async with sessions() as session:
        is_zeroed = await session.scalar(select(Review.is_zeroed))
        losses = (await session.scalars(select(ReviewLoss))).all()
    return is_zeroed, {loss.item: round(loss.points, 6) for loss in losses}


async def test_they_are_written_when_published_and_when_an_appeal_changes_the_review(
    sessions: Sessions, centre: Centre, reviewer: AsyncClient, agent: AsyncClient, leader: AsyncClient
) -> None:
    path = await _published(reviewer)
    assert await _kept(sessions) == (False, {"listens": 35})
    version = (await agent.get(path)).json()["version"]
    appealed = (await agent.post(f"{path}/appeal", json={"version": version, "comment": "I did listen"})).json()
    answers = GOOD | {"greets": False, "listens": 9}
    decision = {"version": appealed["version"], "decision": "changed", "comment": "True", "answers": answers}
    assert (await leader.post(f"{path}/decision", json=decision)).status_code == 200
    assert await _kept(sessions) == (False, {"greets": 30, "listens": 7})


async def test_reviews_from_before_are_caught_up_once(
    sessions: Sessions, centre: Centre, reviewer: AsyncClient
) -> None:
    await _published(reviewer)
    async with sessions.begin() as session:
        await session.execute(delete(ReviewLoss))
        await session.execute(update(Review).values(is_zeroed=None))
    await note_missing_losses(sessions)
    assert await _kept(sessions) == (False, {"listens": 35})
    await note_missing_losses(sessions)
    assert await _kept(sessions) == (False, {"listens": 35})
