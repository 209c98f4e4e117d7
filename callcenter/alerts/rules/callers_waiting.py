"""Too many callers wait at the same time."""

from typing import Any

from callcenter.alerts.kinds import Compares, Counts, Kind, Rule, Scene


def _waits(scene: Scene, rule: Rule, visit: Any) -> bool:
    return True


KIND = Kind(
    id="callers_waiting",
    label_en="Too many callers waiting",
    label_zh="排队人数过多",
    text_en="More callers wait at the same time than should.",
    text_zh="同时排队的客户过多。",
    told_en="{where}: {value} callers waiting, at most {threshold}",
    told_zh="{where}：{value} 人排队，最多 {threshold} 人",
    watches="visits",
    by=Counts(_waits),
    measure="count",
    compares=Compares.OVER,
    threshold=5,
    scopes=("all", "queue"),
    shipped=({"scope": "queue", "raise_after_seconds": 5, "clear_after_seconds": 15, "clear_margin": 1},),
)
