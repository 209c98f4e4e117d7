"""A seat is away for longer than its reason allows."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene
from callcenter.alerts.rules.seats_away import is_away
from callcenter.floor.facts import SeatState
from callcenter.floor.terms import Seconds


def _limit(scene: Scene, rule: Rule, seat: Any) -> Seconds | None:
    """The rule's limit for this reason, else that of the settings, else the rule's threshold; 0 means no limit."""
    limit = rule.limits.get(seat.reason)
    if limit is None:
        limit = scene.away_limits.get(seat.reason) or rule.threshold
    return limit or None


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    return Reading(since=seat.since) if is_away(scene, rule, seat) else None


KIND = Kind(
    id="away_long",
    label_en="Away too long",
    label_zh="离席超时",
    text_en="A seat is away for longer than its reason allows.",
    text_zh="坐席离席时间超过该原因允许的时长。",
    told_en="{agent}: away ({reason}) for {value}, limit {threshold}",
    told_zh="{agent}：离席（{reason}）{value}，限 {threshold}",
    watches="seats",
    by=Reads(_read, frozenset({SeatState.PAUSED})),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=3600,
    has_limits=True,
    limit=_limit,
)
