"""What a wallboard shows of the feed: its queues, states of seats, alerts; never who calls or is called. Pure."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from callcenter.accounts.scope import Scope as AccountScope
from callcenter.floor.changes import View

SHOWN_OF_ALERT = ("alert_id", "kind", "severity", "subject_kind", "subject_id", "since", "raised_at")
SHOWN_VALUES = ("threshold", "value", "is_lasting", "acknowledged_at")
SHOWN_OF_WHO = ("pbx", "queue", "label", "team")
SHOWN_OF_AGENT = ("agent_number", "agent_name", "reason")

Together = Callable[[Collection[str]], View]


def sees(scope: AccountScope, queues: Collection[str]) -> bool:
    """Whether somebody of this scope sees all that a board of these queues (`pbx/queue`; none: all) shows."""
    return scope.is_everything or (bool(queues) and all(scope.sees_queue(name.partition("/")[2]) for name in queues))


class Scope:
    """One board's part of the feed. Without queues of its own it shows the whole centre.

    `together` gives the figures of some queues as if they were one: to a board "everything" is all of its queues.
    """

    def __init__(self, queues: Collection[str], *, shows_agents: bool, together: Together) -> None:
        self.queues = frozenset(queues)
        self.shows_agents = shows_agents
        self._together = together

    def sieve(self, kind: str, identity: str, fields: View) -> View | None:
        """What the board may see of an entity."""
        if kind == "links":
            return {name: fields[name] for name in ("pbx", "state", "since")}
        if kind == "seats":
            is_shown = not self.queues or any(f"{fields['pbx']}/{name}" in self.queues for name in fields["queues"])
            return {name: fields[name] for name in ("pbx", "state")} if is_shown else None
        if kind == "queues":
            return fields if self._has_queue(identity) else None
        if kind == "figures":
            return self._figures(identity, fields)
        if kind == "gauges":
            return None if self.queues else fields
        return self._alert(fields) if kind == "alerts" else None

    def _figures(self, identity: str, fields: View) -> View | None:
        if identity == "*" and self.queues:
            return self._together(self.queues)
        return fields if identity == "*" or self._has_queue(identity) else None

    def _has_queue(self, identity: str) -> bool:
        return not self.queues or identity in self.queues

    def _alert(self, fields: Mapping[str, Any]) -> View | None:
        who: Mapping[str, Any] = fields["who"]
        is_of_seat = fields["subject_kind"] == "seats"
        if is_of_seat and not self.shows_agents:
            return None
        if self.queues and not self._concerns(fields, who):
            return None
        shown = SHOWN_OF_WHO + (SHOWN_OF_AGENT if is_of_seat else ())
        return {name: fields[name] for name in SHOWN_OF_ALERT + SHOWN_VALUES} | {
            "who": {name: who[name] for name in shown if name in who}
        }

    def _concerns(self, fields: Mapping[str, Any], who: Mapping[str, Any]) -> bool:
        """Whether an alert is about one of the board's queues, or about a PBX that they are on."""
        kind, identity = fields["subject_kind"], fields["subject_id"]
        if kind == "queues":
            return identity in self.queues
        if kind == "links":
            return any(queue.startswith(f"{identity}/") for queue in self.queues)
        return kind == "seats" and f"{who.get('pbx')}/{who.get('queue')}" in self.queues
