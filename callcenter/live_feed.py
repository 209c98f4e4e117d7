"""The live feed of somebody signed in: each sees what their permissions and their scope are for."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import WebSocket

from callcenter.accounts.scope import Scope
from callcenter.agents.listening import LISTEN
from callcenter.alerts.watch import FEED as ALERTS
from callcenter.floor.changes import Entities, View
from callcenter.live.hub import Hub
from callcenter.live.socket import serve_branch, serve_feed
from callcenter.masks import masked
from callcenter.tickets.feed import FEED as TICKETS

LISTENINGS = "listenings"
WHO_LISTENS = frozenset({"listener", "listener_name"})
"""What is told of a listener only to those who may listen themselves."""

Together = Callable[[Collection[str]], View]
"""The figures of some queues (`pbx/queue`) as if they were one."""


@dataclass(frozen=True)
class Eyes:
    """What of the feed somebody sees; clients with the same eyes share their frames."""

    scope: Scope
    sees_alerts: bool
    works_on_tickets: bool
    listens: bool
    sees_numbers: bool
    is_told: bool
    """Whether others than those who may listen are shown that somebody listens."""

    @property
    def see_all(self) -> bool:
        """Whether nothing is kept back."""
        may = (self.sees_alerts, self.works_on_tickets, self.listens, self.sees_numbers)
        return all(may) and self.scope.is_everything

    @property
    def name(self) -> str:
        """The same for the same eyes, and for no others."""
        may = (self.sees_alerts, self.works_on_tickets, self.listens, self.sees_numbers, self.is_told)
        return repr((sorted(self.scope.teams), sorted(self.scope.queues), self.scope.is_everything, *may))


async def serve_floor(websocket: WebSocket, hub: Hub, *, together: Together, agents_are_told: bool) -> None:
    """Serves the feed: of the account's scope; alerts to those who may see them, changes of tickets to those who work
    on them, who listens to those who may listen, numbers in full to those who see them.

    Others are shown that somebody listens, where `agents_are_told`.
    """
    account = websocket.state.account
    needed = ("see_alerts", "work_tickets", LISTEN, "see_numbers")
    alerts, tickets, listens, numbers = (name in account.permissions for name in needed)
    eyes = Eyes(account.scope, alerts, tickets, listens, numbers, agents_are_told)
    if eyes.see_all:
        await serve_feed(websocket, hub)
        return
    await serve_branch(websocket, hub, eyes.name, Sight(eyes, hub.published, together).sieve)


@dataclass(frozen=True)
class Sight:
    """One part of the feed: `published` is the whole of it, at the moment of asking."""

    eyes: Eyes
    published: Entities
    together: Together

    def sieve(self, kind: str, identity: str, fields: View) -> View | None:
        """What of an entity is shown."""
        shown = self._shown(kind, identity, fields)
        return shown if shown is None or self.eyes.sees_numbers else masked(shown)

    def _shown(self, kind: str, identity: str, fields: View) -> View | None:
        if kind == ALERTS and not self.eyes.sees_alerts:
            return None
        if kind == TICKETS:
            return self._ticket(fields)
        if not self.eyes.scope.is_everything:
            seen = self._in_scope(kind, identity, fields)
            if seen is None:
                return None
            fields = seen
        if kind != LISTENINGS or self.eyes.listens:
            return fields
        return {name: value for name, value in fields.items() if name not in WHO_LISTENS} if self.eyes.is_told else None

    def _ticket(self, fields: View) -> View | None:
        """A change of a ticket, without whose it was and is."""
        eyes, teams, queue = self.eyes, fields["teams"], fields["queue"]
        is_seen = eyes.works_on_tickets and any(eyes.scope.sees(team, queue) for team in teams)
        return {name: fields[name] for name in ("id", "changed_at")} if is_seen else None

    def _in_scope(self, kind: str, identity: str, fields: View) -> View | None:
        match kind:
            case "links" | "journals" | "messages":
                return fields
            case "gauges":
                return self._gauges(fields)
            case "figures" if identity == "*":
                return self.together([each for each, queue in self._of("queues").items() if self._sees(queue)])
            case "figures":
                return fields if self._sees(self._of("queues").get(identity, {})) else None
            case "seats" | "queues" | "visits" | "lists":
                return fields if self._sees(fields) else None
            case "listenings":
                seat = self._of("seats").get(f"{fields['pbx']}/{fields['interface']}", {})
                return fields if self._sees(seat) else None
            case "alerts":
                return fields if fields["subject_kind"] == "links" or self._sees(fields["who"]) else None
        return None

    def _of(self, kind: str) -> Mapping[str, View]:
        return self.published.get(kind, {})

    def _sees(self, fields: Mapping[str, Any]) -> bool:
        """Whether an entity that may name a team, its queue or its queues, is in the scope."""
        queues = fields.get("queues") or ([fields["queue"]] if fields.get("queue") else [])
        return self.eyes.scope.sees_agent(fields.get("team") or "", queues)

    def _gauges(self, fields: View) -> View:
        """As of the whole centre (floor/gauges.py), of what is in the scope alone."""
        sat_at = (seat for seat in self._of("seats").values() if seat.get("agent_name") or not seat.get("desk"))
        states = [str(seat["state"]) for seat in sat_at if self._sees(seat)]
        queues = [queue for queue in self._of("queues").values() if self._sees(queue)]
        joined: list[Any] = [each["oldest_joined_at"] for each in queues if each["oldest_joined_at"] is not None]
        counted: Any = fields["seats"]
        return {
            **fields,
            "waiting": sum(int(str(queue["waiting"])) for queue in queues),
            "oldest_joined_at": min(joined, default=None),
            "seats": {state: states.count(state) for state in counted},
        }
