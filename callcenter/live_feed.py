"""The live feed of somebody signed in: each sees what their permissions are for."""

from functools import partial

from fastapi import WebSocket

from callcenter.agents.listening import LISTEN
from callcenter.alerts.watch import FEED as ALERTS
from callcenter.floor.changes import View
from callcenter.live.hub import Hub, Sieve
from callcenter.live.socket import serve_branch, serve_feed
from callcenter.masks import masked

LISTENINGS = "listenings"
WHO_LISTENS = frozenset({"listener", "listener_name"})
"""What is told of a listener only to those who may listen themselves."""


async def serve_floor(websocket: WebSocket, hub: Hub, *, agents_are_told: bool) -> None:
    """Serves the feed: alerts are shown to those who may see them, who listens to those who may listen, numbers in
    full to those who see them.

    Others are shown that somebody listens, where `agents_are_told`.
    """
    permissions = websocket.state.account.permissions
    sees_alerts, listens, sees_numbers = (name in permissions for name in ("see_alerts", LISTEN, "see_numbers"))
    if sees_alerts and listens and sees_numbers:
        await serve_feed(websocket, hub)
        return
    sieve = partial(_let_through, sees_alerts=sees_alerts, listens=listens, is_told=agents_are_told)
    scope = f"alerts: {sees_alerts}, listeners: {listens}, numbers: {sees_numbers}"
    await serve_branch(websocket, hub, scope, sieve if sees_numbers else partial(_masked, sieve))


def _masked(sieve: Sieve, kind: str, identity: str, fields: View) -> View | None:
    shown = sieve(kind, identity, fields)
    return None if shown is None else masked(shown)


def _let_through(
    kind: str, _identity: str, fields: View, *, sees_alerts: bool, listens: bool, is_told: bool
) -> View | None:
    if kind == ALERTS and not sees_alerts:
        return None
    if kind != LISTENINGS or listens:
        return fields
    return {name: value for name, value in fields.items() if name not in WHO_LISTENS} if is_told else None
