"""The service level of today is under its target."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Option, Reading, Reads, Rule, Scene


def _read(scene: Scene, rule: Rule, figures: Any) -> Reading | None:
    level = figures.get("service_level")
    is_enough = (figures.get("offered") or 0) >= rule.options["least_offered"]
    return Reading(value=level) if is_enough and level is not None else None


KIND = Kind(
    id="service_level_low",
    label_en="Service level under target",
    label_zh="服务水平低于目标",
    text_en="The service level of today is under its target.",
    text_zh="今日服务水平低于目标。",
    told_en="{where}: service level {value}, target {threshold}",
    told_zh="{where}：服务水平 {value}，目标 {threshold}",
    watches="figures",
    by=Reads(_read),
    measure="share",
    compares=Compares.UNDER,
    threshold=0.8,
    scopes=("all", "queue"),
    options={"least_offered": Option(20, 1, 10_000, "count", "Offered calls before it counts", "进线数达到后才计算")},
    shipped=({"scope": "queue", "clear_margin": 0.02, "clear_after_seconds": 60, "sound": False},),
)
