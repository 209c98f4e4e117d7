"""A seat lets one ring after another run out."""

from typing import Any

from callcenter.alerts.kinds import SPAN, Compares, Kind, Recurs, Rule
from callcenter.floor.facts import Ring, RingOutcome
from callcenter.floor.terms import Instant


def _happened(rule: Rule, ring: Any) -> Instant | None:
    return ring.ended_at if ring.outcome is RingOutcome.NOT_ANSWERED else None


KIND = Kind(
    id="rings_unanswered",
    label_en="Repeated ring no answer",
    label_zh="多次振铃未接",
    text_en="A seat did not answer several rings within a while.",
    text_zh="坐席在一段时间内多次振铃未接。",
    told_en="{agent}: {value} rings not answered, limit {threshold}",
    told_zh="{agent}：振铃未接 {value} 次，限 {threshold} 次",
    watches="seats",
    by=Recurs(_happened, Ring),
    measure="count",
    compares=Compares.AT_LEAST,
    threshold=3,
    options={"span_seconds": SPAN},
)
