"""What of listening each account is shown by the live feed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import WebSocket

from callcenter import live_feed
from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.floor.floor import Floor
from callcenter.live.hub import Feed, Hub, Sieve

ALL = {"pbx": "pbx1", "interface": "PJSIP/1001", "mode": "listen", "listener": "PJSIP/1003", "listener_name": "Min"}
PART = {"pbx": "pbx1", "interface": "PJSIP/1001", "mode": "listen"}


@pytest.mark.parametrize(
    ("permissions", "are_told", "shown"),
    [
        ({"see_alerts", "listen_in", "see_numbers", "work_tickets"}, False, ALL),
        ({"see_alerts", "listen_in"}, False, ALL),
        ({"listen_in"}, False, ALL),
        ({"see_alerts"}, True, PART),
        ({"see_alerts"}, False, None),
        (set(), True, PART),
        (set(), False, None),
    ],
)
async def test_who_listens_is_shown_to_those_who_may_and_the_rest_by_the_settings(
    monkeypatch: pytest.MonkeyPatch, permissions: set[str], are_told: bool, shown: object
) -> None:
    served: list[object] = []

    async def serve_feed(_websocket: WebSocket, _feed: Feed) -> None:
        served.append(ALL)

    async def serve_branch(_websocket: WebSocket, _hub: Hub, _scope: str, sieve: Sieve) -> None:
        served.append(sieve("listenings", "pbx1/listen.a.1", cast("dict[str, Any]", ALL)))
        assert (sieve("alerts", "1", {"a": 1}) is not None) == ("see_alerts" in permissions)
        assert sieve("seats", "1", {"a": 1}) == {"a": 1}
        assert sieve("tickets", "1", {"id": 1, "teams": ["A"], "queue": "", "changed_at": 2}) is None

    monkeypatch.setattr(live_feed, "serve_feed", serve_feed)
    monkeypatch.setattr(live_feed, "serve_branch", serve_branch)
    account = SimpleNamespace(permissions=frozenset(permissions), scope=EVERYTHING)
    websocket = cast("WebSocket", SimpleNamespace(state=SimpleNamespace(account=account)))
    await live_feed.serve_floor(websocket, Hub(Floor()), together=lambda _: {}, agents_are_told=are_told)
    assert served == [shown]


@pytest.mark.parametrize(
    ("scope", "is_seen"),
    [
        (EVERYTHING, True),
        (Scope(frozenset({"A"})), True),
        (Scope(frozenset({"C"}), frozenset({"sales"})), True),
        (Scope(frozenset({"C"}), frozenset({"care"})), False),
    ],
)
def test_a_change_of_a_ticket_is_told_in_its_scope_without_whose_it_is(scope: Scope, is_seen: bool) -> None:
    eyes = live_feed.Eyes(scope, False, True, False, True, False)
    sight = live_feed.Sight(eyes, {}, lambda _: {})
    change = {"id": 7, "teams": ["A", "B"], "queue": "sales", "changed_at": 2.0}
    assert sight.sieve("tickets", "1", change) == ({"id": 7, "changed_at": 2.0} if is_seen else None)
