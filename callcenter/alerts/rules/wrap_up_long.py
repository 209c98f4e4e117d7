"""The work after a call runs past its limit."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene
from callcenter.floor.facts import SeatState


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    return Reading(since=seat.since) if seat.state is SeatState.WRAP_UP else None


KIND = Kind(
    id="wrap_up_long",
    label_en="Wrap-up too long",
    label_zh="案头超时",
    text_en="The work after a call runs past its limit.",
    text_zh="话后处理超过时限。",
    told_en="{agent}: in wrap-up for {value}, limit {threshold}",
    told_zh="{agent}：案头 {value}，限 {threshold}",
    watches="seats",
    by=Reads(_read, frozenset({SeatState.WRAP_UP})),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=60,
)
