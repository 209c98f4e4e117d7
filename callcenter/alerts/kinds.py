"""What a rule is made of: its kind (a file in `rules/`), its row (what is configured), and what a kind reads. Pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from callcenter.alerts.timetable import Window
from callcenter.floor.changes import Key, View
from callcenter.floor.events import LinkState
from callcenter.floor.facts import Fact, SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.terms import ChannelId, Instant, PbxName, Seconds

Scope = Literal["all", "team", "queue"]
Measure = Literal["seconds", "count", "share"]
Watched = Literal["seats", "queues", "visits", "links", "figures", "lists", "tickets"]

EVERYTHING: Key = ("all", "*")


class Severity(StrEnum):
    """How loud an alert is."""

    WARNING = "warning"
    CRITICAL = "critical"


class Compares(StrEnum):
    """When a value is beyond its threshold."""

    OVER = "over"
    AT_LEAST = "at_least"
    UNDER = "under"


class Rule(Struct, frozen=True, kw_only=True):
    """One configured rule. `names` are the teams or queues of its `scope`, none: each of them.

    `clear_margin` is how far a value must come back beyond the threshold before the alert may clear; `limits` are
    thresholds by pause reason, `options` the kind's own numbers.
    """

    id: int
    kind: str
    is_enabled: bool = True
    severity: Severity = Severity.WARNING
    scope: Scope = "all"
    names: frozenset[str] = frozenset()
    threshold: float = 0.0
    limits: Mapping[str, Seconds] = {}
    options: Mapping[str, float] = {}
    windows: tuple[Window, ...] = ()
    raise_after_seconds: Seconds = 0.0
    clear_after_seconds: Seconds = 0.0
    clear_margin: float = 0.0
    sound: bool = True
    webhook: bool = True
    mail: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        """Whether a team or queue of this name is concerned."""
        return name in self.names if self.names else bool(name)


class Scene:
    """What rules look at: the floor, the away limits of the settings, what the feed shows of figures and lists, and
    late tickets."""

    def __init__(self, floor: Floor, away_limits: Mapping[str, Seconds], view: Callable[[Key], View | None]) -> None:
        self.floor = floor
        self.away_limits = away_limits
        self.view = view
        self.lists: dict[str, View | None] = {}
        """What was told of the lists; None for one that was deleted."""
        self.tickets: Mapping[str, View] | None = None
        """The tickets that are escalated now; None until that was told."""

    def entity(self, key: Key) -> Any:
        """The seat, queue, visit, site or view behind a key; None when it is not there (any more)."""
        kind, identity = key
        if kind == "figures":
            return self.view(key)
        if kind == "lists":
            return self.lists.get(identity)
        if kind == "tickets":
            return (self.tickets or {}).get(identity)
        pbx, _, rest = identity.partition("/")
        site = self.floor.sites.get(pbx)
        return None if site is None else _IN_SITE[kind](site, rest)

    def is_live(self, pbx: PbxName) -> bool:
        """Whether what is known of a PBX is true now."""
        site = self.floor.sites.get(pbx)
        return site is not None and site.link is LinkState.LIVE


def _visit(site: Any, rest: str) -> Any:
    visit = site.visits.get(ChannelId(rest.partition("/")[0]))
    return visit if visit and visit.is_waiting and visit.key[1] == f"{site.pbx}/{rest}" else None


_IN_SITE: dict[str, Callable[[Any, str], Any]] = {
    "seats": lambda site, rest: site.seats.get(rest.lower()),
    "queues": lambda site, rest: site.queues.get(rest),
    "visits": _visit,
    "links": lambda site, rest: site,
}


class Reading(NamedTuple):
    """What a rule sees of its subject: how long something has lasted (`since`), or a value.

    `next_at` is when the value changes by itself.
    """

    since: Instant | None = None
    value: float = 0.0
    next_at: Instant | None = None

    def at(self, now: Instant) -> float:
        """The value at `now`."""
        return self.value if self.since is None else now - self.since


class Reads(NamedTuple):
    """A kind that looks at one entity by itself; of seats only at those in these `states`."""

    read: Callable[[Scene, Rule, Any], Reading | None]
    states: frozenset[SeatState] | None = None


class Counts(NamedTuple):
    """A kind that counts the entities of a team, of a queue, or of all, for which `counts` holds."""

    counts: Callable[[Scene, Rule, Any], bool]


class Recurs(NamedTuple):
    """A kind that counts what happened at a seat within its span: facts of one class, or looks at the seat itself.

    Facts without a seat count for their queue.

    `happened` gives the instant of what counts, None for what does not.
    """

    happened: Callable[[Rule, Any], Instant | None]
    fact: type[Fact] | None = None


class Option(NamedTuple):
    """A number of a kind's own: its default, bounds and labels."""

    default: float
    least: float
    most: float
    measure: Measure
    label_en: str
    label_zh: str


class Kind(NamedTuple):
    """A kind of rule. `text` says what it is about, `told` what an alert of it says (see `wording.py`)."""

    id: str
    label_en: str
    label_zh: str
    text_en: str
    text_zh: str
    told_en: str
    told_zh: str
    watches: Watched
    by: Reads | Counts | Recurs
    measure: Measure
    compares: Compares
    threshold: float
    scopes: tuple[Scope, ...] = ("all", "team", "queue")
    severity: Severity = Severity.WARNING
    options: Mapping[str, Option] = {}
    has_limits: bool = False
    is_steady: bool = False
    """Whether an unbroken stretch counts as one, whatever `since` says meanwhile."""
    limit: Callable[[Scene, Rule, Any], Seconds | None] | None = None
    """The threshold of one subject, where it is not the rule's: None where there is none."""
    shipped: tuple[Mapping[str, Any], ...] = ({},)
    """The rules of this kind that come with the server, by the fields in which they differ from its defaults."""


def span_of(seconds: Seconds) -> Option:
    """The option of every kind that counts what happened lately: within how long."""
    return Option(seconds, 60, 86400, "seconds", "Within", "时间范围")


SPAN = span_of(1800)
