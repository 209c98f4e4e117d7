"""What the plans draw for coaching: after a task is closed one conversation more of its agent."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.quality.assignment_tables import ReviewPlan
from callcenter.quality.coaching.rules import next_after
from callcenter.quality.coaching_tables import CoachingTask
from callcenter.quality.plan_rules import Draw, Key, Period, Why
from callcenter.quality.plans import Drawing


class Coached(NamedTuple):
    """A task, and the conversation that is drawn to see whether it helped."""

    task: CoachingTask
    period: Period
    draw: Draw


async def coaching_draws(session: AsyncSession, plan: ReviewPlan, drew: Sequence[Drawing]) -> list[Coached]:
    """What a plan draws for the tasks that wait for a review by its form, beside what it draws otherwise.

    The tasks are locked until this transaction is over, since another plan may have the same form.
    """
    waits = (
        CoachingTask.closed_at.is_not(None),
        CoachingTask.assignment_id.is_(None),
        CoachingTask.form_id == plan.form_id,
    )
    taken = {key for one in drew for key in one.assigned} | {draw.candidate.key for one in drew for draw in one.draws}
    found = []
    for task_id in (await session.scalars(select(CoachingTask.id).where(*waits).order_by(CoachingTask.id))).all():
        locking = update(CoachingTask).where(CoachingTask.id == task_id, *waits).values(version=CoachingTask.version)
        task: CoachingTask | None = await session.scalar(locking.returning(CoachingTask))
        coached = None if task is None else _coached(task, drew, taken)
        if coached is not None:
            found.append(coached)
            taken.add(coached.draw.candidate.key)
    return found


def _coached(task: CoachingTask, drew: Sequence[Drawing], taken: Collection[Key]) -> Coached | None:
    for one in sorted(drew, key=lambda one: one.period.since):
        found = next_after(one.candidates, task.agent_number, task.closed_at or 0.0, taken)
        if found is not None:
            return Coached(task, one.period, Draw(found, Why.COACHING))
    return None
