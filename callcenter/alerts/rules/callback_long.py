"""A callback's talk runs past its limit."""

from typing import Any

from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Rule, Scene
from callcenter.alerts.rules.talk_long import IN_TALK, talk_of


def _read(scene: Scene, rule: Rule, seat: Any) -> Reading | None:
    talk = talk_of(seat)
    call = scene.floor.sites[seat.pbx].call(talk.call_id) if talk else None
    return Reading(since=talk.began_at) if call and call.attempt_id else None


KIND = Kind(
    id="callback_long",
    label_en="Callback too long",
    label_zh="回访通话超时",
    text_en="The talk of a callback runs past its limit.",
    text_zh="回访通话超过时限。",
    told_en="{agent}: in a callback for {value}, limit {threshold}",
    told_zh="{agent}：回访通话 {value}，限 {threshold}",
    watches="seats",
    by=Reads(_read, IN_TALK),
    measure="seconds",
    compares=Compares.AT_LEAST,
    threshold=180,
)
