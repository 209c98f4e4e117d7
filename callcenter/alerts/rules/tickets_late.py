"""A ticket, or a step of one, is late: level by level, as the settings escalate them."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene, Severity


def _read(scene: Scene, rule: Rule, ticket: Any) -> Reading:
    return Reading(value=ticket["level"])


KIND = Kind(
    id="tickets_late",
    label_en="Tickets late",
    label_zh="工单超时",
    text_en="A ticket or one of its steps is past its due date, and was escalated to this level.",
    text_zh="工单或其处理步骤已超期，并已升级到该级别。",
    told_en="{ticket}: late, level {value}",
    told_zh="{ticket}：已超时，{value} 级",
    watches="tickets",
    by=Reads(_read),
    measure="count",
    compares=Compares.AT_LEAST,
    threshold=1,
    scopes=("all", "team", "queue"),
    shipped=({"sound": False}, {"threshold": 2, "severity": Severity.CRITICAL}),
)
