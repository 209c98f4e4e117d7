"""Callbacks are due and not called."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene


def _read(scene: Scene, rule: Rule, a_list: Any) -> Reading | None:
    return Reading(value=a_list.get("due") or 0) if a_list["state"] == "running" else None


KIND = Kind(
    id="callbacks_due",
    label_en="Backlog of callbacks",
    label_zh="待回访积压",
    text_en="A running list has more targets due than should wait.",
    text_zh="运行中的名单有过多到期未拨的回访。",
    told_en="{list}: {value} callbacks due, at most {threshold}",
    told_zh="{list}：{value} 个回访到期未拨，最多 {threshold} 个",
    watches="lists",
    by=Reads(_read),
    measure="count",
    compares=Compares.OVER,
    threshold=100,
    scopes=("all", "queue"),
    shipped=({"raise_after_seconds": 600, "clear_after_seconds": 60, "sound": False},),
)
