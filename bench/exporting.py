"""How long the loop is held up at once while an export of 10,000 recordings is packed beside it.

Judged by the CPU of one turn of the loop, so that a busy machine judges nothing else; BENCH_EXPORTED is the number.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from callcenter.calls.service import Search
from callcenter.exports.choosing import Context, Order, order_export
from callcenter.exports.packing import Packer
from callcenter.finding import beyond_calls
from callcenter.recordings.accesses import Listener
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.serving import spare_the_collector
from callcenter.store.engine import make_engine, make_sessions, migrate
from callcenter.store.recorder import Recorder
from tests.exports.conftest import of_call
from tests.facts import NOON
from tests.recordings.sounds import tone, write_wav

RECORDINGS = int(os.environ.get("BENCH_EXPORTED", "10000"))
LIMIT_MS = 30
ASKER = Listener(user_id=1, username="qa", key_id=None, address="127.0.0.1", at=NOON)


def measure() -> list[dict[str, object]]:
    """One row: the longest turns of the loop while it is asked for and while it is packed."""
    return asyncio.run(_measure())


def holds(rows: list[dict[str, object]]) -> bool:
    """Whether no turn of the packing is too long."""
    return float(str(rows[0]["longest turn ms"])) <= LIMIT_MS


class Turns:
    """The CPU of the turns of the loop, in seconds, longest first."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Each turn during the block."""
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            began = time.thread_time()
            run(handle)
            self.spent.append(time.thread_time() - began)

        asyncio.Handle._run = timed  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            asyncio.Handle._run = run  # type: ignore[method-assign]
            self.spent.sort(reverse=True)


async def _measure() -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        context = await _recorded(Path(folder))
        order = Order(search=Search(), asked={}, reason="a measurement", language="en")
        await order_export(context, order, ASKER)
        spare_the_collector()
        turns, began = Turns(), time.perf_counter()
        with turns.watched():
            await Packer(context).pack_next()
        took = time.perf_counter() - began
    return [
        {
            "recordings": f"{RECORDINGS:,}",
            "longest turn ms": round(turns.spent[0] * 1000, 1),
            "tenth longest ms": round(turns.spent[9] * 1000, 1),
            "turns": len(turns.spent),
            "seconds": round(took, 1),
        }
    ]


async def _recorded(folder: Path) -> Context:
    """So many calls, each with a recording: the same second of sound."""
    engine = make_engine(f"sqlite+aiosqlite:///{folder / 'bench.db'}")
    await migrate(engine)
    sessions, monitor = make_sessions(engine), folder / "monitor"
    write_wav(monitor / "sound.wav", tone(1.0), modified_at=NOON)
    recorder = Recorder(engine)
    for nth in range(RECORDINGS):
        (monitor / f"{nth}.wav").hardlink_to(monitor / "sound.wav")
        recorder.note([*of_call(nth)])
        if nth % 1000 == 999:
            await recorder.flush()
    await recorder.flush()
    library = Library({"pbx1": monitor}, folder / "copies", lambda: NOON + 10**6)
    measurer = Measurer(sessions, library)
    while await measurer.measure_due():
        pass
    await measurer.close()
    zone = ZoneInfo("Asia/Shanghai")
    return Context(sessions, library, beyond_calls, folder / "exports", zone, RECORDINGS, free=lambda _folder: 2**40)
