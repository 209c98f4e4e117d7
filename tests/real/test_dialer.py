"""The dialer and a real Asterisk: every fate recorded, nobody called twice though it is killed, stops that stop.

Who was called is counted from the log that the outside world keeps itself. The order and the moments come from a seed
that is printed.
"""

import asyncio
import os
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct
from sqlalchemy import insert

from callcenter.accounts.rules import Role
from callcenter.asterisk.channel_log import Happening, happenings
from callcenter.demo.centre import OwnSettings
from callcenter.dialer import service
from callcenter.dialer.tables import Target
from callcenter.settings import AgentSettings, DialerSettings, QueueSettings
from callcenter.store.engine import make_engine, make_sessions, migrate
from tests.real.ami import Ami
from tests.real.conftest import Pair, running_pair
from tests.real.feed import cookie_of
from tests.serving import PANEL, Serving, add_users, serving, write_settings

pytestmark = pytest.mark.real

AGENTS = tuple(str(number) for number in range(1001, 1021))
TARGETS, KILLS = 300, 20
MOST_SECONDS = 150
"""So long a list may take at most, once nobody kills its dialer any more."""


class Fate(Struct, frozen=True):
    """What a number does when it is called, what the dialer must call that, and how many numbers of 20 do so."""

    outcome: str
    how: dict[str, object]
    share: int


FATES = {
    # The agent ends the talk: a person who is put through late, because the machine stands still, waits that long.
    "answers": Fate("reached", {"do": "greet", "after": 0.5, "talk": 30}, 6),
    "busy": Fate("busy", {"do": "busy", "after": 0.3}, 3),
    "no answer": Fate("no_answer", {"do": "ignore"}, 3),
    "unallocated": Fate("invalid_number", {"do": "missing"}, 3),
    "rejected": Fate("rejected", {"do": "reject", "after": 0.5}, 2),
    "machine": Fate("machine", {"do": "machine", "after": 0.5}, 2),
    # An agent's phone rings for two seconds and no call gets there before machine detection has listened for one.
    "hangs up in the queue": Fate("abandoned", {"do": "greet", "after": 0.5, "talk": 2.4}, 1),
}
AGENT_RINGS = {"after": 2, "talk": 2.5}

_blocks = count(1)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A centre with twenty agents in one queue, all signed in, and its world."""
    queues = {"callbacks": QueueSettings(extension="8003", ring_seconds=6, wrap_up_seconds=1)}
    agents = tuple(AgentSettings(number=agent, name=f"Agent {agent}", queues=("callbacks",)) for agent in AGENTS)
    dialer = DialerSettings(
        caller_id="4008001234",
        ring_seconds=5,
        earliest="00:00",
        latest="24:00",
        number_limits=(),
        calls_per_second=0,
        max_calls=0,
    )
    settings = OwnSettings(timezone="Asia/Shanghai", queues=queues, agents=agents, dialer=dialer)
    with running_pair(settings) as pair:
        for agent in AGENTS:
            pair.behave(agent, **AGENT_RINGS)
            pair.ami.action("QueueAdd", Queue="callbacks", Interface=f"PJSIP/{agent}", MemberName=f"Agent {agent}")
        yield pair


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Prints lines whatever pytest captures: a seed that nobody sees helps nobody."""

    def tell(*lines: str) -> None:
        with capsys.disabled():
            sys.stdout.writelines(f"\n{line}" for line in lines)

    return tell


class Work:
    """A callback list in the books of a server that serves `folder`, and what the world did with its numbers."""

    def __init__(self, pair: Pair, folder: Path, fates: list[str]) -> None:
        self._pair, self._books = pair, folder / "var" / "callcenter.db"
        self.began_at = time.time()
        block = next(_blocks)
        self.fates = {f"+86138{block:04}{nth:04}": fate for nth, fate in enumerate(fates)}
        for number, fate in self.fates.items():
            pair.behave(number.removeprefix("+"), **FATES[fate].how)
        write_settings(folder, pair.centre.plan.settings)
        add_users(folder, Role.SUPERVISOR)
        self.list_id = asyncio.run(_make_list(self._books, list(self.fates)))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the server's books."""
        with closing(sqlite3.connect(self._books)) as books:
            return books.execute(query).fetchall()

    def is_finished(self) -> bool:
        return self.ask("SELECT state FROM lists") == [("finished",)]

    def await_finished(self) -> None:
        """Returns when the list is done; meanwhile somebody is always on the phone, as in any centre."""
        deadline = time.monotonic() + MOST_SECONDS
        while not self.is_finished():
            assert time.monotonic() < deadline, self.ask("SELECT state, count(*) FROM targets GROUP BY state")
            self._pair.dial(AGENTS[0], "*74")
            threading.Event().wait(2)

    def world_log(self) -> list[tuple[Happening, str]]:
        """What happened on the lines of this list's numbers, by the world's own log, and the number."""
        numbers: dict[str, str] = {}
        found: list[tuple[Happening, str]] = []
        log = self._pair.world.plan.pbx.cel
        assert log is not None
        if not log.exists():  # nobody has been called in that world yet
            return found
        for happening in happenings(log, self.began_at):
            if happening.event == "CHAN_START" and f"+{happening.number.removeprefix('+')}" in self.fates:
                numbers[happening.channel_id] = f"+{happening.number.removeprefix('+')}"
            if happening.channel_id in numbers:
                found.append((happening, numbers[happening.channel_id]))
        return found

    def dials(self) -> Counter[str]:
        """How often each number was called, by the world's own log."""
        return Counter(number for happening, number in self.world_log() if happening.event == "CHAN_START")

    def wrong_fates(self) -> list[tuple[str, str, str]]:
        """Number, what it did, what was recorded of it: where that is not the same."""
        recorded = dict(self.ask("SELECT number, last_outcome FROM targets"))
        return [
            (number, fate, recorded[number])
            for number, fate in self.fates.items()
            if recorded[number] != FATES[fate].outcome
        ]

    def account(self) -> tuple[str, ...]:
        """How it ended, to be printed."""
        return (
            f"fates: {dict(Counter(self.fates.values()))}",
            f"targets: {dict(self.ask('SELECT last_outcome, count(*) FROM targets GROUP BY 1'))}",
            f"calls that the world took: {self.dials().total()}, to {len(self.dials())} numbers",
            f"attempts that never left: {self.ask('SELECT count(*) FROM attempts WHERE NOT is_counted')[0][0]}",
        )


async def _make_list(books: Path, numbers: list[str]) -> int:
    engine = make_engine(f"sqlite+aiosqlite:///{books}")
    await migrate(engine)
    sessions, now = make_sessions(engine), time.time()
    always = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]
    fields = {
        "name": "Autumn", "pbx": "pbx1", "queue": "callbacks", "windows": always, "region": "CN", "max_attempts": 1,
        "rules": {}, "detect_machine": True,
    }  # fmt: skip
    list_id = await service.create_list(sessions, fields, now)
    rows = [
        {"list_id": list_id, "number": n, "dial_number": n, "name": "", "attributes": {}, "due_at": now}
        for n in numbers
    ]
    async with sessions.begin() as session:
        await session.execute(insert(Target), rows)
    await service.start_list(sessions, list_id)
    await engine.dispose()
    return list_id


def shuffled(chance: random.Random, how_many: int) -> list[str]:
    fates = [name for name, fate in FATES.items() for _ in range(fate.share)]
    drawn = list(islice((fate for _ in count() for fate in fates), how_many))
    chance.shuffle(drawn)
    return drawn


@contextmanager
def seeded(tell: Callable[..., None]) -> Iterator[random.Random]:
    seed = int(os.environ.get("DIALER_SEED") or time.time())
    tell(f"seed {seed} (DIALER_SEED)")
    began = time.time()
    yield random.Random(seed)
    tell(f"{time.time() - began:.0f} s in all")


@pytest.fixture(autouse=True)
def _quiet(pair: Pair) -> Iterator[None]:
    yield
    with Ami(pair.centre.plan.pbx) as ami:  # nobody has read that of the pair for minutes
        replace(pair, ami=ami).quieten()


def test_three_hundred_numbers_end_with_every_fate_recorded_right(
    pair: Pair, tmp_path: Path, tell: Callable[..., None]
) -> None:
    with seeded(tell) as chance:
        work = Work(pair, tmp_path, shuffled(chance, TARGETS))
        with serving(tmp_path) as server:
            server.await_said("pbx1: live")  # the list may have been finished before: a start is not broken off
            work.await_finished()
            assert server.stop() == 0
        tell(*work.account())
    assert "Traceback" not in server.said
    assert work.wrong_fates() == []
    verdicts = work.ask("SELECT DISTINCT outcome, is_machine FROM attempts WHERE answered_at IS NOT NULL ORDER BY 1")
    # SQLite's 0 and 1: who was reached or hung up in the queue was found to be a person.
    assert verdicts == [("abandoned", 0), ("machine", 1), ("reached", 0)]
    assert work.ask("SELECT count(*) FROM attempts WHERE answered_at IS NULL AND is_machine IS NOT NULL") == [(0,)]
    assert set(work.dials().values()) == {1}
    assert len(work.dials()) == TARGETS
    assert work.ask("SELECT count(*), sum(ended_at IS NULL) FROM attempts") == [(TARGETS, 0)]


def test_killed_twenty_times_it_dials_nobody_twice_and_loses_nobody(
    pair: Pair, tmp_path: Path, tell: Callable[..., None]
) -> None:
    with seeded(tell) as chance:
        work = Work(pair, tmp_path, shuffled(chance, TARGETS))
        begun: list[int] = [0]
        open_ones: list[int] = []
        for _ in range(KILLS):
            with serving(tmp_path) as server:
                threading.Event().wait(chance.uniform(0, 5))
                server.process.kill()
                server.process.wait()
            assert "Traceback" not in server.said
            begun.append(work.dials().total())
            open_ones += work.ask("SELECT count(*) FROM attempts WHERE ended_at IS NULL")[0]
            threading.Event().wait(chance.choice((0, 0, chance.uniform(0, 2))))
        with serving(tmp_path) as server:
            server.await_said("pbx1: live")  # the list may have been finished before: a start is not broken off
            work.await_finished()
            assert server.stop() == 0
        tell(
            f"calls begun before each of {KILLS} kills: {[later - former for former, later in pairwise(begun)]}",
            f"attempts open at each: {open_ones}",
            *work.account(),
        )
    assert begun[-1] > TARGETS / 3, "it was killed while it did nothing"
    assert "Traceback" not in server.said
    assert {number: times for number, times in work.dials().items() if times > 1} == {}
    assert [number for number in work.fates if number not in work.dials()] == []
    assert work.ask("SELECT number, state FROM targets WHERE state NOT IN ('reached', 'closed')") == []
    assert work.wrong_fates() == []


def _asks(server: Serving) -> httpx.Client:
    cookie = cookie_of(server.url, Role.SUPERVISOR)
    return httpx.Client(base_url=server.url, headers=PANEL | {"Cookie": cookie}, timeout=10)


def _after(work: Work, at: float, event: str) -> list[float]:
    """How long after an instant such events happened in the world."""
    return [happening.at - at for happening, _ in work.world_log() if happening.event == event and happening.at > at]


def test_pause_stop_and_emergency_stop_act_within_a_second(
    pair: Pair, tmp_path: Path, tell: Callable[..., None]
) -> None:
    work = Work(pair, tmp_path, ["no answer"] * TARGETS)
    path = f"/api/lists/{work.list_id}"
    acts = {"pause": f"{path}/pause", "stop": f"{path}/stop", "emergency stop": "/api/emergency-stop"}
    with serving(tmp_path) as server, _asks(server) as http:
        server.await_said("pbx1: live")
        for act, route in acts.items():
            known = len(work.dials())
            deadline = time.monotonic() + 20
            while len(work.dials()) < known + 12:
                assert time.monotonic() < deadline, "nobody is called"
                threading.Event().wait(0.1)
            asked_at = time.time()
            body = {"reason": "wrong list", "hangs_up": True} if act == "emergency stop" else None
            assert http.post(route, json=body).is_success
            took = time.time() - asked_at
            threading.Event().wait(3)
            begun, ended = _after(work, asked_at, "CHAN_START"), _after(work, asked_at, "HANGUP")
            in_air = work.ask("SELECT count(*) FROM attempts WHERE ended_at IS NULL")[0][0]
            tell(
                f"{act}: answered after {took:.3f} s; calls begun after it was asked for: {len(begun)}, the last after "
                f"{max(begun, default=0):.3f} s; {len(ended)} ended, the last after {max(ended, default=0):.3f} s"
            )
            assert took < 1
            assert max(begun, default=0) < 1
            if act != "pause":
                assert max(ended, default=0) < 1
                assert in_air == 0
            if act == "emergency stop":
                assert http.delete(route).is_success
            else:
                assert http.post(f"{path}/start").is_success
        assert server.stop() == 0
    assert "Traceback" not in server.said
