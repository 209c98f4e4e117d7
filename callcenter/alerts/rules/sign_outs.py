"""A seat signs out and in again and again: abnormal, for it dodges its place in the queue."""

from typing import Any

from callcenter.alerts.kinds import SPAN, Compares, Kind, Recurs, Rule
from callcenter.floor.facts import SeatState
from callcenter.floor.terms import Instant


def _happened(rule: Rule, seat: Any) -> Instant | None:
    return seat.since if seat.state is SeatState.SIGNED_OUT and seat.since else None


KIND = Kind(
    id="sign_outs",
    label_en="Signs out again and again",
    label_zh="频繁签出签入",
    text_en="A seat signed out and in several times within a while.",
    text_zh="坐席在一段时间内多次签出签入。",
    told_en="{agent}: signed out {value} times, limit {threshold}",
    told_zh="{agent}：签出 {value} 次，限 {threshold} 次",
    watches="seats",
    by=Recurs(_happened),
    measure="count",
    compares=Compares.AT_LEAST,
    threshold=3,
    options={"span_seconds": SPAN},
)
