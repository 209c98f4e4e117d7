"""A centre for the dialer: a real database, seats and a telephone that does what a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.dialer import leasing, service
from callcenter.dialer.lost import NO_WITNESS, Witness
from callcenter.dialer.outlook import rulebook_of
from callcenter.dialer.reserving import Reservation, Room, reserve
from callcenter.dialer.rules import AirState
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import Desk
from callcenter.dialer.surroundings import Surroundings
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.dialer.worker import Worker
from callcenter.errors import PhoneRefused
from callcenter.floor.commands import AnyCommand, HangUp, PlaceCall
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId, CallId, PbxName
from callcenter.settings import DialerSettings
from callcenter.store.engine import Sessions

MONDAY_NOON = 1_795_435_200.0  # 2026-11-23 12:00 UTC
ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
FIELDS: dict[str, Any] = {
    "name": "Autumn",
    "pbx": "pbx1",
    "queue": "support",
    "windows": ALWAYS,
    "rules": {
        "busy": {"delay_seconds": 60, "max_attempts": 2},
        "no_answer": {"delay_seconds": 600, "max_attempts": 2},
        "failed": {"delay_seconds": 60, "max_attempts": 2},
    },
    "max_attempts": 3,
    "max_attempts_per_day": 50,
    "calendar": {},
    "detect_machine": False,
    "region": "CN",
}


def numbers(count: int) -> list[str]:
    return [f"+86138001380{index:02}" for index in range(count)]


def sheet(count: int) -> bytes:
    return "\n".join(["number", *numbers(count)]).encode()


def result(
    attempt_id: AttemptId,
    cause: int = 0,
    *,
    at: float = MONDAY_NOON,
    is_reached: bool = False,
    was_placed: bool = True,
    is_machine: bool | None = None,
) -> AttemptResult:
    """What the floor tells of an attempt."""
    return AttemptResult(
        pbx="pbx1",
        attempt_id=attempt_id,
        call_id=CallId(attempt_id),
        was_placed=was_placed,
        answered_at=at if is_reached else None,
        reached_at=at if is_reached else None,
        ended_at=at,
        cause=cause,
        tech_cause="",
        is_machine=is_machine,
        agent_number="1001" if is_reached else "",
    )


class Clock:
    """Time that stands until a test moves it, or goes by `source`."""

    def __init__(self) -> None:
        self.now = MONDAY_NOON
        self.source: Callable[[], float] | None = None

    def __call__(self) -> float:
        return self.now if self.source is None else self.source()


class FakePhone:
    """Places calls that go on until a test ends them. `fail` says what goes wrong with a command, if anything.

    It refuses what must never happen: a call without its committed attempt, two calls to one number, one id twice.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.placed: list[PlaceCall] = []
        self.hung_up: list[HangUp] = []
        self.taken = 0
        self.up: dict[AttemptId, AirState] = {}
        self.violations: list[str] = []
        self.most_in_air = 0
        self.fail: Callable[[AnyCommand], Exception | None] = lambda _command: None
        self.before_answer: Callable[[], Awaitable[object]] | None = None
        self.changed = asyncio.Event()

    async def send(self, command: AnyCommand) -> None:
        if isinstance(command, PlaceCall):
            await self._place(command)
        elif isinstance(command, HangUp):
            self._hang_up(command)

    async def _place(self, command: PlaceCall) -> None:
        if any(command.attempt_id == earlier.attempt_id for earlier in self.placed):
            self.violations.append(f"{command.attempt_id} placed twice")
        if any(other.number == command.number for other in self.placed if other.attempt_id in self.up):
            self.violations.append(f"{command.number} in the air twice")
        self.placed.append(command)
        self.changed.set()
        failure = self.fail(command)
        if failure is None:
            self.up[command.attempt_id] = AirState.DIALLING
            self.most_in_air = max(self.most_in_air, len(self.up))
        async with self._sessions() as session:
            attempt = await session.scalar(select(Attempt).where(Attempt.attempt_id == command.attempt_id))
        # A result may have come already: it must have been there, whatever became of it since.
        if attempt is None:
            self.violations.append(f"{command.attempt_id} placed without its attempt")
        if self.before_answer is not None:
            await self.before_answer()
        self.taken += 1
        self.changed.set()
        if failure is not None:
            raise failure

    def _hang_up(self, command: HangUp) -> None:
        self.hung_up.append(command)
        self.changed.set()
        failure = self.fail(command)
        if failure is not None:
            raise failure
        if AttemptId(command.channel_id) not in self.up:
            raise PhoneRefused("No such channel")

    def end(self, command: PlaceCall) -> None:
        self.up.pop(command.attempt_id, None)


class FakeSeats:
    """Seats that a test sets; what is in the air is what the telephone has."""

    def __init__(self, phone: FakePhone) -> None:
        self._phone = phone
        self.free = 0
        self.busy: list[float] = []
        self.live = True
        self.desks: dict[str, Desk] = {}

    def desk(self, agent: str) -> Desk | None:
        return self.desks.get(agent)

    def is_live(self, pbx: PbxName) -> bool:
        return self.live

    def free_seats(self, pbx: PbxName, queue: str) -> int:
        return self.free

    def busy_seconds(self, pbx: PbxName, queue: str) -> list[float]:
        return self.busy

    def in_air(self, pbx: PbxName) -> dict[AttemptId, AirState]:
        return dict(self._phone.up)


class Centre:
    """Everything around a dialer, with a list or two."""

    def __init__(self, sessions: Sessions, storage_url: str) -> None:
        self.sessions, self.storage_url = sessions, storage_url
        self.clock = Clock()
        self.phone = FakePhone(sessions)
        self.seats = FakeSeats(self.phone)
        self.published: list[tuple[str, str, dict[str, Any] | None]] = []
        self.zone = ZoneInfo("UTC")
        self.workers: dict[Worker, asyncio.Task[None]] = {}
        self.news = asyncio.Event()

    async def list_with(self, targets: int, **fields: Any) -> int:
        list_id = await service.create_list(self.sessions, FIELDS | fields, self.clock())
        if targets:
            await service.import_targets(
                self.sessions, list_id, sheet(targets), now=self.clock(), dry_run=False, skip_bad=False
            )
        return list_id

    async def reserve(self, list_id: int, *, free_seats: int, earlier: float = 0.0) -> Reservation | None:
        """Commits an attempt as a dialer does that stops before it places the call."""
        now = self.clock() - earlier
        async with self.sessions() as session:
            row = await session.get(CallbackList, list_id)
            zones = set(await session.scalars(select(Target.time_zones)))
        tenure = await leasing.take(self.sessions, "a dialer", now)
        assert tenure is not None
        rulebook = rulebook_of(row or CallbackList(**FIELDS), self.settings(), self.zone)
        reserved = await reserve(self.sessions, list_id, rulebook, Room(tenure.token, free_seats, zones=zones), now=now)
        await leasing.give_back(self.sessions, "a dialer", tenure)
        return reserved[0] if reserved else None

    @staticmethod
    def settings(**fields: Any) -> DialerSettings:
        """At any hour and any speed, unless a test says otherwise."""
        anything: dict[str, Any] = {"calls_per_second": 0, "earliest": "00:00", "latest": "24:00"}
        return DialerSettings(**anything | fields)

    def worker(
        self,
        *,
        quarantine_seconds: float = 300,
        witness: Witness = NO_WITNESS,
        holder: str | None = None,
        **settings: Any,
    ) -> Worker:
        """A dialer at work; of another server than those before it, unless `holder` says of which."""
        worker = Worker(
            Surroundings(
                sessions=self.sessions,
                phone=self.phone,
                seats=self.seats,
                schedule=Schedule(self.storage_url),
                publish=self._publish,
                settings=self.settings(**settings),
                zone=self.zone,
                clock=self.clock,
                witness=witness,
                quarantine_seconds=quarantine_seconds,
                holder=holder or uuid4().hex,
            )
        )
        self.workers[worker] = asyncio.create_task(worker.run())
        return worker

    def _publish(self, kind: str, identity: str, fields: dict[str, Any] | None) -> None:
        self.published.append((kind, identity, fields))
        self.news.set()

    async def kill(self, worker: Worker) -> None:
        """Ends a dialer wherever it stands."""
        task = self.workers.pop(worker)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def close(self) -> None:
        for worker in tuple(self.workers):
            await self.kill(worker)

    async def next(self, *events: asyncio.Event) -> None:
        """Waits until one of these happens; raises what a dialer died of."""
        for event in events:
            event.clear()
        waiting = [asyncio.create_task(event.wait()) for event in events]
        await asyncio.wait([*waiting, *self.workers.values()], return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        for task in self.workers.values():
            if task.done():
                task.result()

    async def until_placed(self, count: int) -> list[PlaceCall]:
        """Waits until so many calls have been asked for."""
        async with asyncio.timeout(60):
            while len(self.phone.placed) < count:
                await self.next(self.phone.changed)
        return self.phone.placed

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits until something that is published makes it so."""
        async with asyncio.timeout(60):
            while not is_so():
                await self.next(self.news)

    async def until_told(self, list_id: int, **expected: Any) -> dict[str, Any]:
        """Waits until the last that was published of a list has these fields."""
        await self.until(lambda: expected.items() <= self.told(list_id).items())
        return self.told(list_id)

    def told(self, list_id: int) -> dict[str, Any]:
        return next((f or {} for _, identity, f in reversed(self.published) if identity == str(list_id)), {})

    async def attempts(self) -> list[Attempt]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Attempt).order_by(Attempt.id)))

    async def targets(self) -> list[Target]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Target).order_by(Target.id)))

    async def row(self, list_id: int) -> CallbackList:
        async with self.sessions() as session:
            return await session.get_one(CallbackList, list_id)


@pytest.fixture
async def centre(sessions: Sessions, storage_url: str) -> AsyncIterator[Centre]:
    centre = Centre(sessions, storage_url)
    yield centre
    await centre.close()
    assert centre.phone.violations == []
