"""What the database itself guarantees, and imports that are whole or nothing."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from callcenter.dialer import attempts, service
from callcenter.dialer.importing.rows import Row, Sheet
from callcenter.dialer.tables import Attempt, Target
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import AttemptId
from tests.dialer.conftest import Centre, result, sheet


def attempt(attempt_id: str, list_id: int, target_id: int, number: str = "+8613800138000") -> Attempt:
    return Attempt(
        attempt_id=attempt_id,
        list_id=list_id,
        target_id=target_id,
        pbx="pbx1",
        queue="support",
        number=number,
        placed_at=1.0,
    )


async def test_no_number_is_in_the_air_twice_whatever_its_list(centre: Centre) -> None:
    first, second = await centre.list_with(1), await centre.list_with(1, name="Winter")
    one, other = await centre.targets()
    async with centre.sessions.begin() as session:
        session.add(attempt("a1", first, one.id))
    with pytest.raises(IntegrityError):
        async with centre.sessions.begin() as session:
            session.add(attempt("a2", second, other.id))
    async with centre.sessions.begin() as session:
        (await session.scalars(select(Attempt))).one().ended_at = 2.0
    async with centre.sessions.begin() as session:
        session.add(attempt("a2", second, other.id))
    with pytest.raises(IntegrityError):
        async with centre.sessions.begin() as session:
            session.add(attempt("a2", second, other.id, "+8613800138099"))


async def test_a_list_that_does_not_run_reserves_nothing(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    assert await centre.reserve(list_id, free_seats=5) is None
    assert await centre.reserve(99, free_seats=5) is None
    await service.start_list(centre.sessions, list_id)
    assert await centre.reserve(list_id, free_seats=0) is None
    assert await centre.reserve(list_id, free_seats=5, earlier=1) is None
    assert await centre.reserve(list_id, free_seats=5) is not None


async def test_a_result_of_somebody_elses_call_is_not_ours(centre: Centre) -> None:
    stranger = AttemptId("somebody-1")
    assert await attempts.settle(centre.sessions, result(stranger)) is None
    assert await attempts.withdraw(centre.sessions, stranger, 1.0) is None
    assert await attempts.give_up(centre.sessions, stranger, 1.0) is None


@pytest.mark.parametrize(("cause", "state"), [(17, "open"), (19, "open"), (1, "closed"), (21, "closed"), (34, "open")])
async def test_the_target_after_each_outcome(centre: Centre, cause: int, state: str) -> None:
    list_id = await centre.list_with(1)
    await service.start_list(centre.sessions, list_id)
    reserved = await centre.reserve(list_id, free_seats=1)
    assert reserved is not None
    await attempts.settle(centre.sessions, result(reserved.attempt_id, cause))
    [target] = await centre.targets()
    assert (target.state, target.due_at is not None) == (state, state == "open")
    assert (target.closed_at is not None) == (state == "closed")


@pytest.mark.parametrize("is_machine", [True, False, None])
async def test_what_detection_said_is_kept(centre: Centre, is_machine: bool | None) -> None:
    await service.start_list(centre.sessions, await centre.list_with(1))
    reserved = await centre.reserve(1, free_seats=1)
    assert reserved is not None
    await attempts.settle(centre.sessions, result(reserved.attempt_id, 16, is_machine=is_machine))
    assert [attempt.is_machine for attempt in await centre.attempts()] == [is_machine]


async def test_an_import_that_breaks_in_the_middle_leaves_nothing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_id = await centre.list_with(0)
    # A sheet that lies: the database finds the second number twice, after the first was inserted.
    rows = [Row(line, number, "", {}) for line, number in enumerate(["+1", "+2", "+2"], start=2)]

    async def lie(*_: Any) -> Sheet:
        return Sheet(rows, [], [], 3)

    monkeypatch.setattr(service, "compared", lie)
    with pytest.raises(IntegrityError):
        await service.import_targets(
            centre.sessions, list_id, sheet(1), now=centre.clock(), dry_run=False, skip_bad=False
        )
    assert await centre.targets() == []


async def test_importing_into_a_list_that_is_finished_reopens_it_stopped(centre: Centre) -> None:
    list_id = await centre.list_with(1)
    async with centre.sessions.begin() as session:
        (await session.scalars(select(Target))).one().state = "reached"
    with pytest.raises(Conflict, match="no open targets"):
        await service.start_list(centre.sessions, list_id)
    async with centre.sessions.begin() as session:
        row = await session.merge(await centre.row(list_id))
        row.state = "finished"
    imported = await service.import_targets(
        centre.sessions, list_id, sheet(3), now=centre.clock(), dry_run=False, skip_bad=False
    )
    assert (imported.count, (await centre.row(list_id)).state) == (2, "stopped")


async def test_many_targets_are_imported_at_once(centre: Centre) -> None:
    list_id = await centre.list_with(0)
    text = "number\n" + "\n".join(f"+86138{index:08}" for index in range(3000))
    imported = await service.import_targets(
        centre.sessions, list_id, text.encode(), now=centre.clock(), dry_run=False, skip_bad=False
    )
    async with centre.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Target)) == imported.count == 3000


async def test_a_list_that_is_not_there(centre: Centre) -> None:
    for act in (service.start_list, service.stop_list, service.delete_list):
        with pytest.raises(NotFound):
            await act(centre.sessions, 99)
    with pytest.raises(NotFound):
        await service.import_targets(centre.sessions, 99, b"", now=1.0, dry_run=True, skip_bad=False)
