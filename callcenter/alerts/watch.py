"""The watch at run time: hears what the keeper tells, keeps the timers, shows alerts on the feed and hands them on."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.alerts.alert import Alert, Cleared, Effect
from callcenter.alerts.engine import Engine
from callcenter.alerts.kinds import Rule, Scene
from callcenter.floor.changes import Changes, Key, View
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import Fact
from callcenter.floor.terms import Instant

FEED = "alerts"

Publish = Callable[[str, str, View | None], None]
Note = Callable[[Iterable[Effect]], None]


_FOLLOWED = frozenset({"figures", "lists"})

JUDGE_SECONDS = 0.1
"""What was touched is judged so much later at most, everything that was touched meanwhile once: a call touches its
seat and its queue a dozen times."""

TIMER_SLACK_SECONDS = 0.005
"""A timer that is wrong by less is not set anew."""


class Acknowledged(Struct, frozen=True):
    """Who took notice of an alert, when, and what they wrote."""

    at: Instant | None = None
    by: str = ""
    note: str = ""


class Watch:
    """Rules at work on the live floor. Everything happens in the caller's turn of the loop."""

    def __init__(
        self, scene: Scene, zone: ZoneInfo, publish: Publish, note: Note, clock: Callable[[], Instant] = time.time
    ) -> None:
        self.rules: Mapping[int, Rule] = {}
        self._engine = Engine(scene, zone)
        self._scene, self._publish, self._note, self._clock = scene, publish, note, clock
        self._acknowledged: dict[str, Acknowledged] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._touched: set[Key] = set()
        self._facts: list[Fact] = []
        self._judging: asyncio.TimerHandle | None = None

    def begin(self, rules: Iterable[Rule], open_alerts: Iterable[tuple[Alert, Acknowledged]]) -> None:
        """Starts with these rules, and with the alerts that were open when an earlier run ended."""
        for alert, acknowledged in open_alerts:
            self._engine.adopt([alert])
            self._acknowledged[alert.alert_id] = acknowledged
            self._show(alert)
        self.set_rules(rules)

    def set_rules(self, rules: Iterable[Rule]) -> None:
        """The rules from now on."""
        self.rules = {rule.id: rule for rule in rules}
        self._tell(self._engine.set_rules(self.rules.values(), self._clock()))

    def on_changes(self, _event: AnyEvent, changes: Changes) -> None:
        """A listener of the keeper."""
        if changes.touched or changes.facts:
            self._will_judge(changes.touched, changes.facts)

    def on_touched(self, keys: Iterable[Key]) -> None:
        """A follower of the hub: today's figures moved, or a callback list did."""
        of_others = [key for key in keys if key[0] in _FOLLOWED]
        for kind, identity in of_others:
            if kind == "lists":
                self._scene.lists[identity] = self._scene.view(("lists", identity))
        if of_others:
            self._will_judge(of_others)

    def on_fact(self, fact: Fact) -> None:
        """Something ended of which the keeper does not tell: a recording that is not there."""
        self._will_judge((), (fact,))

    def on_tickets(self, tickets: Mapping[str, View]) -> None:
        """All tickets that are escalated now, by id; an alert about any other one is over."""
        before, self._scene.tickets = self._scene.tickets or {}, tickets
        moved = {identity for identity in {*before, *tickets} if before.get(identity) != tickets.get(identity)}
        alerted = {alert.subject[1] for alert in self._engine.open_alerts if alert.subject[0] == "tickets"}
        gone = alerted - tickets.keys()
        if moved or gone:
            self._will_judge([("tickets", identity) for identity in sorted(moved | gone)])

    def judge(self) -> None:
        """Holds against the rules what was touched since the last time, and what fell due."""
        self.close()
        self._timer = self._judging = None
        touched, self._touched = self._touched, set()
        facts, self._facts = self._facts, []
        now = self._clock()
        self._tell([*self._engine.on_changes(touched, facts, now), *self._engine.on_time(now)])

    def acknowledge(self, alert_id: str, acknowledged: Acknowledged) -> None:
        """Shows that somebody took notice."""
        for alert in self._engine.open_alerts:
            if alert.alert_id == alert_id:
                self._acknowledged[alert_id] = acknowledged
                self._show(alert)

    def close(self) -> None:
        """Stops the timers."""
        for timer in (self._timer, self._judging):
            if timer is not None:
                timer.cancel()

    def _will_judge(self, touched: Iterable[Key], facts: Iterable[Fact] = ()) -> None:
        self._touched.update(touched)
        self._facts += facts
        if self._judging is None:
            self._judging = asyncio.get_running_loop().call_later(JUDGE_SECONDS, self.judge)

    def _tell(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Cleared):
                self._acknowledged.pop(effect.alert.alert_id, None)
                self._publish(FEED, effect.alert.alert_id, None)
            else:
                self._show(effect.alert)
        if effects:
            self._note(effects)
        self._set_timer()

    def _show(self, alert: Alert) -> None:
        acknowledged = self._acknowledged.get(alert.alert_id) or Acknowledged()
        self._publish(FEED, alert.alert_id, view(alert, acknowledged))

    def _set_timer(self) -> None:
        due_at = self._engine.next_due_at
        loop = asyncio.get_running_loop()
        if due_at is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            return
        # The loop's clock does not jump, the wall's may: what is due is judged by the wall's when the timer rings.
        at = loop.time() + max(0.0, due_at - self._clock())
        if self._timer is not None:
            if abs(self._timer.when() - at) < TIMER_SLACK_SECONDS:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, self.judge)


def view(alert: Alert, acknowledged: Acknowledged) -> dict[str, Any]:
    """The fields of the live feed (docs/api.md, `alerts`)."""
    return {
        "alert_id": alert.alert_id,
        "rule_id": alert.rule_id,
        "kind": alert.kind,
        "severity": alert.severity,
        "subject_kind": alert.subject[0],
        "subject_id": alert.subject[1],
        "who": alert.who,
        "since": alert.since,
        "raised_at": alert.raised_at,
        "threshold": alert.threshold,
        "value": alert.value,
        "is_lasting": alert.is_lasting,
        "sound": alert.sound,
        "acknowledged_at": acknowledged.at,
        "acknowledged_by": acknowledged.by,
        "note": acknowledged.note,
    }
