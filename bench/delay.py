"""From the AMI event to the panel: p50 and p99 at 500 seats and 2,000 events a second, with and without a stuck panel.

The whole server runs: link, journal, floor, figures, recorder, SQLite, feed. The delay of a change is the moment at
which a panel has read it less the event's Timestamp; frames are made ten times a second, which is most of it.
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

from pydantic import SecretStr
from websockets.asyncio.client import connect

from bench.processes import spawned
from callcenter.accounts.api import COOKIE
from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.app import running
from callcenter.serving import listen, served
from callcenter.settings import HttpSettings, PbxSettings, Settings

SEATS = 500
RATE = 2_000
SECONDS = 10
TURNS = 3
WARM_UP_SECONDS = 2


async def server(ami: int, folder: str) -> None:
    """The whole server for one PBX, with one supervisor; ends with its parent."""
    pbx = PbxSettings(port=ami, username="bench", secret=SecretStr("bench"))
    settings = Settings(pbxs=(pbx,), data_folder=Path(folder), http=HttpSettings(port=0))
    with listen(settings.http) as listener:
        async with running(settings) as app, served(app.web, listener):
            await add_user(app.access, NewUser("bench", "correct horse battery", (Role.SUPERVISOR,)))
            token, _ = await sign_in(app.access, "bench", "correct horse battery", "127.0.0.1")
            print(json.dumps({"port": listener.getsockname()[1], "token": token}), flush=True)
            await asyncio.to_thread(sys.stdin.read)


async def panel(port: int, token: str, seconds: float) -> list[float]:
    """The delays that a reading panel sees, in milliseconds, after a warm-up."""
    delays: list[float] = []
    async with connect(
        f"ws://127.0.0.1:{port}/api/live",
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        compression=None,
        max_size=None,
    ) as websocket:
        started = time.time()
        while (left := started + seconds - time.time()) > 0:
            frame = json.loads(await asyncio.wait_for(websocket.recv(), left + 5))
            now = time.time()
            if now > started + WARM_UP_SECONDS and frame["type"] == "delta":
                changed = frame["changed"].get("seats", {}).values()
                delays.extend((now - fields["since"]) * 1000 for fields in changed if "since" in fields)
    return delays


def stuck_panel(port: int, token: str) -> socket.socket:
    """A panel that joins and never reads."""
    joined = socket.socket()
    joined.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    joined.connect(("127.0.0.1", port))
    joined.sendall(
        (
            f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Cookie: {COOKIE}={token}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
    )
    return joined


def measure() -> list[dict[str, object]]:
    """Two rows: without and with a panel that never reads."""
    p50s: dict[bool, list[float]] = {False: [], True: []}
    p99s: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(TURNS):
        for is_stuck in p50s:
            delays = _turn(is_stuck=is_stuck)
            p50s[is_stuck].append(statistics.median(delays))
            p99s[is_stuck].append(statistics.quantiles(delays, n=100)[98])
    base = statistics.median(p99s[False])
    return [
        {
            "panels": "one reads" if not is_stuck else "one reads, one never does",
            "p50 ms": round(statistics.median(p50s[is_stuck]), 1),
            "p99 ms": round(statistics.median(p99s[is_stuck]), 1),
            "p99 ratio": round(statistics.median(p99s[is_stuck]) / base, 2),
        }
        for is_stuck in p50s
    ]


def _turn(*, is_stuck: bool) -> list[float]:
    with (
        tempfile.TemporaryDirectory() as folder,
        spawned("bench.peer", "pace", *map(str, (RATE, SEATS, SECONDS))) as peer,
    ):
        ports = peer.read()
        with spawned("bench.delay", "server", str(ports["ami"]), folder) as child:
            door = child.read()
            stuck = stuck_panel(door["port"], door["token"]) if is_stuck else None
            with socket.create_connection(("127.0.0.1", ports["control"])) as control:
                control.send(b"!")
                delays = asyncio.run(panel(door["port"], door["token"], SECONDS - 1))
            if stuck is not None:
                stuck.close()
            return delays


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(server(int(sys.argv[2]), sys.argv[3]))
