"""The live feed of somebody signed in: each sees what their permissions are for."""

from functools import partial

from fastapi import WebSocket

from callcenter.agents.listening import LISTEN
from callcenter.alerts.watch import FEED as ALERTS
from callcenter.floor.changes import View
from callcenter.live.hub import Hub
from callcenter.live.socket import serve_branch, serve_feed

LISTENINGS = "listenings"
WHO_LISTENS = frozenset({"listener", "listener_name"})
"""What is told of a listener only to those who may listen themselves."""


async def serve_floor(websocket: WebSocket, hub: Hub, *, agents_are_told: bool) -> None:
    """Serves the feed: alerts are shown to those who may see them, who listens to those who may listen.

    Others are shown that somebody listens, where `agents_are_told`.
    """
    permissions = websocket.state.account.permissions
    sees_alerts, listens = "see_alerts" in permissions, LISTEN in permissions
    if sees_alerts and listens:
        await serve_feed(websocket, hub)
        return
    sieve = partial(_let_through, sees_alerts=sees_alerts, listens=listens, is_told=agents_are_told)
    await serve_branch(websocket, hub, f"alerts: {sees_alerts}, listeners: {listens}", sieve)


def _let_through(
    kind: str, _identity: str, fields: View, *, sees_alerts: bool, listens: bool, is_told: bool
) -> View | None:
    if kind == ALERTS and not sees_alerts:
        return None
    if kind != LISTENINGS or listens:
        return fields
    return {name: value for name, value in fields.items() if name not in WHO_LISTENS} if is_told else None
