"""Where published reviews lost their points: written down item by item, so that they can be counted in the database."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.quality.reading import content_reviewed
from callcenter.quality.reviewing import HIDDEN
from callcenter.quality.rules import Answers, Section
from callcenter.quality.scoring import score
from callcenter.quality.tables import Review, ReviewLoss
from callcenter.store.engine import Sessions

LEAST_POINTS = 1e-6
"""Less than this is what a computer rounds."""

BATCH = 200


class Loss(Struct, frozen=True):
    """What an item lost of the whole 100; `is_fatal`: it was fatal and failed, maybe without having points."""

    item: str
    points: float
    is_fatal: bool


def losses_of(sections: Sequence[Section], answers: Answers) -> list[Loss]:
    """The items that lost something, in the order of the form."""
    judged = score(sections, answers)
    lost = {name: earned.weight - earned.points for name, earned in judged.items.items()}
    return [
        Loss(item.id, lost.get(item.id, 0.0), item.id in judged.zeroed_by)
        for section in sections
        for item in section.items
        if lost.get(item.id, 0.0) > LEAST_POINTS or item.id in judged.zeroed_by
    ]


async def note_losses(session: AsyncSession, of: Review, sections: Sequence[Section]) -> None:
    """Writes down what a review lost by its present answers, in place of what stood there."""
    lost = losses_of(sections, of.answers)
    await session.execute(delete(ReviewLoss).where(ReviewLoss.review_id == of.id))
    session.add_all(
        ReviewLoss(review_id=of.id, item=loss.item, points=loss.points, is_fatal=loss.is_fatal) for loss in lost
    )
    of.is_zeroed = any(loss.is_fatal for loss in lost)


async def note_missing_losses(sessions: Sessions) -> None:
    """Does so for the reviews that were published before losses were written down; again it finds none."""
    missing = (Review.is_zeroed.is_(None), Review.state.not_in(HIDDEN))
    while True:
        async with sessions.begin() as session:
            due = (await session.scalars(select(Review.id).where(*missing).order_by(Review.id).limit(BATCH))).all()
            for review_id in due:
                # Locked, so that an appeal that is decided meanwhile is neither overlooked nor overwritten.
                locking = update(Review).where(Review.id == review_id, *missing).values(version=Review.version)
                found: Review | None = await session.scalar(locking.returning(Review))
                if found is not None:
                    await note_losses(session, found, (await content_reviewed(session, found)).sections)
        if len(due) < BATCH:
            return
