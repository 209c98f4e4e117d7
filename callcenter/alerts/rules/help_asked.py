"""An agent asks for help and nobody has said that they come: after a second, then red."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene, Severity


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    return Reading(since=seat.help_since) if seat.help_since is not None and not seat.help_by else None


KIND = Kind(
    id="help_asked",
    label_en="Agent asks for help",
    label_zh="坐席求助",
    text_en="An agent asks for help, and nobody is on the way.",
    text_zh="坐席请求协助，尚无人响应。",
    told_en="{agent}: asks for help for {value}",
    told_zh="{agent}：求助已 {value}",
    watches="seats",
    by=Reads(_read),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=1,
    shipped=({}, {"threshold": 60, "severity": Severity.CRITICAL}),
)
