"""What an event costs with few seats and with many.

The same calls, as many events a second and as many calls at once: only the seats that take them in turn differ. Each
event goes from its bytes to the floor, the figures of the day, and into one frame in a tenth of a second.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from zoneinfo import ZoneInfo

from bench import streams
from bench.peer import Template
from bench.processes import spawned
from callcenter.asterisk.intake import Intake
from callcenter.floor.floor import Floor
from callcenter.live.hub import FRAME_SECONDS, Hub
from callcenter.live.keeper import Keeper
from callcenter.reports.today import Today

BEGAN_AT = 1_900_000_000.0
FRAMES, WARM_UP_FRAMES = 1_500, 300
CALLS_AT_ONCE = 10
EVENTS_A_SECOND = 200
TURNS = 5
FLOORS = {"10 seats, 1 queue": (10, 1), "2,000 seats, 40 queues": (2_000, 40), "2,000 seats, 1 queue": (2_000, 1)}
STATUS = (
    b"Event: QueueMemberStatus\r\nPrivilege: agent,all\r\nTimestamp: %.6f\r\nQueue: %s\r\nMemberName: Agent %d\r\n"
    b"Interface: PJSIP/%d\r\nStateInterface: PJSIP/%d\r\nMembership: dynamic\r\nPenalty: 0\r\nCallsTaken: 0\r\n"
    b"LastCall: 0\r\nLastPause: 0\r\nLoginTime: 1900000000\r\nInCall: 0\r\nStatus: %d\r\nPaused: 0\r\n"
    b"PausedReason: \r\nRinginuse: 0\r\nWrapuptime: 5" + streams.END
)


class Server:
    """The pure way of the running server, without sockets and a database."""

    def __init__(self) -> None:
        self.keeper = Keeper(Floor(), clock=lambda: 0.0)
        self.hub = Hub(self.keeper.floor)
        today = Today(ZoneInfo("UTC"), self.hub.touch, BEGAN_AT)
        self.hub.show("figures", today.view)
        self.keeper.listen(today.on_changes)
        self.keeper.listen(self.hub.on_changes)
        self.intake = Intake("pbx1", self.keeper.tell)


class Centre:
    """Calls at so many seats, one step of one call after another; every call has the messages of a recorded one."""

    def __init__(self, seats: int, queues: int) -> None:
        self.seats, self.queues = seats, queues
        self._template = Template()
        self.length = len(self._template.parts)
        self.events_a_frame = round(EVENTS_A_SECOND * FRAME_SECONDS)

    def queue(self, seat: int) -> bytes:
        """The queue of a seat."""
        return b"queue%d" % (seat % self.queues)

    def signed_in(self) -> bytes:
        """Every seat becomes a member."""
        return b"".join(self._status(seat, 1, BEGAN_AT) for seat in range(self.seats))

    def _status(self, seat: int, device: int, at: float) -> bytes:
        number = 1000 + seat
        return STATUS % (at, self.queue(seat), number, number, number, device)

    def messages(self, first: float) -> Iterator[bytes]:
        """Endlessly: calls, each at another step; a new one is taken by the seat that has rested longest."""
        under_way = [(call, call % self.length) for call in range(CALLS_AT_ONCE)]
        calls, at = count(CALLS_AT_ONCE), first
        while True:
            for place, (call, index) in enumerate(under_way):
                at += 1 / EVENTS_A_SECOND
                seat = call % self.seats
                is_over = index == self.length
                yield self._status(seat, 1, at) if is_over else self._step(index, seat, call, at)
                under_way[place] = (next(calls), 0) if is_over else (call, index + 1)

    def _step(self, index: int, seat: int, call: int, at: float) -> bytes:
        return self._template.message(index, seat, call, at, self.queue(seat))

    def pieces(self, first: float) -> Iterator[bytes]:
        """What comes in each tenth of a second."""
        coming = self.messages(first)
        while True:
            yield b"".join(islice(coming, self.events_a_frame))


async def cost(seats: int, queues: int) -> float:
    """Microseconds of CPU an event."""
    server, centre = Server(), Centre(seats, queues)
    server.intake.feed(centre.signed_in())
    pieces = centre.pieces(BEGAN_AT)
    _play(server, islice(pieces, WARM_UP_FRAMES))
    measured = list(islice(pieces, FRAMES))
    events, began = server.intake.events, time.process_time()
    _play(server, measured)
    spent = time.process_time() - began
    assert not server.keeper.failures
    assert not server.intake.failures
    return spent / (server.intake.events - events) * 1e6


def _play(server: Server, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        server.intake.feed(piece)
        server.hub.next_frame()


def measure() -> list[dict[str, object]]:
    """Rows of the result, one a floor; the first is the baseline of the others."""
    costs: dict[str, list[float]] = {name: [] for name in FLOORS}
    for _ in range(TURNS):
        for name, found in costs.items():
            with spawned("bench.scale", *map(str, FLOORS[name])) as child:
                found.append(child.read()["microseconds"])
    least = {name: min(found) for name, found in costs.items()}  # what other processes take is not ours
    base, *_ = least.values()
    return [
        {"floor": name, "µs of CPU an event": round(found, 1), "ratio": round(found / base, 2)}
        for name, found in least.items()
    ]


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(json.dumps({"microseconds": asyncio.run(cost(int(sys.argv[1]), int(sys.argv[2])))}), flush=True)
