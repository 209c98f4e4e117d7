"""What a person decides of a target for which the rules ask one."""

import pytest

from callcenter.dialer import service
from callcenter.dialer.asking import Decision, decide
from callcenter.dialer.locking import set_state
from callcenter.dialer.rules import ListState
from callcenter.errors import Conflict, NotFound
from tests.dialer.conftest import Centre, numbers, result

ASK = {"rules": {"busy": {"delay_seconds": 60, "max_attempts": 1, "then": "ask_agent"}}}


async def asking(centre: Centre, **fields: object) -> tuple[int, int]:
    """A list, finished, and its target whose number was busy."""
    list_id = await centre.list_with(1, **ASK, **fields)
    centre.seats.free = 1
    worker = centre.worker()
    await worker.start_list(list_id)
    [placed] = await centre.until_placed(1)
    centre.phone.end(placed)
    worker.on_facts([result(placed.attempt_id, 17)])
    await centre.until_told(list_id, state="finished")
    target = (await centre.targets())[-1]
    assert target.state == "asking"
    return list_id, target.id


async def test_it_is_called_again_when_somebody_says_so(centre: Centre) -> None:
    list_id, target_id = await asking(centre)
    later = centre.clock() + 600
    await decide(centre.sessions, list_id, target_id, Decision.CALL, now=centre.clock(), due_at=later)
    [target] = await centre.targets()
    assert (target.state, target.due_at, (await centre.row(list_id)).state) == ("open", later, "running")
    with pytest.raises(Conflict, match="nobody is asked"):
        await decide(centre.sessions, list_id, target_id, Decision.CLOSE, now=centre.clock(), due_at=None)


async def test_it_is_closed(centre: Centre) -> None:
    list_id, target_id = await asking(centre)
    await decide(centre.sessions, list_id, target_id, Decision.CLOSE, now=centre.clock(), due_at=None)
    [target] = await centre.targets()
    assert (target.state, target.due_at) == ("closed", None)


async def test_it_goes_on_in_another_list(centre: Centre) -> None:
    other = await centre.list_with(0, name="Visits")
    list_id, target_id = await asking(centre)
    with pytest.raises(Conflict, match="no list to escalate to"):
        await decide(centre.sessions, list_id, target_id, Decision.ESCALATE, now=centre.clock(), due_at=None)
    await service.change_list(centre.sessions, list_id, {"escalation_list_id": other})
    async with centre.sessions.begin() as session:
        await set_state(session, other, ListState.FINISHED)
    await decide(centre.sessions, list_id, target_id, Decision.ESCALATE, now=centre.clock(), due_at=None)
    assert (await centre.row(other)).state == "running", "nobody would call on a list that stays finished"
    closed, passed_on = await centre.targets()
    assert (closed.state, passed_on.list_id, passed_on.number) == ("closed", other, numbers(1)[0])
    assert passed_on.came_from == target_id


async def test_a_target_of_another_list_is_not_found(centre: Centre) -> None:
    other = await centre.list_with(0, name="Visits")
    _, target_id = await asking(centre)
    with pytest.raises(NotFound):
        await decide(centre.sessions, other, target_id, Decision.CLOSE, now=centre.clock(), due_at=None)
