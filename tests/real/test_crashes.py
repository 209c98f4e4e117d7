"""The server is killed at random moments while people call; at the end its books are those of Asterisk.

The moments come from a seed that is printed. The calls go on whether or not the server runs.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests.real.ami import Ami
from tests.real.conftest import Pair
from tests.serving import COMMAND, serving, write_settings

pytestmark = pytest.mark.real

AGENTS = tuple(str(number) for number in range(1001, 1007))
KILLS = 20
LONG = 3
"""So many of the runs outlast a checkpoint."""

SPANS = {
    "queue_visits": "joined_at, ended_at",
    "seat_spells": "since, until",
    "conversations": "began_at, ended_at",
}

UNCERTAIN = " UNION ALL ".join(f"SELECT '{table}' FROM {table} WHERE NOT is_certain" for table in SPANS)

WITHOUT_TALK = (
    "SELECT call_id, queue, agent_name, joined_at, ended_at FROM queue_visits v WHERE outcome = 'answered' "
    "AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.call_id = v.call_id AND c.queue = v.queue)"
)


@pytest.fixture(scope="module")
def centre_settings() -> Settings:
    """Two queues, one that rings everybody, and six agents."""
    queues = {
        "support": QueueSettings(extension="4000", ring_seconds=4, wrap_up_seconds=2, exit_digit="9"),
        "sales": QueueSettings(extension="4001", strategy="ringall", ring_seconds=4, wrap_up_seconds=1),
    }
    agents = tuple(AgentSettings(number=agent, name=f"Agent {agent}", queues=tuple(queues)) for agent in AGENTS)
    return Settings(queues=queues, agents=agents)


class Traffic:
    """Customers who call, talk, give up; agents who answer, let it ring, hang up; until it is stopped."""

    def __init__(self, pair: Pair, chance: random.Random) -> None:
        self.calls = 0
        self._pair, self._chance = pair, chance
        self._leaves: list[tuple[float, str]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Nobody calls any more; whoever is on the line hangs up."""
        self._is_over.set()
        self._thread.join()
        with Ami(self._pair.centre.plan.pbx) as ami:  # nobody has read that of the pair for minutes
            replace(self._pair, ami=ami).quieten()

    def _run(self) -> None:
        while not self._is_over.wait(self._chance.uniform(0.3, 1.0)):
            agent = self._chance.choice(AGENTS)
            how = self._chance.choices(("answer", "ignore", "busy", "reject"), (9, 1, 1, 1))[0]
            self._pair.behave(agent, do=how, after=self._chance.choice((0, 1)), talk=self._chance.choice((1, 2, 4)))
            self.calls += 1
            number = self._chance.choice(("4000", "4001"))
            channel = self._pair.customer_calls(number, caller=f"138{self.calls:08}")
            self._leaves.append((time.monotonic() + self._chance.uniform(0.5, 9), channel))
            for leave in [leave for leave in self._leaves if leave[0] < time.monotonic()]:
                self._leaves.remove(leave)
                self._pair.outside.action("Hangup", Channel=leave[1])  # who has gone already gives an error


@contextmanager
def traffic(pair: Pair, chance: random.Random) -> Iterator[Traffic]:
    going = Traffic(pair, chance)
    try:
        yield going
    finally:
        going.stop()


def _kill_again_and_again(folder: Path, chance: random.Random) -> float:
    """Gives for how long nobody listened."""
    down = 0.0
    runs = [chance.uniform(15.5, 17) for _ in range(LONG)] + [chance.uniform(0, 5) for _ in range(KILLS - LONG)]
    chance.shuffle(runs)
    for seconds in runs:
        with serving(folder) as server:
            threading.Event().wait(seconds)
            server.process.kill()
            server.process.wait()
            assert "Traceback" not in server.said, server.said
        pause = chance.choice((0.0, 0.0, chance.uniform(0, 4)))
        threading.Event().wait(pause)
        down += pause
    return down


def _books_of(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "var" / "callcenter.db")


def _overlaps(books: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Spells of a seat that begin before the one before has ended."""
    return books.execute(
        "SELECT a.interface, a.state, a.since, a.until, b.state, b.since, b.until FROM seat_spells a "
        "JOIN seat_spells b ON a.interface = b.interface AND a.id <> b.id "
        "AND b.since >= a.since AND b.since < a.until - 1e-6"
    ).fetchall()


def _holes(books: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Times in the life of a seat that no spell tells of; nobody signs out here."""
    rows = books.execute("SELECT interface, since, until FROM seat_spells ORDER BY interface, since").fetchall()
    return [(one, other) for one, other in pairwise(rows) if one[0] == other[0] and other[1] > one[2] + 1e-6]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Prints lines whatever pytest captures: a seed that nobody sees helps nobody."""

    def tell(*lines: str) -> None:
        with capsys.disabled():
            sys.stdout.writelines(f"\n{line}" for line in lines)

    return tell


def test_killed_twenty_times_during_traffic_it_has_the_books_of_asterisk(
    pair: Pair, tmp_path: Path, tell: Callable[..., None]
) -> None:
    seed = int(os.environ.get("CRASH_SEED") or time.time())
    chance, began = random.Random(seed), time.time()
    tell(f"seed {seed} (CRASH_SEED)")
    write_settings(tmp_path, pair.centre.plan.settings)
    for agent in AGENTS:
        pair.sign_in(agent)
    with serving(tmp_path) as server:
        server.await_said("pbx1: live")  # what was before its first connection it cannot have missed
        server.process.kill()
    with traffic(pair, random.Random(seed + 1)) as going:
        down = _kill_again_and_again(tmp_path, chance)
    with serving(tmp_path) as server:
        server.await_said("pbx1: live", 30)
        with Ami(pair.centre.plan.pbx) as ami:
            assert not [item for item in ami.listing("CoreShowChannels") if "Channel" in item]
        threading.Event().wait(4)  # the last wrap-ups, the last gap
        assert server.stop() == 0
        said = server.said
    assert "Traceback" not in said
    span = [datetime.fromtimestamp(at, UTC).isoformat() for at in (began - 60, time.time() + 60)]
    compared = subprocess.run(
        [*COMMAND, "reconcile", "--from", span[0], "--to", span[1], "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(compared.stdout)["pbxs"]["pbx1"]
    lines = Counter(line.split("|")[4] for line in pair.centre.queue_log.read_text().splitlines())
    books = _books_of(tmp_path)
    rows = {table: books.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in SPANS}
    gaps = books.execute("SELECT count(*), sum(recovered), sum(lost), sum(until - since) FROM gaps").fetchone()
    tell(
        f"{going.calls} calls, {KILLS} kills, {down:.0f} s of pauses, {time.time() - began:.0f} s in all",
        f"queue_log: {dict(lines)}",
        f"rows: {rows}; gaps, calls recovered, calls lost, seconds: {gaps}",
        f"answered without a talk: {books.execute(WITHOUT_TALK).fetchall()}",
        f"not certain: {dict(Counter(row[0] for row in books.execute(UNCERTAIN)))}",
        f"explained: {len(found['explained'])}, differences: {found['differences']}",
    )
    assert found["differences"] == []
    assert compared.returncode == 0
    assert rows["queue_visits"] == lines["ENTERQUEUE"]
    assert rows["conversations"] == lines["CONNECT"]
    assert _overlaps(books) == []
    assert _holes(books) == []
