"""The week that the dialer is tried in: customers, do-not-call list, seats, and virtual time; seeded, without Asterisk.

The decisions are the dialer's own: `Rulebook.may_call`, `put_off`, `redial`, `move_on`, `lines`. Only what they decide
about is played here: telephones that ring, people who answer or do not, agents who talk.
"""

import heapq
from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.dialer.attempts import move_on
from callcenter.dialer.outlook import rulebook_of
from callcenter.dialer.pacing import PATIENCE_SECONDS, Experience, Record, Seating, calls_to_place, lines
from callcenter.dialer.permit import Ban, Dialled, Forbidden, Rulebook
from callcenter.dialer.reserving import put_off
from callcenter.dialer.rules import DEFAULT_RULES, Outcome, RedialRule, Standing, TargetState, redial
from callcenter.dialer.tables import CallbackList, Target
from callcenter.floor.terms import Instant, Seconds
from callcenter.settings import DialerSettings

CENTRE = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 10, 4, tzinfo=UTC).timestamp()
"""A Sunday: clocks go forward in Sydney that night; China is on holiday until Wednesday and works on Saturday."""

DAY: Seconds = 86_400.0
SHIFTS = ((7.0, 10.5), (13.0, 14.5))
"""Hours of the day, UTC, at which the seats are staffed."""

ZONES = {"Asia/Shanghai": "86", "Australia/Sydney": "61", "Europe/Berlin": "49", "America/New_York": "1"}
TARGET_RATE = 0.03
WRAP_UP_SECONDS, TALK_SECONDS = 20.0, 160.0
ANSWER_RATE = 0.30
FATES = {
    Outcome.NO_ANSWER: (0.45, 30.0),
    Outcome.BUSY: (0.12, 3.0),
    Outcome.UNREACHABLE: (0.05, 8.0),
    Outcome.INVALID_NUMBER: (0.05, 2.0),
    Outcome.REJECTED: (0.03, 6.0),
}
"""How often what comes of a call that nobody answers, and after how many seconds."""

SETTINGS = DialerSettings(earliest="09:00", latest="20:30")
RULES = DEFAULT_RULES | {Outcome.INVALID_NUMBER: RedialRule(60, 1, next_number=True)}
WINDOWS = {
    "home": [{"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "until": "20:00"}],
    "abroad": [
        {"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "09:00", "until": "13:00"},
        {"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "14:00", "until": "21:00"},
    ],
}
MAX_ATTEMPTS, MAX_A_DAY = 5, 2


@dataclass(frozen=True)
class Size:
    """How large a week is played."""

    targets: int = 30_000
    agents: int = 50
    days: int = 7
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Dial:
    """One call that was placed, for whoever checks them."""

    at: Instant
    until: Instant
    list_name: str
    target: int
    number: str
    zone: str
    answered_at: Instant | None
    is_abandoned: bool


@dataclass
class List:
    """A list with its open targets by time zone: those due at an instant first."""

    name: str
    row: CallbackList
    rulebook: Rulebook
    waiting: dict[str, list[tuple[Instant, int]]] = field(default_factory=lambda: defaultdict(list))


Pacer = Callable[["Week", List], int]
"""How many calls without a seat may be in the air."""


def predictive(week: "Week", listed: List) -> int:
    """The dialer's own."""
    experience = week.experience
    seating = Seating(week.free - week.waiting, experience.freed(week.now - since for since in week.talks.values()))
    forecast = experience.forecast(week.now - since for since in week.ringing.values())
    return lines(seating, forecast, experience.record(week.now), TARGET_RATE)


def one_line_a_seat(week: "Week", listed: List) -> int:
    """Baseline: a call for each free seat."""
    return calls_to_place(week.free, 0)


def three_lines_a_seat(week: "Week", listed: List) -> int:
    """Baseline: a fixed ratio."""
    return 3 * week.free


class Week:
    """Plays a week; then `dials` has every call, `busy_seconds` and `ready_seconds` what the seats did.

    `starved_seconds` is the part of `ready_seconds` during which nobody was due who may be called.
    """

    def __init__(self, size: Size, pacer: Pacer) -> None:
        self.size, self._pacer = size, pacer
        self._chance = Random(size.seed)
        self.now: Instant = BEGINS
        self._events: list[tuple[Instant, int, Callable[[], None]]] = []
        self._order = count()
        self.free = self.busy = 0
        self._staffed = 0
        self._callers: deque[tuple[Instant, Dial, List]] = deque()
        self.experience = Experience(SETTINGS.abandon_window_seconds)
        self.dials: list[Dial] = []
        self.targets: list[Target] = []
        self.bans: dict[str, tuple[Instant, Instant | None]] = {}
        self.banned_prefix = "+8613700012"
        self._dialled_numbers: dict[str, list[Instant]] = defaultdict(list)
        self._dialled_targets: dict[int, list[Instant]] = defaultdict(list)
        self._outcomes: dict[tuple[int, str, Outcome], int] = defaultdict(int)
        self._in_air: set[str] = set()
        self.ringing: dict[str, Instant] = {}
        self.talks: dict[str, Instant] = {}
        self.busy_seconds = self.ready_seconds = self.starved_seconds = 0.0
        self._is_starved = True
        self._turn = 0
        self.lists = [_list(name, number) for number, name in enumerate(WINDOWS, start=1)]
        self._make_targets()
        self._make_bans()

    # --- the cast -----------------------------------------------------------------------------------------------

    def _make_targets(self) -> None:
        for number in range(self.size.targets):
            zone = list(ZONES)[0 if number % 2 else 1 + number // 2 % 3]
            listed = self.lists[0 if number % 2 else 1]
            # Every fortieth of the list abroad is a customer of the other list: the same number on both.
            is_double = not number % 40
            zone, key = ("Asia/Shanghai", number + 1) if is_double else (zone, number)
            self._add_target(listed, zone, number, _number(zone, key), _number(zone, 500_000 + key))

    def _add_target(self, listed: List, zone: str, number: int, first: str, second: str) -> None:
        target = Target(
            id=number,
            list_id=listed.row.id,
            number=first,
            dial_number=first,
            other_numbers=[second] if number % 10 == 3 else [],
            number_index=0,
            time_zones=zone,
            attempts=0,
            state=TargetState.OPEN,
            due_at=BEGINS + number % self.size.days * DAY,
        )
        self.targets.append(target)
        self._wait_again(listed, target)

    def _make_bans(self) -> None:
        """Some from the beginning, some that expire on Tuesday, some that somebody adds on Thursday."""
        for target in self.targets[::50]:
            kind = target.id // 50 % 3
            since = BEGINS + 4 * DAY if kind == 2 else BEGINS
            self.bans[target.number] = (since, BEGINS + 2 * DAY if kind == 1 else None)

    def ban_of(self, number: str, at: Instant) -> Ban | None:
        """What the do-not-call list says at a moment."""
        if number.startswith(self.banned_prefix):
            return Ban()
        since, until = self.bans.get(number, (at + 1, None))
        return Ban(until) if since <= at and (until is None or until > at) else None

    # --- time ---------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Plays the week to its end."""
        for at, change in _shifts(self.size):
            self._at(at, lambda change=change: self._staff(change))  # type: ignore[misc]
        for minute in range(int(self.size.days * DAY / 60)):
            self._at(BEGINS + minute * 60, lambda: None)
        while self._events:
            at, _, act = heapq.heappop(self._events)
            self._pass_time(at - self.now)
            self.now = at
            act()
            self._place_calls()

    def _at(self, at: Instant, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._order), act))

    def _pass_time(self, seconds: Seconds) -> None:
        self.busy_seconds += self.busy * seconds
        self.ready_seconds += self.free * seconds
        self.starved_seconds += self.free * seconds * self._is_starved

    # --- seats --------------------------------------------------------------------------------------------------

    def _staff(self, seats: int) -> None:
        """The shift begins, or its end: nobody is dialled any more, and seats go when nobody is called for them."""
        self._staffed = seats
        if seats:
            self.free = max(0, seats - self.busy)
            self._seat_callers()
        else:
            self._at(self.now + 60, self._leave)

    def _leave(self) -> None:
        self.free = 0

    def _seat_callers(self) -> None:
        while self.free and self._callers:
            since, dial, listed = self._callers.popleft()
            if self.now - since <= PATIENCE_SECONDS:
                self._connect(dial, listed)

    def _connect(self, dial: Dial, listed: List) -> None:
        self.free -= 1
        self.busy += 1
        self.talks[dial.number] = self.now
        talk = self._chance.gammavariate(2, TALK_SECONDS / 2)
        seconds = talk + WRAP_UP_SECONDS
        self._at(self.now + talk, lambda: self._end(dial, listed, Outcome.REACHED))
        self._at(self.now + seconds, lambda: self._release(dial, seconds))
        self._learn(dial, is_abandoned=False)

    def _learn(self, dial: Dial, *, is_abandoned: bool) -> None:
        at = dial.answered_at or self.now
        self.experience.dialled(at, at - dial.at, is_person=True, is_abandoned=is_abandoned)

    def _release(self, dial: Dial, seconds: Seconds) -> None:
        self.busy -= 1
        del self.talks[dial.number]
        self.free += self._staffed > self.busy + self.free
        self.experience.handled(seconds)
        self._seat_callers()

    # --- calls --------------------------------------------------------------------------------------------------

    def _place_calls(self) -> None:
        self._turn += 1
        self._is_starved = bool(self._staffed)
        for nth in range(len(self.lists)):
            listed = self.lists[(nth + self._turn) % len(self.lists)]
            if not self._staffed or not self._heads(listed):
                continue
            room = self._pacer(self, listed) - len(self.ringing)
            if room <= 0:
                self._is_starved = False
            while room > 0 and (target := self._next_target(listed)) is not None:
                self._dial(listed, target)
                room -= 1
                self._is_starved = False

    def _next_target(self, listed: List) -> Target | None:
        """The one due first, as reserving.py has it: the next is looked at while one may not be called now."""
        while True:
            heads = self._heads(listed)
            if not heads:
                return None
            (_, identity), zone = min(heads)
            heapq.heappop(listed.waiting[zone])
            target = self.targets[identity]
            dialled = Dialled(
                number=self._dialled_numbers[target.dial_number],
                target=self._dialled_targets[identity],
                is_in_air=target.dial_number in self._in_air,
            )
            permit = listed.rulebook.may_call(
                zone, self.now, dialled, Forbidden(self.ban_of(target.dial_number, self.now))
            )
            if permit.is_given:
                return target
            if dialled.is_in_air:
                # The query of the dialer leaves such a target where it is.
                target.due_at = self.now + 60
            else:
                put_off(target, permit, self.now)
            self._wait_again(listed, target)

    def _heads(self, listed: List) -> list[tuple[tuple[Instant, int], str]]:
        """The target that is due first in each time zone where it may be called now."""
        return [
            (waiting[0], zone)
            for zone, waiting in listed.waiting.items()
            if waiting and waiting[0][0] <= self.now and listed.rulebook.almanac.why_closed(zone, self.now) is None
        ]

    def _wait_again(self, listed: List, target: Target) -> None:
        if target.state == TargetState.OPEN and target.due_at is not None:
            heapq.heappush(listed.waiting[target.time_zones], (target.due_at, target.id))

    def _dial(self, listed: List, target: Target) -> None:
        target.state = TargetState.IN_AIR
        target.attempts += 1
        number = target.dial_number
        insort(self._dialled_numbers[number], self.now)
        insort(self._dialled_targets[target.id], self.now)
        self._in_air.add(number)
        self.ringing[number] = self.now
        outcome, ring_seconds = self._fate()
        dial = Dial(self.now, 0.0, listed.name, target.id, number, target.time_zones, None, False)
        if outcome is None:
            self._at(self.now + ring_seconds, lambda: self._answered(dial, listed))
        else:
            self._at(self.now + ring_seconds, lambda: self._unanswered(dial, listed, outcome))

    def _fate(self) -> tuple[Outcome | None, Seconds]:
        """What comes of a call, None for an answer, and after how long."""
        if self._chance.random() < ANSWER_RATE:
            return None, self._chance.uniform(4, 22)
        fates = list(FATES)
        outcome = self._chance.choices(fates, [FATES[fate][0] for fate in fates])[0]
        return outcome, FATES[outcome][1]

    def _unanswered(self, dial: Dial, listed: List, outcome: Outcome) -> None:
        del self.ringing[dial.number]
        self.experience.dialled(self.now, self.now - dial.at, is_person=False)
        self._end(dial, listed, outcome)

    def _answered(self, dial: Dial, listed: List) -> None:
        del self.ringing[dial.number]
        dial = _changed(dial, answered_at=self.now)
        if self.free:
            self._connect(dial, listed)
            return
        self._callers.append((self.now, dial, listed))
        self._at(self.now + PATIENCE_SECONDS, lambda: self._lose(dial, listed))

    def _lose(self, dial: Dial, listed: List) -> None:
        entry = next((entry for entry in self._callers if entry[1] is dial), None)
        if entry is None:
            return
        self._callers.remove(entry)
        self._learn(dial, is_abandoned=True)
        self._end(_changed(dial, is_abandoned=True), listed, Outcome.ABANDONED)

    def _end(self, dial: Dial, listed: List, outcome: Outcome) -> None:
        self.dials.append(_changed(dial, until=self.now))
        self._in_air.discard(dial.number)
        target = self.targets[dial.target]
        key = (target.id, dial.number, outcome)
        self._outcomes[key] += 1
        standing = Standing(
            outcome=outcome,
            ended_at=self.now,
            with_this_outcome=self._outcomes[key],
            attempts=target.attempts,
            numbers_left=len(target.other_numbers) - target.number_index,
        )
        move_on(target, redial(standing, RULES, MAX_ATTEMPTS), outcome, self.now)
        self._wait_again(listed, target)

    @property
    def waiting(self) -> int:
        """How many customers have answered and wait for a seat."""
        return len(self._callers)

    def record(self) -> Record:
        """All calls of the week that people answered."""
        answered = [dial for dial in self.dials if dial.answered_at is not None]
        return Record(len(answered), sum(dial.is_abandoned for dial in answered))


def _changed(dial: Dial, **fields: Any) -> Dial:
    return Dial(**{name: getattr(dial, name) for name in Dial.__slots__} | fields)


def _list(name: str, number: int) -> List:
    region = "CN" if name == "home" else ""
    row = CallbackList(
        id=number,
        name=name,
        windows=WINDOWS[name],
        calendar={"region": region, "uses_customer_clock": True},
        max_attempts_per_day=MAX_A_DAY,
        max_attempts=MAX_ATTEMPTS,
        abandon_target=TARGET_RATE,
    )
    return List(name, row, rulebook_of(row, SETTINGS, CENTRE))


def _number(zone: str, key: int) -> str:
    return f"+{ZONES[zone]}137{key:08}"


def _shifts(size: Size) -> Iterator[tuple[Instant, int]]:
    for day in range(size.days):
        for begins, ends in SHIFTS:
            yield BEGINS + day * DAY + begins * 3600, size.agents
            yield BEGINS + day * DAY + ends * 3600, 0
