"""Rings of which a gap heard the beginning, the end, or nothing."""

from pathlib import Path

from callcenter.asterisk.log_calls import LogCalls
from callcenter.asterisk.queue_log import records
from callcenter.asterisk.replay import Gap
from callcenter.asterisk.ring_completion import complete_rings
from callcenter.floor.attendance import Attendance
from callcenter.floor.facts import Ring, RingOutcome
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId, ChannelId

LOG = """\
1795813055|one|support|NONE|ENTERQUEUE||13800138000|1
1795813060|one|support|Alice|RINGNOANSWER|5000
1795813061|two|support|NONE|ENTERQUEUE||13900139000|2
1795813061|two|support|Alice|RINGNOANSWER|0
"""


def test_a_ring_just_out_of_sight_of_the_gap_does_not_take_the_line_of_one_that_began_in_it(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_text(LOG)
    attendance = Attendance(Site("pbx1"))
    heard = Ring(
        pbx="pbx1",
        ring_id=ChannelId("two-leg"),
        channel_id=ChannelId("two"),
        call_id=CallId("two"),
        queue="support",
        interface="PJSIP/1001",
        agent_number="1001",
        agent_name="Alice",
        began_at=1795813061.72,
        ended_at=1795813061.73,
        outcome=RingOutcome.REJECTED,
        ring_seconds=0.0,
    )
    attendance.rings.append((heard, "Alice"))
    complete_rings(attendance, LogCalls(records([log])), [Gap(1795813052.97, 1795813055.66)])
    attendance.add_up()
    assert attendance.agents["Alice"].rings == 2
