"""The link cut during traffic, and Asterisk restarted or killed: what is recorded equals queue_log to the last call."""

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.asterisk.private import PrivateAsterisk
from callcenter.settings import Settings
from tests.real.ami import Ami
from tests.real.conftest import Pair
from tests.real.faulty import FaultyWire
from tests.real.feed import Feed, cookie_of
from tests.serving import COMMAND, Serving, add_users, serving, write_settings

pytestmark = pytest.mark.real

CUT_SECONDS = 15
BOARD_SECONDS = 10


@pytest.fixture(scope="module")
def centre_settings(centre_settings: Settings) -> Settings:
    """Callers of `support` who are not answered leave after some seconds."""
    support = centre_settings.queues["support"].model_copy(update={"max_wait_seconds": 40, "ring_seconds": 4})
    return centre_settings.model_copy(update={"queues": {**centre_settings.queues, "support": support}})


def rests(seconds: float) -> None:
    """Lets people talk or wait; there is no event to wait for."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        subprocess.run(["sleep", str(left)], check=True)


class Centre:
    """A server, a panel that watches it, and the traffic of a quarter of a minute."""

    def __init__(self, pair: Pair, folder: Path, server: Serving, feed: Feed) -> None:
        self.pair, self.folder, self.server, self.feed = pair, folder, server, feed
        self._calls = 0

    def customer(self, caller: str = "") -> str:
        self._calls += 1
        return self.pair.customer_calls("4000", caller=caller or f"1380013{self._calls:04}")

    def hangs_up(self, channel: str) -> None:
        self.pair.outside.action("Hangup", Channel=channel)

    def opens(self) -> None:
        """Three agents; one talks, one is rung and never answers, a caller waits."""
        for agent in ("1001", "1002"):
            self.pair.sign_in(agent)
        self.pair.behave("1001", after=0, talk=7)
        self.pair.behave("1002", do="ignore")
        self.talking = self.customer()
        self.pair.ami.wait_for("AgentConnect", 20)
        self.waiting = self.customer()
        self.pair.ami.wait_for("QueueCallerJoin", 20)
        self.feed.until(lambda: len(self.feed.entities["visits"]) == 1)

    def carries_on(self, seconds: float) -> None:
        """Calls begin and end: hang-ups while waiting and while talking, answers, and some that outlast the time."""
        began = time.monotonic()
        gives_up = self.customer()
        rests(2)
        self.hangs_up(gives_up)
        whole = self.customer()
        rests(4)
        self.customer()
        self.hangs_up(self.waiting)
        rests(3)
        self.hangs_up(whole)
        self.customer()
        rests(max(0.0, seconds - (time.monotonic() - began)))

    def ends(self) -> None:
        """Nobody calls any more; what is open ends."""
        rests(4)
        self.pair.quieten()
        self.feed.until(lambda: not self.feed.entities["visits"])
        rests(3)

    def board_is_right(self, ami: Ami) -> bool:
        """Whether the panel shows who waits, and what the seats do, as Asterisk tells it."""
        waits = {event["Uniqueid"] for event in ami.listing("QueueStatus") if event["Event"] == "QueueEntry"}
        channels = [event for event in ami.listing("CoreShowChannels") if "Channel" in event]
        bridged = {event["Channel"].rpartition("-")[0] for event in channels if event.get("BridgeId")}
        shown = {key.split("/")[1] for key in self.feed.entities["visits"]}
        states = {seat["interface"]: seat["state"] for seat in self.feed.entities["seats"].values()}
        talking = {interface for interface, state in states.items() if state in ("talking", "on_hold")}
        return shown == waits and talking == bridged & states.keys()

    def board_must_be_right_soon(self) -> float:
        """The seconds from the link's return until the board is right."""
        began = time.monotonic()
        with Ami(self.pair.centre.plan.pbx) as ami:
            while not self.board_is_right(ami):
                assert time.monotonic() - began < BOARD_SECONDS, self.feed.entities
                self.feed.take()
        return time.monotonic() - began

    def settled_gaps(self) -> list[dict[str, Any]]:
        """The gaps, once there are any: they are shown when the recorder has written them."""
        deadline = time.monotonic() + BOARD_SECONDS
        while not (found := self.gaps()):
            assert time.monotonic() < deadline, "no gap was kept"
            rests(0.2)
        return found

    def gaps(self) -> list[dict[str, Any]]:
        cookie = cookie_of(self.server.url, Role.ADMIN)
        answer = httpx.get(f"{self.server.url}api/gaps", headers={"Cookie": cookie})
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.json()["gaps"]
        return found


@pytest.fixture
def wire(pair: Pair) -> Iterator[FaultyWire]:
    wire = FaultyWire((pair.centre.plan.pbx.host, pair.centre.plan.pbx.port))
    yield wire
    wire.close()


@pytest.fixture
def centre(pair: Pair, wire: FaultyWire, tmp_path: Path) -> Iterator[Centre]:
    settings = pair.centre.plan.settings
    through = settings.pbxs[0].model_copy(update={"port": wire.port})
    write_settings(tmp_path, settings.model_copy(update={"pbxs": (through,)}))
    add_users(tmp_path, Role.ADMIN)
    with serving(tmp_path) as server, Feed(server.url) as feed:
        feed.until(lambda: feed.link()["state"] == "live", 40)
        yield Centre(pair, tmp_path, server, feed)


def reconciled(folder: Path) -> dict[str, Any]:
    """`callcenter reconcile` of everything."""
    day = time.time()
    span = [time.strftime("%Y-%m-%d", time.gmtime(day + days * 86_400)) for days in (-1, 1)]
    command = [*COMMAND, "reconcile", "--from", span[0], "--to", span[1], "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["pbxs"]["pbx1"]
    return found


def check_books(centre: Centre, what: str) -> dict[str, int]:
    """Stops the server and compares its books with queue_log; the visits by outcome."""
    gaps = centre.gaps()
    assert centre.server.stop() == 0
    assert "Traceback" not in centre.server.said
    found = reconciled(centre.folder)
    counts = Counter[str]()
    for count in found["counts"]:
        counts[count["outcome"]] += count["stored"]
    told = {gap["reason"]: (round(gap["until"] - gap["since"], 1), gap["recovered"], gap["lost"]) for gap in gaps}
    sys.stdout.write(f"\n{what}: visits {dict(counts)}, differences {len(found['differences'])}, gaps {told}\n")
    assert found["differences"] == []
    with sqlite3.connect(centre.folder / "var" / "callcenter.db") as database:
        spells = database.execute(
            "SELECT interface, since, until FROM seat_spells ORDER BY interface, since"
        ).fetchall()
    assert all(first[2] <= second[1] for first, second in pairwise(spells) if first[0] == second[0])
    return counts


def breaks_with_a_list(wire: FaultyWire) -> None:
    """The link breaks, and once more in the middle of the survey after it."""
    wire.breaks()
    wire.cuts_lists(1)


FAULTS: dict[str, Callable[[FaultyWire], None]] = {
    "half-open": FaultyWire.goes_mute,
    "reset": FaultyWire.breaks,
    "slow": lambda wire: wire.is_slow(1.5),
    "list cut": breaks_with_a_list,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_link_that_is_cut_during_traffic(centre: Centre, wire: FaultyWire, fault: str) -> None:
    centre.opens()
    FAULTS[fault](wire)
    centre.carries_on(CUT_SECONDS)
    wire.is_mended()
    if fault != "slow":
        centre.feed.until(lambda: centre.feed.link()["unheard_since"] is not None, 40)
    centre.feed.until(lambda: centre.feed.link()["state"] == "live", 40)
    seconds = centre.board_must_be_right_soon()
    centre.feed.until(lambda: centre.feed.link()["unheard_since"] is None, BOARD_SECONDS)
    centre.ends()
    gaps = centre.gaps()
    assert len(gaps) == (0 if fault == "slow" else 1)
    for gap in gaps:
        assert (gap["reason"], gap["is_readable"], gap["lost"]) == ("link", True, 0)
        assert gap["recovered"] >= 3
    counts = check_books(centre, f"{fault}: board right after {seconds:.1f} s")
    assert "lost" not in counts
    assert sum(counts.values()) == 6


@pytest.mark.parametrize("end", [PrivateAsterisk.stop, PrivateAsterisk.kill], ids=["restarted", "killed"])
def test_an_asterisk_that_goes_away_in_the_middle_of_calls(
    centre: Centre, end: Callable[[PrivateAsterisk], None]
) -> None:
    centre.opens()
    rests(1)
    end(centre.pair.centre)
    centre.feed.until(lambda: centre.feed.link()["state"] != "live", 10)
    centre.pair.centre.boot()
    centre.feed.until(lambda: centre.feed.link()["state"] == "live", 40)
    seconds = centre.board_must_be_right_soon()
    centre.feed.until(lambda: centre.feed.link()["unheard_since"] is None, BOARD_SECONDS)
    assert [gap["reason"] for gap in centre.settled_gaps()] == ["pbx_restart"]
    check_books(centre, f"{end.__name__}: board right after {seconds:.1f} s")
