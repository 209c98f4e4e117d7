"""Whom an agent asks about a call while the caller hears music: an attended transfer before its end.

Asterisk has the agent's own channel leave the caller's bridge for one with the channel that was dialled.
"""

from callcenter.floor.changes import Changes, View
from callcenter.floor.seat import Channel, Seat
from callcenter.floor.site import Site


def consulted(site: Site, leg: Channel) -> Channel | None:
    """The channel at the other end of this agent's leg while the caller is held elsewhere; None without any."""
    talk = leg.talk
    if talk is None or talk.held_since is None or leg.bridge_id in ("", talk.held_in):
        return None
    return next((other for other in site.bridges[leg.bridge_id].values() if other is not leg), None)


def shown_at(site: Site, seat: Seat) -> View:
    """Whom the agent asks, as it was dialled (empty: nobody), and whether that was answered."""
    for leg in seat.channels.values():
        other = consulted(site, leg)
        if other is not None:
            return {"consulting": _number(other), "consult_answered": other.is_up}
    return {"consulting": "", "consult_answered": False}


def touch(site: Site, bridge_id: str, changes: Changes) -> None:
    """Has those who talk in this bridge looked at again."""
    for channel in site.bridges.get(bridge_id, {}).values():
        if channel.talk is not None:
            changes.touched.add(channel.talk.seat.key)


def _number(other: Channel) -> str:
    """`Local/1002@callcenter-agents-0000002a;1` was dialled as 1002; a phone that took its place has a number."""
    technology, _, dialled = other.name.partition("/")
    return dialled.partition("@")[0] if technology == "Local" else other.number
