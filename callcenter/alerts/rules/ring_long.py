"""A seat lets the phone ring."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene
from callcenter.floor.facts import SeatState


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    channel = seat.busiest()
    is_rung = seat.state is SeatState.RINGING and channel is not None and channel.is_ringing
    return Reading(since=seat.since) if is_rung else None


KIND = Kind(
    id="ring_long",
    label_en="Rings too long",
    label_zh="振铃超时",
    text_en="A seat lets the phone ring; a caller must be answered sooner.",
    text_zh="坐席振铃未及时接听。",
    told_en="{agent}: ringing for {value}, limit {threshold}",
    told_zh="{agent}：振铃 {value}，限 {threshold}",
    watches="seats",
    by=Reads(_read, frozenset({SeatState.RINGING})),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=15,
    shipped=({"sound": False},),
)
