"""A caller waits in a queue for too long."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene, Severity


def _read(scene: Scene, rule: Rule, queue: Any) -> Reading | None:
    joined_at = queue.oldest_joined_at()
    return None if joined_at is None else Reading(since=joined_at)


KIND = Kind(
    id="wait_long",
    label_en="Caller waits too long",
    label_zh="客户等待过久",
    text_en="The caller who waits longest in a queue waits past the limit.",
    text_zh="队列中等待最久的客户超过时限。",
    told_en="{where}: longest wait {value}, limit {threshold}",
    told_zh="{where}：最长等待 {value}，限 {threshold}",
    watches="queues",
    by=Reads(_read),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=60,
    scopes=("all", "queue"),
    severity=Severity.CRITICAL,
)
