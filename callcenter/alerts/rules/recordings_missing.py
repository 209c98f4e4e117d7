"""Calls of a queue are not recorded, or their files are not there."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Recurs, Rule, Severity, span_of
from callcenter.floor.terms import Instant
from callcenter.recordings.rules import MissingRecording


def _happened(rule: Rule, missing: Any) -> Instant:
    at: Instant = missing.ended_at
    return at


KIND = Kind(
    id="recordings_missing",
    label_en="Recordings missing",
    label_zh="录音缺失",
    text_en="Calls of a queue ended within a while, and no recording of them is there.",
    text_zh="队列在一段时间内有通话结束却没有录音。",
    told_en="{where}: {value} recordings missing, limit {threshold}",
    told_zh="{where}：缺失 {value} 个录音，限 {threshold} 个",
    watches="queues",
    by=Recurs(_happened, MissingRecording),
    measure="count",
    compares=Compares.AT_LEAST,
    threshold=1,
    scopes=("all", "queue"),
    severity=Severity.CRITICAL,
    options={"span_seconds": span_of(3600)},
)
