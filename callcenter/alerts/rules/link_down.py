"""The link to a PBX is down: what is shown of it is the past."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene, Severity
from callcenter.floor.events import LinkState


def _read(scene: Scene, rule: Rule, site: Any) -> Reading | None:
    return None if site.link is LinkState.LIVE else Reading(since=site.link_since)


KIND = Kind(
    id="link_down",
    label_en="PBX unreachable",
    label_zh="PBX 断连",
    text_en="The link to a PBX is not live: what is shown of it is the past.",
    text_zh="与 PBX 的连接中断，其数据不是实时的。",
    told_en="{pbx}: unreachable for {value}",
    told_zh="{pbx}：断连 {value}",
    watches="links",
    by=Reads(_read),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=15,
    scopes=("all",),
    severity=Severity.CRITICAL,
    is_steady=True,
)
