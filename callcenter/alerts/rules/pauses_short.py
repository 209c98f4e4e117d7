"""A seat pauses in short bursts: abnormal, for it dodges its place in the queue."""

from typing import Any

from callcenter.alerts.kinds import SPAN, Compares, Kind, Option, Recurs, Rule
from callcenter.floor.facts import SeatSpell, SeatState
from callcenter.floor.terms import Instant


def _happened(rule: Rule, spell: Any) -> Instant | None:
    is_short = spell.until - spell.since < rule.options["short_seconds"]
    return spell.until if spell.state is SeatState.PAUSED and is_short else None


KIND = Kind(
    id="pauses_short",
    label_en="Short pauses",
    label_zh="频繁短时示忙",
    text_en="A seat paused for moments, again and again.",
    text_zh="坐席频繁短时示忙。",
    told_en="{agent}: {value} short pauses, limit {threshold}",
    told_zh="{agent}：短时示忙 {value} 次，限 {threshold} 次",
    watches="seats",
    by=Recurs(_happened, SeatSpell),
    measure="count",
    compares=Compares.AT_LEAST,
    threshold=4,
    options={
        "span_seconds": SPAN,
        "short_seconds": Option(60, 5, 600, "seconds", "A pause is short below", "短于此时长算短时示忙"),
    },
)
