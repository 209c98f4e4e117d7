"""Watchers: a rule at work, one class for each way in which kinds look at the floor. Pure.

A watcher is shown what was touched (`notice`) and says of which subjects the rule must be judged again; `reading` is
what it sees of one. Each costs as much as what was touched, whatever the size of the floor.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from typing_extensions import override

from callcenter.alerts.alert import whom
from callcenter.alerts.kinds import EVERYTHING, Counts, Kind, Reading, Reads, Recurs, Rule, Scene
from callcenter.alerts.standing import Bounds
from callcenter.alerts.timetable import threshold_at
from callcenter.floor.changes import Key
from callcenter.floor.events import LinkState
from callcenter.floor.terms import Instant

Subjects = Iterable[Key]

MOST_SHOWN = 20
"""So many of those counted are named in an alert."""


class Watcher:
    """A rule with its kind and the threshold in force, None outside its windows."""

    def __init__(self, rule: Rule, kind: Kind, scene: Scene) -> None:
        self.rule, self.kind, self.scene = rule, kind, scene
        self.threshold: float | None = None if rule.windows else rule.threshold

    def consult_clock(self, zone: ZoneInfo, now: Instant) -> bool:
        """Brings the threshold up to date; whether that changed it."""
        before, self.threshold = self.threshold, threshold_at(self.rule.windows, self.rule.threshold, zone, now)
        return before != self.threshold

    def inherit(self, former: "Watcher") -> None:
        """Takes over what cannot be seen again, from the same rule as it was before it was changed."""

    def notice(self, key: Key, entity: Any) -> Subjects:
        """Takes note of an entity that was touched (None: it is gone); the subjects to judge again."""
        raise NotImplementedError

    def reading(self, subject: Key, now: Instant) -> Reading | None:
        """What the rule sees of a subject; None when it is not concerned, or there is nothing to see."""
        raise NotImplementedError

    def entity(self, subject: Key) -> Any:
        """What is behind a subject, None for a group."""
        return self.scene.entity(subject) if subject[0] not in ("all", "teams") else None

    def whom(self, subject: Key) -> dict[str, Any]:
        """Who is concerned, for an alert."""
        return whom(subject, self.entity(subject))

    def bounds(self, subject: Key) -> Bounds | None:
        """What readings are held against now; None when there is no limit."""
        rule, threshold = self.rule, self.threshold
        if self.kind.limit is not None and threshold is not None:
            entity = self.entity(subject)
            threshold = None if entity is None else self.kind.limit(self.scene, rule, entity)
        if threshold is None:
            return None
        return Bounds(
            self.kind.compares, threshold, rule.clear_margin, rule.raise_after_seconds, rule.clear_after_seconds
        )

    def is_known(self, subject: Key) -> bool:
        """Whether what is seen of a subject is true now, and not the past of a PBX that cannot be reached."""
        sites, watches = self.scene.floor.sites, self.kind.watches
        if watches == "lists":
            return subject[1] in self.scene.lists
        if watches == "tickets":
            return self.scene.tickets is not None
        if watches == "figures":
            return True
        if subject[0] in ("all", "teams"):
            return bool(sites) and all(site.link is LinkState.LIVE for site in sites.values())
        site = sites.get(subject[1].partition("/")[0])
        if site is None or watches == "links":
            return site is None or site.link_since > 0
        return site.link is LinkState.LIVE

    def concerns(self, entity: Any) -> bool:
        """Whether an entity is in the rule's scope."""
        scope = self.rule.scope
        if scope == "all":
            return True
        if scope == "team":
            return self.rule.wants(str(entity["team"]) if isinstance(entity, dict) else getattr(entity, "team", ""))
        return any(self.rule.wants(name) for name in queues_of(entity))


def queues_of(entity: Any) -> Iterator[str]:
    """The names of the queues that a seat is in, or that something belongs to."""
    if isinstance(entity, dict):
        yield str(entity.get("queue", ""))
    elif hasattr(entity, "members"):
        yield from entity.members
    else:
        yield getattr(entity, "queue", "") or getattr(entity, "name", "")


class ReadsWatcher(Watcher):
    """Looks at each entity by itself."""

    def __init__(self, rule: Rule, kind: Kind, scene: Scene, by: Reads) -> None:
        super().__init__(rule, kind, scene)
        self._read = by.read

    @override
    def notice(self, key: Key, entity: Any) -> Subjects:
        """The entity itself, if there is something to see; today's figures are those of a queue, or of everything."""
        if key[0] != "figures":
            return () if entity is None or self._read(self.scene, self.rule, entity) is None else (key,)
        if self.rule.scope == "all":
            return (EVERYTHING,) if key[1] == "*" else ()
        is_wanted = key[1] != "*" and self.rule.wants(key[1].partition("/")[2])
        return (("queues", key[1]),) if is_wanted else ()

    @override
    def reading(self, subject: Key, now: Instant) -> Reading | None:
        """What the kind reads of the entity, if it is in scope."""
        if self.kind.watches == "figures":
            figures = self.scene.view(("figures", subject[1]))
            return self._read(self.scene, self.rule, figures) if figures else None
        entity = self.scene.entity(subject)
        if entity is None or not self.concerns(entity):
            return None
        return self._read(self.scene, self.rule, entity)


class CountsWatcher(Watcher):
    """Counts the entities of each group, moving one when it is touched."""

    def __init__(self, rule: Rule, kind: Kind, scene: Scene, by: Counts) -> None:
        super().__init__(rule, kind, scene)
        self._counts = by.counts
        self._counted: dict[Key, set[str]] = {EVERYTHING: set()} if rule.scope == "all" else {}
        self._places: dict[str, tuple[Key, ...]] = {}

    @override
    def notice(self, key: Key, entity: Any) -> Subjects:
        """The groups that the entity left or came into."""
        identity = key[1]
        is_counted = entity is not None and self._counts(self.scene, self.rule, entity)
        groups = self._groups(entity) if entity is not None else ()
        before, after = self._places.get(identity, ()), groups if is_counted else ()
        moved = [group for group in groups if group not in self._counted]
        for group in moved:
            self._counted[group] = set()
        if before == after:
            return moved
        for group in before:
            self._counted[group].discard(identity)
        for group in after:
            self._counted[group].add(identity)
        self._places[identity] = after
        if not after:
            del self._places[identity]
        return dict.fromkeys((*moved, *before, *after))

    @override
    def reading(self, subject: Key, now: Instant) -> Reading | None:
        """How many are counted; a group that nobody ever belonged to is none."""
        counted = self._counted.get(subject)
        return None if counted is None else Reading(value=len(counted))

    @override
    def whom(self, subject: Key) -> dict[str, Any]:
        """The group, and those seats in it that are counted."""
        who = super().whom(subject)
        if self.kind.watches == "seats" and self.kind.compares != "under":
            who["seats"] = sorted(self._counted.get(subject, ()))[:MOST_SHOWN]
        return who

    def subjects(self) -> list[Key]:
        """All groups."""
        return list(self._counted)

    def _groups(self, entity: Any) -> tuple[Key, ...]:
        if self.rule.scope == "all":
            return (EVERYTHING,)
        if self.rule.scope == "team":
            return (("teams", entity.team),) if self.rule.wants(entity.team) else ()
        return tuple(("queues", f"{entity.pbx}/{name}") for name in queues_of(entity) if self.rule.wants(name))


class RecursWatcher(Watcher):
    """Counts what happened at each seat, or in each queue, lately."""

    def __init__(self, rule: Rule, kind: Kind, scene: Scene, by: Recurs) -> None:
        super().__init__(rule, kind, scene)
        self._what = by.happened
        self._span = rule.options["span_seconds"]
        self._times: dict[Key, deque[Instant]] = {}

    @override
    def inherit(self, former: Watcher) -> None:
        """What happened is not seen again."""
        if isinstance(former, RecursWatcher):
            self._times = former._times

    @override
    def notice(self, key: Key, entity: Any) -> Subjects:
        """A seat was touched: something may have happened at it."""
        return self._note(key, self._what(self.rule, entity)) if entity is not None else ()

    def notice_fact(self, fact: Any) -> Subjects:
        """Something is over: it may be what is counted."""
        watches = self.kind.watches
        whose = fact.interface if watches == "seats" else fact.queue
        return self._note((watches, f"{fact.pbx}/{whose}"), self._what(self.rule, fact))

    def _note(self, subject: Key, at: Instant | None) -> Subjects:
        if at is None:
            return ()
        times = self._times.setdefault(subject, deque(maxlen=1000))
        if times and times[-1] >= at:
            return ()
        times.append(at)
        return (subject,)

    @override
    def reading(self, subject: Key, now: Instant) -> Reading | None:
        """How often it happened within the span; the number falls by itself."""
        times = self._times.get(subject)
        while times and times[0] <= now - self._span:
            times.popleft()
        if not times:
            self._times.pop(subject, None)
            return None
        entity = self.scene.entity(subject)
        if entity is None or not self.concerns(entity):
            return None
        return Reading(value=len(times), next_at=times[0] + self._span)


def watcher_of(rule: Rule, kind: Kind, scene: Scene) -> Watcher:
    """The watcher for a rule of this kind."""
    match kind.by:
        case Reads():
            return ReadsWatcher(rule, kind, scene, kind.by)
        case Counts():
            return CountsWatcher(rule, kind, scene, kind.by)
        case Recurs():
            return RecursWatcher(rule, kind, scene, kind.by)
