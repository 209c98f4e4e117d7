"""`callcenter serve` after `kill -9` with a day of 100,000 calls in its journal, and what a checkpoint costs.

The day is the recorded stream again and again, in quicker time and with ids of its own. The baseline is the first start
of the same server on the same journal, without a checkpoint: it reads the whole day back and writes all of its facts.
"""

import gc
import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import streams
from callcenter.floor import events as e
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId
from callcenter.live import checkpoint

CALLS = 100_000
HOURS = 20
BEHIND = 2
"""So many repetitions of the stream come behind the checkpoint: more than 15 s of such a day."""
SEATS = 2_000
TURNS = 15
LIMIT_SECONDS = 5.0
LIMIT_MS = 50.0

_STAMP = re.compile(rb"\r\nTimestamp: ([0-9.]+)")
_ID = re.compile(rb"\b1[0-9]{9}(?=\.[0-9]{1,5}\b)")


class Day:
    """The recorded stream, to be told at any time: `calls` a turn, each turn with ids of its own."""

    def __init__(self) -> None:
        # Without recordings: there are no files to measure here, and a server looks for each.
        recorded = [message for message in streams.messages(streams.FILTERED) if b"MIXMONITOR" not in message]
        self.calls = sum(message.startswith(b"Event: QueueCallerJoin") for message in recorded)
        self.turns = -(-CALLS // self.calls)
        stamps = [float(found[1]) for message in recorded if (found := _STAMP.search(message))]
        pace = HOURS * 3600 / self.turns / (max(stamps) - min(stamps) + 1)
        self._parts: list[tuple[bytes, float, bytes]] = []
        for message in recorded:
            found = _STAMP.search(message)
            head, tail = (message[: found.start(1)], message[found.end(1) :]) if found else (message, b"")
            at = (float(found[1]) - min(stamps)) * pace if found else -1.0
            self._parts.append((_ID.sub(b"@id@", head), at, _ID.sub(b"@id@", tail)))

    def turn(self, number: int, starts_at: float) -> bytes:
        """The stream once, from `starts_at` on."""
        said = b"".join(
            head + (b"%.6f" % (starts_at + at) if at >= 0 else b"") + tail + streams.END
            for head, at, tail in self._parts
        )
        return said.replace(b"@id@", b"%d" % (1_000_000_000 + number))

    def write(self, path: Path, first: int, turns: int, began_at: float) -> None:
        """Appends turns to a journal."""
        with path.open("ab") as file:
            for number in range(first, first + turns):
                file.write(self.turn(number, began_at + number * HOURS * 3600 / self.turns))


@contextmanager
def started(folder: Path) -> Iterator[tuple[float, subprocess.Popen[str]]]:
    """`callcenter serve` there, and how long it took until it answered; killed without warning at the end."""
    command = [sys.executable, "-m", "callcenter.cli", "serve"]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "the panel is at" in line:
                break
        else:
            raise SystemExit("the server did not start")
        yield time.perf_counter() - began, process
    finally:
        process.kill()
        process.communicate()


def measure() -> list[dict[str, object]]:
    """Rows of the result: starts of a server, then the pause of a checkpoint."""
    day = Day()
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as name:
        folder = Path(name)
        now = datetime.now(UTC)
        # A zone in which the day is nearly over, so that all of it is today's.
        offset = (22 - now.hour + 11) % 24 - 11
        (folder / "callcenter.toml").write_text(
            f'timezone = "Etc/GMT{-offset:+d}"\npbxs = [{{name = "pbx1", port = 1}}]\nhttp = {{port = 0}}\n'
        )
        with started(folder) as (empty, _):
            pass
        journal = folder / "var" / "journal" / "pbx1" / f"{now:%Y-%m-%d}.ami"
        began_at = now.timestamp() - HOURS * 3600
        day.write(journal, 0, day.turns - BEHIND, began_at)
        kept = checkpoint.path_of(folder / "var" / "checkpoints", "pbx1")
        for path in kept.parent.iterdir():
            path.unlink()
        with started(folder) as (whole, process):
            while not kept.exists():
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)  # noqa: TID251 -- nothing tells when a file appears
        day.write(journal, day.turns - BEHIND, BEHIND, began_at)
        with started(folder) as (again, _):
            pass
        size = f"{journal.stat().st_size / 1e9:.2f} GB"
    return [
        {"start": "of an empty centre", "journal": "0", "seconds": round(empty, 2)},
        {
            "start": f"whole day of {day.calls * (day.turns - BEHIND):,} calls",
            "journal": size,
            "seconds": round(whole, 2),
        },
        {"start": f"after kill -9, {day.calls * BEHIND} calls later", "journal": size, "seconds": round(again, 2)},
    ]


def floor_of(seats: int) -> Floor:
    """A floor on which three of four seats talk, and 20,000 calls have ended."""
    floor, pbx = Floor(), "pbx1"
    for seat in range(seats):
        for queue in range(3):
            phone = f"PJSIP/{1000 + seat}"
            name = f"queue{(seat + queue) % 20}"
            member = e.Member(name, phone, f"Agent {seat}", phone, e.DeviceState.NOT_IN_USE)
            floor.apply(e.MemberAdded(pbx, 1e9, member))
    for call in range(20_000 + seats * 3 // 4):
        _call(floor, pbx, call, seats, is_over=call < 20_000)
    return floor


def _call(floor: Floor, pbx: str, call: int, seats: int, *, is_over: bool) -> None:
    at, seat = 1e9 + call, call % seats
    caller, leg = ChannelId(f"{at:.0f}.{2 * call}"), ChannelId(f"{at:.0f}.{2 * call + 1}")
    call_id = CallId(caller)
    number, phone = f"138{call:08}", f"PJSIP/{1000 + seat}-{call:08x}"
    floor.apply(e.ChannelOpened(pbx, at, caller, call_id, f"PJSIP/trunk-{call:08x}", number, "Bob", "in", "4000", True))
    floor.apply(e.CallerJoined(pbx, at, f"queue{seat % 20}", caller, call_id, number, "Bob", 1))
    floor.apply(e.ChannelOpened(pbx, at, leg, call_id, phone, "", "", "in", "", True))
    for channel in (caller, leg):
        floor.apply(e.BridgeEntered(pbx, at, channel, call_id, f"bridge-{call}"))
    for channel in (caller, leg) if is_over else ():
        floor.apply(e.ChannelClosed(pbx, at + 0.5, channel, call_id, 16, ""))


def measure_pause() -> list[dict[str, object]]:
    """How long the loop waits for a checkpoint; the baseline is pickle's own way, the collector running."""
    site = floor_of(SEATS).sites["pbx1"]
    gc.collect()
    ours, plain = [], []
    for _ in range(TURNS):
        ours.append(_timed(lambda: checkpoint.frozen(site)))
        plain.append(_timed(lambda: pickle.dumps(site, 5)))
    return [
        {
            "seats": SEATS,
            "bytes": len(checkpoint.frozen(site).packed()),
            # The same work each time: whatever is slower than the quickest was somebody else's.
            "pickle ms": round(min(plain) * 1000, 1),
            "checkpoint ms": round(min(ours) * 1000, 1),
        }
    ]


def _timed(work: Callable[[], object]) -> float:
    """Seconds of this thread alone: the loop waits so long on a machine that has time for it."""
    began = time.thread_time()
    work()
    return time.thread_time() - began
