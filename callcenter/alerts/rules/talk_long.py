"""A talk runs past its limit."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene
from callcenter.floor.facts import SeatState

IN_TALK = frozenset({SeatState.TALKING, SeatState.ON_HOLD})


def talk_of(seat: Any) -> Any:
    """The talk that decides a seat's state, if it talks."""
    channel = seat.busiest()
    return channel.talk if channel else None


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    talk = talk_of(seat)
    return Reading(since=talk.began_at) if talk else None


KIND = Kind(
    id="talk_long",
    label_en="Talk too long",
    label_zh="通话超时",
    text_en="A talk, with its holds, runs past its limit.",
    text_zh="通话（含保持）超过时限。",
    told_en="{agent}: talking for {value}, limit {threshold}",
    told_zh="{agent}：通话 {value}，限 {threshold}",
    watches="seats",
    by=Reads(_read, IN_TALK),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=900,
)
