"""AMI events per second through the whole path, against bare panoramisk with one callback that does nothing.

The whole path: bytes in → journal → messages → events → floor → today's figures → delta encoded. Each client is a
process of its own, takes the same bytes from a third one, and the turns are interleaved.
"""

import asyncio
import json
import logging
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol
from pydantic import SecretStr

from bench.processes import spawned
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.link import Link
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState
from callcenter.floor.floor import Floor
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.reports.today import Today
from callcenter.settings import PbxSettings

EVENTS = 200_000
TURNS = 5


class Stopwatch:
    """Wall and CPU time between the signal to play and the end of the stream."""

    def __init__(self, control: int) -> None:
        self._control = control

    def start(self) -> None:
        """Tells the peer to play; time runs from here."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._connection = socket.create_connection(("127.0.0.1", self._control))
        self._connection.send(b"!")

    def stop(self) -> None:
        """Prints what it took."""
        figures = {"wall": time.perf_counter() - self._wall, "cpu": time.process_time() - self._cpu}
        print(json.dumps(figures), flush=True)


async def bare(ami: int, control: int) -> None:
    """panoramisk as its documentation shows it, with one `*` callback that does nothing."""
    watch = Stopwatch(control)
    ended = asyncio.Event()

    class Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
        def connection_lost(self, exc: Exception | None) -> None:
            watch.stop()
            ended.set()

    manager = Manager(host="127.0.0.1", port=ami, username="bench", secret="bench", ping_delay=600)
    manager.config["protocol_factory"] = Protocol
    manager.register_event("*", lambda manager, message: None)
    booted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def logged_in(manager: Manager) -> None:
        booted.set_result(None)

    manager.on_login = logged_in
    await manager.connect()
    await booted
    watch.start()
    await ended.wait()


async def whole_path(ami: int, control: int) -> None:
    """Our link, journal, floor, figures and hub, wired as the server wires them; one frame in a tenth of a second."""
    watch = Stopwatch(control)
    live, ended = asyncio.Event(), asyncio.Event()
    keeper = Keeper(Floor())
    hub = Hub(keeper.floor)
    today = Today(ZoneInfo("UTC"), hub.touch, 0.0)
    hub.show("figures", today.view)
    keeper.listen(today.on_changes)
    keeper.listen(hub.on_changes)

    def sink(event: AnyEvent) -> None:
        keeper.tell(event)
        if isinstance(event, LinkChanged):
            if event.state is LinkState.LIVE:
                live.set()
            elif live.is_set():
                watch.stop()
                ended.set()

    settings = PbxSettings(port=ami, username="bench", secret=SecretStr("bench"))
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder), "pbx1")
        link = Link(settings, sink=sink, journal=journal)
        link.start()
        await live.wait()
        watch.start()
        await ended.wait()
        await link.close()
        journal.close()
        assert hub.seq, "nothing was encoded"
        assert not keeper.failures, "an event could not be applied"


def measure() -> list[dict[str, object]]:
    """Rows of the result, one a stream."""
    return [_compare(name) for name in ("UNFILTERED", "FILTERED")]


def _compare(name: str) -> dict[str, object]:
    walls: dict[str, list[float]] = {"bare": [], "whole_path": []}
    for _ in range(TURNS):
        for client in walls:
            with spawned("bench.peer", "blast", name, str(EVENTS)) as peer:
                ports = peer.read()
                walls[client].append(_run(client, ports)["wall"])
    ratios = [base / ours for base, ours in zip(walls["bare"], walls["whole_path"], strict=True)]
    rates = {client: EVENTS / statistics.median(times) for client, times in walls.items()}
    return {
        "stream": name.lower(),
        "panoramisk events/s": round(rates["bare"]),
        "whole path events/s": round(rates["whole_path"]),
        "ratio": round(statistics.median(ratios), 2),
    }


def _run(client: str, ports: dict[str, int]) -> dict[str, float]:
    with spawned("bench.throughput", client, str(ports["ami"]), str(ports["control"])) as child:
        figures: dict[str, float] = child.read()
        return figures


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run({"bare": bare, "whole_path": whole_path}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3])))
