"""The engine: from what was touched and from the time it says which alerts are raised, changed and cleared. Pure.

It never looks at the whole floor but when rules are set and when a PBX comes back. What will come true by itself waits
in a heap, by its time; `next_due_at` is the only timer that is needed.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from callcenter.alerts.alert import Alert, Changed, Cleared, Effect, Raised, alert_id
from callcenter.alerts.kinds import Compares, Kind, Reading, Reads, Recurs, Rule, Scene
from callcenter.alerts.rules import KINDS
from callcenter.alerts.standing import Bounds, Phase, judge
from callcenter.alerts.watchers import CountsWatcher, RecursWatcher, Watcher, watcher_of
from callcenter.floor.changes import Key
from callcenter.floor.facts import Fact, SeatState
from callcenter.floor.seat import Seat
from callcenter.floor.terms import Instant, PbxName

MINUTE = 60.0

Place = tuple[int, Key]
"""A rule and a subject."""


@dataclass(slots=True)
class Standing:
    """How a rule stands with a subject; `since` is the beginning of an unbroken stretch, for steady kinds."""

    phase: Phase = Phase.QUIET
    at: Instant = 0.0
    look_at: Instant | None = None
    since: Instant | None = None
    alert: Alert | None = None


class Engine:
    """All rules at work. Every method gives what it came to, in order."""

    def __init__(self, scene: Scene, zone: ZoneInfo, kinds: Mapping[str, Kind] = KINDS) -> None:
        self.scene = scene
        self._zone, self._kinds = zone, kinds
        self._watchers: dict[int, Watcher] = {}
        self._of_kind: dict[str, list[Watcher]] = {}
        self._of_state: dict[SeatState, list[Watcher]] = {}
        self._of_fact: dict[type[Fact], list[RecursWatcher]] = {}
        self._standings: dict[Place, Standing] = {}
        self._at: dict[Key, set[int]] = {}
        self._heap: list[tuple[Instant, int, Key]] = []
        self._minute_at: Instant | None = None
        self._effects: list[Effect] = []

    @property
    def open_alerts(self) -> list[Alert]:
        """Those that are raised now."""
        return [standing.alert for standing in self._standings.values() if standing.alert is not None]

    @property
    def next_due_at(self) -> Instant | None:
        """When `on_time` must be called, None if not by itself."""
        falls_due_at = self._heap[0][0] if self._heap else None
        if falls_due_at is None or self._minute_at is None:
            return falls_due_at or self._minute_at
        return falls_due_at if falls_due_at < self._minute_at else self._minute_at

    # --- what comes in ------------------------------------------------------------------------------------------

    def adopt(self, alerts: Iterable[Alert]) -> None:
        """Takes over alerts that were open when an earlier run ended: judged again once their PBX is live."""
        for alert in alerts:
            place = (alert.rule_id, alert.subject)
            self._keep(place, Standing(Phase.RAISED, alert.raised_at, None, alert.since, alert))

    def set_rules(self, rules: Iterable[Rule], now: Instant) -> list[Effect]:
        """The rules from now on; alerts of those that are gone or off are cleared."""
        former = self._watchers
        self._watchers = {}
        for rule in rules:
            if rule.is_enabled:
                watcher = self._watchers[rule.id] = watcher_of(rule, self._kinds[rule.kind], self.scene)
                if rule.id in former and former[rule.id].rule.kind == rule.kind:
                    watcher.inherit(former[rule.id])
                watcher.consult_clock(self._zone, now)
        self._sort()
        has_windows = any(watcher.rule.windows for watcher in self._watchers.values())
        self._minute_at = now - now % MINUTE + MINUTE if has_windows else None
        self._look_around(self._all_keys(), now)
        return self._take()

    def on_changes(self, touched: Iterable[Key], facts: Iterable[Fact], now: Instant) -> list[Effect]:
        """The floor, today's figures or a list changed."""
        places: dict[Place, None] = {}
        for fact in facts:
            for watcher in self._of_fact.get(type(fact), ()):
                places.update(((watcher.rule.id, subject), None) for subject in watcher.notice_fact(fact))
        for key in touched:
            if key[0] in self._of_kind:
                self._notice(key, places)
            if key[0] == "links" and self.scene.is_live(key[1]):
                self._look_around(self._keys_of(key[1]), now)
        for place in places:
            self._settle(place, now)
        return self._take()

    def on_time(self, now: Instant) -> list[Effect]:
        """What fell due by `now`."""
        if self._minute_at is not None and now >= self._minute_at:
            self._minute_at = now - now % MINUTE + MINUTE
            moved = [w for w in self._watchers.values() if w.rule.windows and w.consult_clock(self._zone, now)]
            if moved:
                self._look_around(self._all_keys(), now)
        while self._heap and self._heap[0][0] <= now:
            at, rule_id, subject = heapq.heappop(self._heap)
            standing = self._standings.get((rule_id, subject))
            if standing is not None and standing.look_at == at:
                standing.look_at = None
                self._settle((rule_id, subject), now)
        return self._take()

    # --- looking ------------------------------------------------------------------------------------------------

    def _sort(self) -> None:
        """Puts the watchers where what is touched finds those that it concerns."""
        self._of_kind, self._of_fact = {"links": []}, {}
        self._of_state = {state: [] for state in SeatState}
        for watcher in self._watchers.values():
            by = watcher.kind.by
            if isinstance(by, Reads) and by.states is not None:
                self._of_kind.setdefault("seats", [])
                for state in by.states:
                    self._of_state[state].append(watcher)
            elif isinstance(by, Recurs) and by.fact is not None and isinstance(watcher, RecursWatcher):
                self._of_fact.setdefault(by.fact, []).append(watcher)
            else:
                self._of_kind.setdefault(watcher.kind.watches, []).append(watcher)

    def _notice(self, key: Key, places: dict[Place, None]) -> None:
        """Shows an entity to those whom it concerns, and adds what must be judged again to `places`."""
        # Figures are worked out when a rule reads them, and only those of the queues that it reads.
        entity = None if key[0] == "figures" else self.scene.entity(key)
        for watcher in self._of_kind.get(key[0], ()):
            for subject in watcher.notice(key, entity):
                places[watcher.rule.id, subject] = None
        for rule_id in self._at.get(key, ()):
            places[rule_id, key] = None
        if isinstance(entity, Seat):
            for watcher in self._of_state[entity.state]:
                places[watcher.rule.id, key] = None

    def _look_around(self, keys: Iterable[Key], now: Instant) -> None:
        """Looks at many entities, and at everything that stands anyway: rules changed, or a PBX is live again."""
        places: dict[Place, None] = {}
        for key in keys:
            self._notice(key, places)
        places.update(dict.fromkeys(self._standings))
        for watcher in self._watchers.values():
            if isinstance(watcher, CountsWatcher):
                places.update(((watcher.rule.id, subject), None) for subject in watcher.subjects())
        for place in places:
            self._settle(place, now)

    def _all_keys(self) -> list[Key]:
        keys = [key for pbx in self.scene.floor.sites for key in self._keys_of(pbx)]
        keys += [("figures", "*"), *(("figures", key[1]) for key in keys if key[0] == "queues")]
        keys += [("tickets", identity) for identity in self.scene.tickets or ()]
        return keys + [("lists", identity) for identity in self.scene.lists]

    def _keys_of(self, pbx: PbxName) -> list[Key]:
        site = self.scene.floor.sites[pbx]
        visits = [visit.key for queue in site.queues.values() for visit in queue.waiting.values()]
        seats, queues = [seat.key for seat in site.seats.values()], [queue.key for queue in site.queues.values()]
        return [site.key, *seats, *queues, *visits]

    # --- judging ------------------------------------------------------------------------------------------------

    def _settle(self, place: Place, now: Instant) -> None:
        """Judges one rule on one subject."""
        standing = self._standings.get(place)
        watcher = self._watchers.get(place[0])
        if watcher is None:
            if standing is not None:
                self._clear(place, standing, now)
                self._drop(place)
            return
        if not watcher.is_known(place[1]):
            return
        bounds = watcher.bounds(place[1])
        reading = watcher.reading(place[1], now) if bounds is not None else None
        if standing is None:
            if reading is None:
                return
            standing = Standing()
        reading = _steadied(standing, reading) if watcher.kind.is_steady else reading
        self._apply(place, standing, watcher, reading, bounds or Bounds(watcher.kind.compares, 0.0), now)

    def _apply(
        self, place: Place, standing: Standing, watcher: Watcher, reading: Reading | None, bounds: Bounds, now: Instant
    ) -> None:
        verdict = judge(standing.phase, standing.at, reading, bounds, now)
        standing.phase, standing.at = verdict.phase, verdict.at
        if reading is not None and verdict.phase in (Phase.RAISED, Phase.CLEARING):
            self._show(place, standing, watcher, reading, bounds.threshold, now)
        elif verdict.phase is Phase.QUIET:
            self._clear(place, standing, now)
        if verdict.look_at != standing.look_at:
            standing.look_at = verdict.look_at
            if verdict.look_at is not None:
                heapq.heappush(self._heap, (verdict.look_at, *place))
        if standing.phase is Phase.QUIET and standing.look_at is None:
            self._drop(place)
        else:
            self._keep(place, standing)

    def _show(
        self, place: Place, standing: Standing, watcher: Watcher, reading: Reading, threshold: float, now: Instant
    ) -> None:
        value, before = reading.at(now), standing.alert
        if before is None:
            standing.alert = _alert(place, watcher, reading, threshold, now)
            self._effects.append(Raised(standing.alert))
            return
        severity = watcher.rule.severity
        if reading.since is not None:  # its value is the time, and its subject one
            after = replace(before, threshold=threshold, severity=severity)
        else:
            peak = (min if watcher.kind.compares is Compares.UNDER else max)(before.peak, value)
            who = watcher.whom(place[1])
            after = replace(before, threshold=threshold, severity=severity, value=value, peak=peak, who=who)
        if after != before:
            standing.alert = after
            self._effects.append(Changed(after))

    def _clear(self, place: Place, standing: Standing, now: Instant) -> None:
        alert, standing.alert = standing.alert, None
        if alert is not None:
            lasted = now - alert.since if alert.is_lasting else alert.peak
            self._effects.append(Cleared(replace(alert, peak=lasted), now))

    def _keep(self, place: Place, standing: Standing) -> None:
        self._standings[place] = standing
        self._at.setdefault(place[1], set()).add(place[0])

    def _drop(self, place: Place) -> None:
        if self._standings.pop(place, None) is not None:
            here = self._at[place[1]]
            here.discard(place[0])
            if not here:
                del self._at[place[1]]

    def _take(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects


def _steadied(standing: Standing, reading: Reading | None) -> Reading | None:
    """The reading as a part of its unbroken stretch."""
    if reading is None or reading.since is None:
        standing.since = None
        return reading
    standing.since = reading.since if standing.since is None else min(standing.since, reading.since)
    return reading._replace(since=standing.since)


def _alert(place: Place, watcher: Watcher, reading: Reading, threshold: float, now: Instant) -> Alert:
    value, rule = reading.at(now), watcher.rule
    return Alert(
        alert_id=alert_id(place[0], place[1], now),
        rule_id=place[0],
        kind=rule.kind,
        severity=rule.severity,
        subject=place[1],
        who=watcher.whom(place[1]),
        since=now if reading.since is None else reading.since,
        raised_at=now,
        threshold=threshold,
        value=value,
        peak=value,
        is_lasting=reading.since is not None,
        sound=rule.sound,
    )
