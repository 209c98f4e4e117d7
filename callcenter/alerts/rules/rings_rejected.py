"""A seat rejects one ring after another: abnormal, for it dodges its place in the queue."""

from typing import Any

from callcenter.alerts.kinds import SPAN, Compares, Kind, Recurs, Rule
from callcenter.floor.facts import Ring, RingOutcome
from callcenter.floor.terms import Instant


def _happened(rule: Rule, ring: Any) -> Instant | None:
    return ring.ended_at if ring.outcome is RingOutcome.REJECTED else None


KIND = Kind(
    id="rings_rejected",
    label_en="Rejects calls",
    label_zh="多次拒接",
    text_en="A seat rejected several rings within a while.",
    text_zh="坐席在一段时间内多次拒接来电。",
    told_en="{agent}: {value} rings rejected, limit {threshold}",
    told_zh="{agent}：拒接 {value} 次，限 {threshold} 次",
    watches="seats",
    by=Recurs(_happened, Ring),
    measure="count",
    compares=Compares.AT_LEAST,
    threshold=3,
    options={"span_seconds": SPAN},
)
