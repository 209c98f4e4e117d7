"""CPU per delivered websocket frame at 200 panels, against bare `websockets.broadcast` with the same payload.

Ours includes finding what changed and encoding it; the baseline is given the finished text. Both servers are processes
of their own with 200 clients in a third one; the turns are interleaved.
"""

import asyncio
import json
import logging
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, WebSocket
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.processes import spawned
from callcenter.floor.floor import Floor
from callcenter.live.hub import Hub
from callcenter.live.socket import serve_feed
from callcenter.serving import listen, served
from callcenter.settings import HttpSettings

PANELS = 200
FRAMES = 400
TURNS = 5
PAYLOAD_BYTES = 2_000
PACE_SECONDS = 0.005
"""Between two frames, so that no buffer grows: what is measured is delivery, not the waiting for it."""


def _fields(number: int) -> dict[str, str]:
    return {"text": str(number).rjust(PAYLOAD_BYTES, "x")}


def _delta(number: int) -> dict[str, object]:
    changed = {"lists": {"1": _fields(number)}}
    return {"type": "delta", "seq": number, "at": time.time(), "changed": changed, "removed": {}}


async def ours(port_known: Callable[[int], None]) -> None:
    """The hub's frames, made once and written to every panel's transport."""
    hub = Hub(Floor())
    web = FastAPI()

    async def live(websocket: WebSocket) -> None:
        await serve_feed(websocket, hub)

    web.add_api_websocket_route("/", live)
    with listen(HttpSettings(port=0)) as listener:
        port = listener.getsockname()[1]
        async with served(web, listener):
            port_known(port)

            async def send(number: int) -> None:
                hub.put("lists", "1", _fields(number))
                hub.flush()

            await _measure(lambda: hub.clients, send)


async def bare(port_known: Callable[[int], None]) -> None:
    """`broadcast` of the websockets library to its own connections, without compression."""
    connections: set[ServerConnection] = set()

    async def handle(connection: ServerConnection) -> None:
        connections.add(connection)
        await connection.wait_closed()

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port_known(next(iter(server.sockets)).getsockname()[1])

        texts = [json.dumps(_delta(number), separators=(",", ":")) for number in range(FRAMES)]

        async def send(number: int) -> None:
            broadcast(connections, texts[number])

        await _measure(lambda: len(connections), send)


async def _measure(clients: Callable[[], int], send: Callable[[int], Awaitable[None]]) -> None:
    while clients() < PANELS:  # noqa: ASYNC110 -- the library under comparison offers no event for it
        await asyncio.sleep(0.01)
    before = time.process_time()
    for number in range(FRAMES):
        await send(number)
        await asyncio.sleep(PACE_SECONDS)
    cpu = time.process_time() - before
    print(json.dumps({"us": cpu / FRAMES / PANELS * 1e6}), flush=True)


def read_everything(port: int) -> None:
    """200 panels that read and forget, until they are ended."""
    selector = selectors.DefaultSelector()
    handshake = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    for _ in range(PANELS):
        panel = socket.create_connection(("127.0.0.1", port))
        panel.sendall(handshake)
        selector.register(panel, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            key.fileobj.recv(1 << 20)  # type: ignore[union-attr]  # only sockets are registered


def measure() -> list[dict[str, object]]:
    """One row: microseconds of CPU per frame and panel."""
    costs: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(TURNS):
        for server in costs:
            costs[server].append(_turn(server))
    ratios = [ours / base for base, ours in zip(costs["bare"], costs["ours"], strict=True)]
    return [
        {
            "panels": PANELS,
            "broadcast us/frame": round(statistics.median(costs["bare"]), 2),
            "hub us/frame": round(statistics.median(costs["ours"]), 2),
            "ratio": round(statistics.median(ratios), 2),
        }
    ]


def _turn(server: str) -> float:
    with spawned("bench.fanout", server) as child:
        port = child.read()["port"]
        with spawned("bench.fanout", "panels", str(port)):
            cost: float = child.read()["us"]
            return cost


def main() -> None:
    """Runs one of the processes."""
    logging.disable(logging.WARNING)
    if sys.argv[1] == "panels":
        read_everything(int(sys.argv[2]))
    server = {"ours": ours, "bare": bare}[sys.argv[1]]
    asyncio.run(server(lambda port: print(json.dumps({"port": port}), flush=True)))


if __name__ == "__main__":
    main()
