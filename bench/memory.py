"""Memory of a server and of a replay after 10,000 and after 100,000 calls: what is over is not kept."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.processes import spawned
from bench.scale import BEGAN_AT, Centre, Server
from callcenter.asterisk.replay_figures import replay_figures
from callcenter.floor.tally import Thresholds

FEW, MANY = 10_000, 100_000
SEATS, QUEUES = 100, 10
PAGE_BYTES = 4096
FRAMES_LEFT_OUT = 20


def resident_bytes() -> int:
    """What this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


class Marks:
    """Passes the stream on and notes the memory after so many calls."""

    def __init__(self) -> None:
        self.megabytes: list[float] = []

    def passed(self) -> Iterator[bytes]:
        """The stream of a busy centre."""
        centre = Centre(SEATS, QUEUES)
        frames_a_call = (centre.length + 1) / centre.events_a_frame
        pieces = centre.pieces(BEGAN_AT)
        yield centre.signed_in()
        for calls in (FEW, MANY - FEW):
            yield from islice(pieces, round(calls * frames_a_call))
            self.megabytes.append(resident_bytes() / 1e6)


def server(marks: Marks) -> None:
    """Everything up to the frames."""
    asyncio.run(_serve(marks))


async def _serve(marks: Marks) -> None:
    ours = Server()
    for place, piece in enumerate(marks.passed()):
        ours.intake.feed(piece)
        if place % FRAMES_LEFT_OUT == 0:
            ours.hub.next_frame()


def replay(marks: Marks) -> None:
    """`callcenter replay`."""
    replay_figures(marks.passed(), "pbx1", Thresholds())


def measure() -> list[dict[str, object]]:
    """Rows of the result."""
    return [_row(name) for name in ("server", "replay")]


def _row(name: str) -> dict[str, object]:
    with spawned("bench.memory", name) as child:
        few, many = child.read()["megabytes"]
    return {
        "process": name,
        f"MB after {FEW:,} calls": round(few, 1),
        f"MB after {MANY:,} calls": round(many, 1),
        "ratio": round(many / few, 2),
    }


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    marks = Marks()
    {"server": server, "replay": replay}[sys.argv[1]](marks)
    print(json.dumps({"megabytes": marks.megabytes}), flush=True)
