"""A diary of the floor with rules watching it: what is raised and cleared, and when."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from typing_extensions import override

from callcenter.alerts.alert import Alert, Changed, Cleared, Effect, Raised
from callcenter.alerts.engine import Engine
from callcenter.alerts.kinds import Rule, Scene
from callcenter.alerts.rules import KINDS
from callcenter.alerts.timetable import windows_of
from callcenter.floor.changes import Key, View
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState
from callcenter.floor.terms import CallId
from callcenter.recordings.rules import MissingRecording
from tests.floor.stories import NOON, PBX, Diary

AWAY = {"meal": 1800.0, "break": 600.0, "training": 0.0}


def a_rule(kind: str, number: int = 1, **given: Any) -> Rule:
    """A rule of this kind with the kind's own numbers, but for what is given."""
    defaults = KINDS[kind]
    options = {name: option.default for name, option in defaults.options.items()} | given.pop("options", {})
    windows = windows_of(given.pop("windows", ()))
    return Rule(
        **{
            "id": number,
            "kind": kind,
            "severity": defaults.severity,
            "threshold": defaults.threshold,
            "options": options,
            "windows": windows,
            **given,
        }
    )


class Watched(Diary):
    """A diary whose floor is watched. `alerts` are those open, `told` what was raised and cleared: + kind, - kind."""

    def __init__(self, *rules: Rule, zone: str = "UTC", at: float = NOON, live: bool = True) -> None:
        super().__init__()
        self.figures: dict[str, View] = {}
        self.scene = Scene(self.floor, AWAY, lambda key: self.figures.get(key[1]))
        self.engine = Engine(self.scene, ZoneInfo(zone))
        self.told: list[str] = []
        self.effects: list[Effect] = []
        self.now = at
        self.set_rules(*rules)
        if live:
            self.link(LinkState.LIVE)

    def set_rules(self, *rules: Rule) -> None:
        self._note(self.engine.set_rules(rules, self.now))

    def link(self, state: LinkState) -> "Watched":
        self.tell(LinkChanged, state)
        return self

    @override
    def apply(self, event: AnyEvent) -> None:
        super().apply(event)
        self._note(self.engine.on_changes(self.last.touched, self.last.facts, self.now))

    @override
    def after(self, seconds: float) -> "Watched":
        """Lets time pass; what falls due meanwhile is heard when it does."""
        until = self.now + seconds
        while (due_at := self.engine.next_due_at) is not None and due_at <= until:
            self.now = max(self.now, due_at)
            self._note(self.engine.on_time(self.now))
        self.now = until
        return self

    def figure(self, queue: str, **figures: Any) -> "Watched":
        """Today's figures of a queue moved."""
        identity = f"{PBX}/{queue}" if queue != "*" else "*"
        self.figures[identity] = figures
        self._note(self.engine.on_changes([("figures", identity)], (), self.now))
        return self

    def a_list(self, identity: str, fields: View | None) -> "Watched":
        """A callback list is told, or deleted."""
        self.scene.lists[identity] = fields
        self._note(self.engine.on_changes([("lists", identity)], (), self.now))
        return self

    def tickets(self, tickets: dict[str, View], *touched: str) -> "Watched":
        """The tickets that are late are told; those that were `touched` have changed."""
        self.scene.tickets = tickets
        self._note(self.engine.on_changes([("tickets", identity) for identity in touched], (), self.now))
        return self

    def misses_recording(self, call: str, queue: str = "support") -> "Watched":
        """A call ended, and no recording of it is there."""
        missing = MissingRecording(pbx=PBX, call_id=CallId(call), queue=queue, ended_at=self.now)
        self._note(self.engine.on_changes((), [missing], self.now))
        return self

    def _note(self, effects: list[Effect]) -> None:
        self.effects += effects
        for effect in effects:
            match effect:
                case Raised(alert):
                    self.told.append(f"+ {alert.kind}")
                case Cleared(alert):
                    self.told.append(f"- {alert.kind}")

    @property
    def alerts(self) -> list[Alert]:
        return self.engine.open_alerts

    @property
    def changes(self) -> int:
        return sum(isinstance(effect, Changed) for effect in self.effects)

    def alert(self) -> Alert:
        """The only one that is open."""
        [alert] = self.alerts
        return alert

    def subjects(self) -> list[Key]:
        return sorted(alert.subject for alert in self.alerts)


def seated(*rules: Rule, agents: tuple[str, ...] = ("1001", "1002", "1003", "1004"), **given: Any) -> Watched:
    """A watched centre whose agents are signed in and ready, all in the team "day"."""
    day = Watched(*rules, **given)
    day.directory(*agents)
    for agent in agents:
        day.signs_in(agent)
    return day


def in_talk(day: Watched, agent: str = "1001", caller: str = "a caller") -> Watched:
    """An agent talks with a caller."""
    day.joins(caller).rings(agent, caller).answers(agent, caller)
    return day


WINDOW: Mapping[str, Any] = {"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}
