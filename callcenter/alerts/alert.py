"""An alert: who, since when, which rule, and how far beyond its threshold. Pure."""

import hashlib
from typing import Any

from msgspec import Struct

from callcenter.alerts.kinds import Severity
from callcenter.floor.changes import Key
from callcenter.floor.queue import Queue
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import Instant


class Alert(Struct, frozen=True, kw_only=True):
    """Something beyond its threshold. `since` is when it began, `raised_at` when the rule said so.

    `value` is that of now, `peak` the furthest so far; of what lasts, `since` tells more than both.
    """

    alert_id: str
    rule_id: int
    kind: str
    severity: Severity
    subject: Key
    who: dict[str, Any]
    since: Instant
    raised_at: Instant
    threshold: float
    value: float
    peak: float
    is_lasting: bool
    sound: bool


class Raised(Struct, frozen=True):
    """A rule has come true."""

    alert: Alert


class Changed(Struct, frozen=True):
    """An alert that is open shows another value, or somebody else."""

    alert: Alert


class Cleared(Struct, frozen=True):
    """A rule is true no more; `at` is when that was decided."""

    alert: Alert
    at: Instant


Effect = Raised | Changed | Cleared


def alert_id(rule_id: int, subject: Key, raised_at: Instant) -> str:
    """The same alert has the same id, whoever raises it: keeping it twice changes nothing."""
    return hashlib.blake2b(f"{rule_id}|{subject[0]}|{subject[1]}|{raised_at!r}".encode(), digest_size=8).hexdigest()


def whom(subject: Key, entity: Any) -> dict[str, Any]:
    """Who or what is concerned, in the words of the feed."""
    match entity:
        case Seat():
            names = ("pbx", "interface", "agent_number", "agent_name", "team", "queue", "call_id", "number", "reason")
            return {name: getattr(entity, name) for name in names}
        case Queue():
            return {"pbx": entity.pbx, "queue": entity.name, "label": entity.rules.label or entity.name}
        case Site():
            return {"pbx": entity.pbx, "detail": entity.link_detail}
        case {"ticket": _}:
            return dict(entity)
        case {"name": name, "id": identity}:
            return {"list": identity, "name": name}
    kind, identity = subject
    if kind == "queues":
        pbx, _, queue = identity.partition("/")
        return {"pbx": pbx, "queue": queue, "label": queue}
    return {"team": identity} if kind == "teams" else {}
