"""How good a line was as the PBX counted it: of which phones it is written down, and what it comes to."""

from typing import Any

import pytest
from sqlalchemy import select

from callcenter.calls.line_notes import LineNotes, line_of, mean_opinion_score
from callcenter.calls.line_tables import LineQuality
from callcenter.floor.changes import Changes
from callcenter.floor.events import LineMeasured
from callcenter.floor.floor import Floor
from callcenter.floor.terms import ChannelId
from callcenter.store.engine import Sessions
from tests.agents.test_seat_api import CALL, CUSTOMER, LEG, PBX, Desk, talks
from tests.facts import NOON

COUNTED: dict[str, Any] = {
    "heard": 900, "lost": 100, "sent": 1000, "missed": 10, "jitter_seconds": 0.004, "rtt_seconds": 0.08,
}  # fmt: skip


def measured(channel_id: ChannelId = LEG, **given: Any) -> LineMeasured:
    return LineMeasured(PBX, NOON, channel_id, **COUNTED | given)


@pytest.fixture
def floor(sessions: Sessions) -> Floor:
    """Agent 1001 talks."""
    desk = Desk(sessions)
    talks(desk)
    return desk.keeper.floor


async def test_the_line_of_an_agent_who_talked_is_written_down_once(sessions: Sessions, floor: Floor) -> None:
    notes = LineNotes(sessions, floor)
    for event in (measured(), measured(), measured(CUSTOMER), measured(ChannelId("never seen"))):
        notes.on_changes(event, Changes())
        await notes.close()
    async with sessions() as session:
        [line] = (await session.scalars(select(LineQuality))).all()
    assert (line.pbx, line.call_id, line.agent_number, line.measured_by) == (PBX, CALL, "1001", "pbx")
    assert (line.received_loss_rate, line.sent_loss_rate) == (0.01, 0.1)
    assert (line.jitter_seconds, line.rtt_seconds, line.measured_at) == (0.004, 0.08, NOON)
    assert 1 < line.mos < 3.5  # the worse of both directions


def test_a_line_on_which_nothing_was_heard_or_nobody_talked_is_none(floor: Floor) -> None:
    assert line_of(floor, measured(heard=0, lost=0)) is None
    floor.sites[PBX].channels[LEG].parts = 0
    assert line_of(floor, measured()) is None


SCORES = [(0.02, 0.0, 4.4), (0.02, 0.05, 3.86), (0.4, 0.0, 3.05), (2, 1, 1.0)]


@pytest.mark.parametrize(("delay", "loss", "mos"), SCORES)
def test_the_score_is_that_of_the_page(delay: float, loss: float, mos: float) -> None:
    assert mean_opinion_score(delay, loss) == pytest.approx(mos, abs=0.05)
