"""What of listening each account is shown by the live feed."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from fastapi import WebSocket

from callcenter import live_feed
from callcenter.accounts.rules import PERMISSIONS, Permission, Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
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


# --- what a scope is told while the floor moves --------------------------------------------------------------------

IN = {"team": "Team A", "queues": ["sales"], "state": "ready", "agent_name": "Li"}
OUT = {"team": "Team B", "queues": ["support"], "state": "ready", "agent_name": "Wang"}
SALES, SUPPORT = [{"queue": queue, "waiting": 0, "oldest_joined_at": None} for queue in ("sales", "support")]
SCOPES = {"team": scope_of(["Team A"], []), "queue": scope_of([], ["sales"]), "both": scope_of(["Team A"], ["sales"])}
GAUGES = {"waiting": 0, "oldest_joined_at": None, "seats": {"ready": 0}}
BY_BOTH = {"seats", "alerts", "tickets", "listenings"}
"""What is seen by teams as well as by queues; the rest by queues alone."""

Fields = dict[str, Any]

KINDS: Mapping[str, tuple[str, Fields, Fields, Fields]] = {
    "seats": ("pbx1/PJSIP/1001", IN, OUT, {"state": "paused"}),
    "queues": ("pbx1/sales", SALES, SUPPORT, {"waiting": 1}),
    "visits": ("pbx1/1.1/1", {"queue": "sales", "position": 2}, {"queue": "support", "position": 2}, {"position": 1}),
    "lists": ("1", {"queue": "sales", "state": "on"}, {"queue": "support", "state": "on"}, {"state": "off"}),
    "alerts": (
        "1",
        {"subject_kind": "seats", "who": {"team": "Team A", "queue": "sales"}, "value": 1},
        {"subject_kind": "seats", "who": {"team": "Team B", "queue": "support"}, "value": 1},
        {"value": 2},
    ),
    "tickets": (
        "1",
        {"id": 1, "teams": ["Team A"], "queue": "sales", "changed_at": 1.0},
        {"id": 1, "teams": ["Team B"], "queue": "support", "changed_at": 1.0},
        {"changed_at": 2.0},
    ),
}  # fmt: skip
"""Of each kind that says by itself whose it is: its id, what it is inside and outside, and what changes."""


class Client:
    """What a client of a branch has, brought up to date by the frames that it gets."""

    has_room = True

    def __init__(self, hub: Hub, name: str, role: Role) -> None:
        self.hub, self.name, self.frames = hub, name, 0
        self.entities: dict[str, dict[str, Fields]] = {}
        names: tuple[Permission, ...] = ("see_alerts", "work_tickets", "listen_in", "see_numbers")
        alerts, tickets, listens, numbers = (name in PERMISSIONS[role] for name in names)
        eyes = live_feed.Eyes(SCOPES[name], alerts, tickets, listens, numbers, True)
        sight = live_feed.Sight(eyes, hub.published, lambda queues: {"of": sorted(queues)})
        hub.branch(eyes.name, sight.sieve).join(self)

    def deliver(self, frame: bytes) -> bool:
        message = msgspec.json.decode(frame[frame.index(b'{"') :])
        if message["type"] == "snapshot":
            self.entities = message["entities"]
            return True
        self.frames += 1
        for kind, changed in message["changed"].items():
            for identity, fields in changed.items():
                self.entities.setdefault(kind, {}).setdefault(identity, {}).update(fields)
        for kind, identities in message["removed"].items():
            for identity in identities:
                del self.entities[kind][identity]
        return True

    def told(self, kind: str, identity: str, fields: Fields | None) -> bool:
        """Whether a frame came of what became of that entity."""
        before = self.frames
        self.hub.put(kind, identity, fields)
        self.hub.flush()
        return self.frames > before

    def has(self, kind: str, identity: str) -> bool:
        return identity in self.entities.get(kind, {})


@pytest.fixture(params=[(name, role) for name in SCOPES for role in (Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN)])
async def client(request: pytest.FixtureRequest) -> Client:
    """Somebody of a limited scope who may see alerts, listen in and work on tickets, as these roles do."""
    name, role = request.param
    hub = Hub(Floor())
    hub.put("gauges", "*", GAUGES)
    hub.flush()
    return Client(hub, name, role)


def sees(client: Client, kind: str) -> bool:
    return kind in BY_BOTH or client.name != "team"


@pytest.mark.parametrize("kind", [*KINDS])
async def test_what_changes_outside_is_not_told_and_what_leaves_is_taken_away(client: Client, kind: str) -> None:
    identity, inside, outside, change = KINDS[kind]
    assert not client.told(kind, identity, outside)
    assert not client.told(kind, identity, outside | change)
    assert client.told(kind, identity, inside) == client.has(kind, identity) == sees(client, kind)
    assert client.told(kind, identity, inside | change) == sees(client, kind)
    assert client.told(kind, identity, outside | change) == sees(client, kind)
    assert not client.has(kind, identity)
    assert not client.told(kind, identity, None)


async def test_who_listens_to_a_seat_that_leaves_the_scope_is_taken_away_with_it(client: Client) -> None:
    seat, listening = "pbx1/PJSIP/1001", {"pbx": "pbx1", "interface": "PJSIP/1001", "mode": "listen"}
    client.told("seats", seat, OUT)
    assert not client.told("listenings", "pbx1/l", listening)
    assert client.told("seats", seat, IN)
    assert client.has("listenings", "pbx1/l")
    assert client.told("listenings", "pbx1/l", listening | {"mode": "whisper"})
    client.told("seats", seat, OUT)
    assert not client.has("seats", seat)
    assert not client.has("listenings", "pbx1/l")
    assert not client.told("listenings", "pbx1/l", listening)


async def test_figures_are_of_queues_inside_and_go_with_them(client: Client) -> None:
    for queue in (SALES, SUPPORT):
        client.told("queues", f"pbx1/{queue['queue']}", queue)
        client.told("figures", f"pbx1/{queue['queue']}", {"offered": 1})
    client.told("figures", "*", {"offered": 2})
    assert client.has("figures", "pbx1/sales") == (client.name != "team")
    assert not client.has("figures", "pbx1/support")
    assert client.entities["figures"]["*"] == {"of": [] if client.name == "team" else ["pbx1/sales"]}
    assert not client.told("figures", "pbx1/support", {"offered": 3})
    assert client.told("figures", "pbx1/sales", {"offered": 3}) == (client.name != "team")
    client.told("queues", "pbx1/sales", None)
    assert not client.has("figures", "pbx1/sales")


async def test_gauges_count_what_is_inside(client: Client) -> None:
    client.told("seats", "pbx1/PJSIP/1002", OUT)
    assert not client.told("gauges", "*", GAUGES | {"seats": {"ready": 1}})
    client.told("seats", "pbx1/PJSIP/1001", IN)
    client.told("gauges", "*", GAUGES | {"seats": {"ready": 2}})
    assert client.entities["gauges"]["*"]["seats"] == {"ready": 1}


@pytest.mark.parametrize("kind", ["links", "journals", "messages"])
async def test_what_is_about_no_agent_and_no_queue_is_told_to_all(client: Client, kind: str) -> None:
    assert client.told(kind, "pbx1", {"state": "live"})
    assert client.entities[kind]["pbx1"] == {"state": "live"}
    assert client.told(kind, "pbx1", None)
    assert not client.has(kind, "pbx1")
