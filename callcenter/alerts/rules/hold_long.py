"""A caller hears music during a talk for too long: amber, then red."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene, Severity
from callcenter.alerts.rules.talk_long import talk_of
from callcenter.floor.facts import SeatState


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    talk = talk_of(seat) if seat.state is SeatState.ON_HOLD else None
    return Reading(since=talk.held_since) if talk and talk.held_since is not None else None


KIND = Kind(
    id="hold_long",
    label_en="Caller on hold too long",
    label_zh="保持超时",
    text_en="A caller is on hold for so long that he must be told why.",
    text_zh="客户被保持过久，须向客户说明原因。",
    told_en="{agent}: caller on hold for {value}, limit {threshold}",
    told_zh="{agent}：客户保持 {value}，限 {threshold}",
    watches="seats",
    by=Reads(_read, frozenset({SeatState.ON_HOLD})),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=120,
    shipped=({}, {"threshold": 180, "severity": Severity.CRITICAL}),
)
