"""What rules there are, what may be said of each, and what it makes of what it finds. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.dialer.targets import NewTarget, days_after
from callcenter.floor.terms import Instant, Seconds
from callcenter.tickets.rules import OF_COMPLAINT, Complaint, NoCallback, callback_due, number_of


class FillKind(StrEnum):
    """Where targets come from."""

    ABANDONED = "abandoned"
    CALLBACK_REQUESTED = "callback_requested"
    DAYS_AFTER = "days_after"
    CLOSED_COMPLAINT = "closed_complaint"


class Options(Struct, frozen=True, kw_only=True):
    """Of all kinds; each reads its own. `queue` "": every queue. `priority` is that of the targets.

    abandoned: callers who gave up after at least `wait_seconds`, and were not reached within `after_seconds`.
    days_after: targets of `source_list_id`, `days` after the date in their `attribute`.
    closed_complaint: customers whose complaint was closed, `days` later, or on the same day after `after_seconds`.
    """

    queue: str = ""
    priority: int = 5
    wait_seconds: Seconds = 5.0
    after_seconds: Seconds = 600.0
    source_list_id: int | None = None
    attribute: str = ""
    days: int = 0


class Candidate(Struct, frozen=True):
    """Somebody to call, and what for: `source` is the same whenever it is found again; `ticket_id` is that of a
    complaint."""

    source: str
    target: NewTarget
    ticket_id: int | None = None


LOOK_BACK_SECONDS: Seconds = 4 * 86_400
"""Who called longer ago is not called back by a rule: a promise of last week annoys."""

LATE_SECONDS: Seconds = 86_400
"""A visit may become known so late: what ended while the link was away is taken from queue_log."""

DATES_SECONDS: Seconds = 3600
"""How often dates are looked at: a list may be long, and a day is enough."""


def callers_since(created_at: Instant, looked_at: Instant | None, after_seconds: Seconds, now: Instant) -> Instant:
    """From when on a rule looks at callers who gave up: no further back than what may be ripe since it looked last."""
    ripe = created_at if looked_at is None else looked_at - after_seconds - LATE_SECONDS
    return max(created_at, now - LOOK_BACK_SECONDS, ripe)


def is_to_look(kind: FillKind, looked_at: Instant | None, now: Instant) -> bool:
    """Whether a rule is to be carried out at this look."""
    return kind is not FillKind.DAYS_AFTER or looked_at is None or looked_at <= now - DATES_SECONDS


def of_visit(kind: FillKind, options: Options, visit: Mapping[str, object], told: str) -> Candidate:
    """A caller who gave up is called as soon as somebody is free; who asked for it keeps the place in the line."""
    asked = kind is FillKind.CALLBACK_REQUESTED
    attributes = {"queue": str(visit["queue"]), "callback_requested_at" if asked else "abandoned_at": told}
    due_at = visit["joined_at"] if asked else visit["ended_at"]
    target = NewTarget(
        number=str(visit["number"]),
        name=_printable(visit["caller_name"]),
        attributes=attributes,
        priority=options.priority,
        due_at=due_at if isinstance(due_at, float) else None,
    )
    return Candidate(f"visit:{visit['pbx']}/{visit['channel_id']}/{visit['queue']}/{visit['join']}"[:200], target)


def of_complaint(options: Options, complaint: Complaint, told: str) -> Candidate:
    """The customer of a complaint that was closed; closed again after it was opened again they are called again."""
    about = dict(zip(OF_COMPLAINT, (number_of(complaint.ticket_id), _printable(complaint.subject), told), strict=True))
    target = NewTarget(
        number=complaint.number,
        name=_printable(complaint.name),
        attributes=about,
        priority=options.priority,
        due_at=callback_due(complaint.closed_at, options.days, options.after_seconds),
    )
    return Candidate(source_of(complaint), target, complaint.ticket_id)


def source_of(complaint: Complaint) -> str:
    """What a rule remembers of a complaint that it took: this closing of it."""
    return f"ticket:{complaint.ticket_id}/{complaint.closed_at!r}"


def why_none(complaint: Complaint, queues: Collection[str]) -> NoCallback | None:
    """Why rules for these queues ("": every queue) raise no callback for a complaint; None: one of them does."""
    if not queues:
        return NoCallback.NO_RULE
    if "" not in queues and complaint.queue not in queues:
        return NoCallback.OTHER_QUEUES
    return None if complaint.number else NoCallback.NO_NUMBER


def _printable(text: object) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str(text))[:200]


def of_date(options: Options, target_id: int, wanted: NewTarget, zone: ZoneInfo) -> Candidate | None:
    """The target that falls due so many days after its date; None where the attribute holds none."""
    text = wanted.attributes.get(options.attribute, "").strip().replace("/", "-")
    try:
        day = datetime.strptime(text[:10], "%Y-%m-%d").date()  # noqa: DTZ007 - a date, of the centre's zone
    except ValueError:
        return None
    return Candidate(f"target:{target_id}/{day}", days_after(day, options.days, zone, wanted))
