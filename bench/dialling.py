"""Calls placed per second through one Asterisk: by the dialer, and by as many bare Originate actions.

Two private Asterisks: the centre that dials, and a world in which every number rings and nobody answers. What is
counted is what the world's own log has of calls that came in. The bare client sends each action as soon as the one
before was accepted, and keeps nothing; the dialer asks its rules, commits each attempt to SQLite and follows every
channel.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import msgspec
from sqlalchemy import insert

from callcenter.app import App, running
from callcenter.asterisk.channel_log import happenings
from callcenter.asterisk.link import Link
from callcenter.asterisk.private import PrivateAsterisk
from callcenter.demo.centre import OwnSettings
from callcenter.demo.world import centre_and_world
from callcenter.dialer import service
from callcenter.dialer.attempts import open_attempts
from callcenter.dialer.seats import FloorSeats
from callcenter.dialer.tables import Target
from callcenter.floor.commands import AddMember, PlaceCall
from callcenter.floor.terms import AttemptId, Seconds
from callcenter.settings import DialerSettings, PbxSettings, QueueSettings
from callcenter.store.engine import make_sessions

CALLS = 200
TURNS = 3
LIMIT = 0.8
RING_SECONDS = 30
PATIENCE: Seconds = 60
QUEUE = "callbacks"
ALWAYS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00"}]

_numbers = count(10_000)


class Bench:
    """A server with as many free seats as calls are placed, and the world that it calls."""

    def __init__(self, app: App, world: PrivateAsterisk) -> None:
        self.app, self._world = app, world
        self.link: Link = next(iter(app.links.values()))

    async def sign_in(self) -> None:
        """Seats that nobody ever rings: Asterisk takes any extension for a free phone."""
        seats, pbx = FloorSeats(self.app.keeper.floor), self.link.settings.name
        await _until(lambda: seats.is_live(pbx))
        for nth in range(CALLS):
            phone = f"Local/{9000 + nth}@callcenter-outside/n"
            await self.link.send(AddMember(pbx=pbx, queue=QUEUE, interface=phone, name=f"Seat {nth}"))
        await _until(lambda: seats.free_seats(pbx, QUEUE) >= CALLS)

    async def rate(self, began_at: float) -> float:
        """Calls a second that the world took since then, once they have all come."""
        await _until(lambda: len(self._came(began_at)) == CALLS)
        came = self._came(began_at)
        return (CALLS - 1) / (came[-1] - came[0])

    def _came(self, began_at: float) -> list[float]:
        log = self._world.plan.pbx.cel or Path()
        return [one.at for one in happenings(log, began_at) if one.event == "CHAN_START"] if log.exists() else []

    async def quieten(self) -> None:
        """Ends all calls, and returns when they are gone."""
        self._world.restart()
        site = self.app.keeper.floor.sites[self.link.settings.name]
        await _until(lambda: not site.channels)
        async with asyncio.timeout(PATIENCE):
            while await open_attempts(make_sessions(self.app.engine)):  # noqa: ASYNC110 - nobody tells a measurement
                await asyncio.sleep(0.1)

    async def bare(self) -> float:
        """As a script does it: one action after the other."""
        began_at = time.time()
        for nth in range(CALLS):
            await self.link.send(
                PlaceCall(
                    pbx=self.link.settings.name,
                    attempt_id=AttemptId(f"bare-{began_at}-{nth}"),
                    number=f"+86138000{next(_numbers)}",
                    dial_string="PJSIP/{number}@trunk",
                    queue=QUEUE,
                    ring_seconds=RING_SECONDS,
                )
            )
        return await self.rate(began_at)

    async def dialled(self) -> float:
        """By the dialer, as a list."""
        sessions, now = make_sessions(self.app.engine), time.time()
        fields = {"name": f"List {now}", "pbx": self.link.settings.name, "queue": QUEUE, "windows": ALWAYS,
                  "rules": {}, "max_attempts": 1, "region": "CN"}  # fmt: skip
        list_id = await service.create_list(sessions, fields, now)
        numbers = [f"+86138000{next(_numbers)}" for _ in range(CALLS)]
        rows = [
            {"list_id": list_id, "number": n, "dial_number": n, "name": "", "attributes": {}, "due_at": now}
            for n in numbers
        ]
        async with sessions.begin() as session:
            await session.execute(insert(Target), rows)
        began_at = time.time()
        await self.app.dialer.start_list(list_id)
        rate = await self.rate(began_at)
        await self.app.dialer.stop_list(list_id)
        return rate


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - nobody tells a measurement
            await asyncio.sleep(0.1)


@contextmanager
def _pair() -> Iterator[tuple[PrivateAsterisk, PrivateAsterisk]]:
    dialer = DialerSettings(
        ring_seconds=RING_SECONDS, earliest="00:00", latest="24:00", number_limits=(), calls_per_second=0, max_calls=0
    )
    settings = OwnSettings(
        pbxs=(PbxSettings(name="pbx1"),), queues={QUEUE: QueueSettings(extension="8003")}, dialer=dialer
    )
    pair = centre_and_world(settings)
    # Everybody's phone rings and rings.
    dialplan = pair[1].plan.run / "etc/callcenter/extensions.conf"
    dialplan.write_text("[world]\nexten => _[+0-9].,1,Ringing()\n same => n,Wait(600)\n")
    try:
        for one in pair:
            one.boot()
        yield pair
    finally:
        for one in pair:
            one.kill()
            one.remove()


async def _measure(centre: PrivateAsterisk, world: PrivateAsterisk, folder: Path) -> list[tuple[float, float]]:
    settings = centre.plan.settings.model_copy(update={"data_folder": folder})
    rates = []
    async with running(settings) as app:
        bench = Bench(app, world)
        await bench.sign_in()
        for _ in range(TURNS):
            bare = await bench.bare()
            await bench.quieten()
            dialled = await bench.dialled()
            await bench.quieten()
            rates.append((bare, dialled))
    return rates


def measure() -> list[dict[str, object]]:
    """The best of some turns of each, taken in turn."""
    with tempfile.TemporaryDirectory() as folder, _pair() as (centre, world):
        rates = asyncio.run(_measure(centre, world, Path(folder)))
    bare, dialled = (max(rate) for rate in zip(*rates, strict=True))
    return [
        {
            "calls": CALLS,
            "bare Originate calls/s": round(bare, 1),
            "dialer calls/s": round(dialled, 1),
            "ratio": round(dialled / bare, 2),
        }
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(measure()).decode())
