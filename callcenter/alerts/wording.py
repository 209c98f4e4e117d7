"""What an alert says, in words: for mail, webhooks and whoever reads the history. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

from callcenter.alerts.alert import Alert
from callcenter.alerts.kinds import Kind, Measure

Language = Literal["en", "zh"]

EVERYWHERE = {"en": "All", "zh": "全部"}


def sentence(alert: Alert, kind: Kind, language: Language) -> str:
    """The alert in one line."""
    who = alert.who
    words = {
        "agent": _agent(who),
        "where": who.get("label") or who.get("queue") or who.get("team") or EVERYWHERE[language],
        "reason": who.get("reason") or "–",
        "list": who.get("name", ""),
        "ticket": who.get("ticket", ""),
        "pbx": who.get("pbx", ""),
        "value": amount(alert.peak if alert.is_lasting else alert.value, kind.measure),
        "threshold": amount(alert.threshold, kind.measure),
    }
    told = kind.told_en if language == "en" else kind.told_zh
    return told.format_map(words)


def _agent(who: Mapping[str, Any]) -> str:
    name, number = who.get("agent_name", ""), who.get("agent_number", "")
    return f"{name} ({number})" if name and number else name or number or str(who.get("interface", ""))


def amount(value: float, measure: Measure) -> str:
    """A number as people read it: 75 s is 1:15, 0.8 is 80 %."""
    if measure == "share":
        return f"{value * 100:.1f} %"
    if measure == "count":
        return f"{value:g}"
    seconds = round(value)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
