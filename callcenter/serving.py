"""Listens for panels: the socket is taken before anything else starts, and given back when everything has stopped."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from callcenter.errors import SetupFailed
from callcenter.live.socket import FeedProtocol
from callcenter.settings import HttpSettings

LARGEST_MESSAGE = 64 * 1024
"""A panel sends next to nothing over its websocket; bytes."""

FAREWELL_SECONDS = 3
"""How long requests under way may take once the server was told to stop."""


def listen(http: HttpSettings) -> socket.socket:
    """The listening socket. Raises SetupFailed if the address cannot be had."""
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    try:
        return socket.create_server((http.host, http.port), family=family, backlog=2048)
    except OSError as error:
        place = f"port {http.port} of {http.host}"
        if error.errno == errno.EADDRINUSE:
            raise SetupFailed(
                f"{place} is taken by another program; choose another http.port", field="http.port"
            ) from error
        reason = error.strerror or str(error)
        raise SetupFailed(f"cannot listen at {place}: {reason}", field="http.host") from error


def url_of(address: Sequence[Any]) -> str:
    """Where a browser finds the listener with this socket name."""
    host, port = address[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


@asynccontextmanager
async def served(web: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Answers requests while the block runs; at its end requests under way get a moment to finish."""
    config = uvicorn.Config(
        web,
        ws=FeedProtocol,
        # Frames of the live feed are made once and written to every panel: compression would make each its own.
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_MESSAGE,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        await server.answers.wait()
        try:
            yield
        finally:
            server.should_exit = True


def spare_the_collector() -> None:
    """Takes what is there after a start, and stays, out of what the garbage collector looks through.

    It is some 200,000 objects. Looking through them now and then kept the loop waiting for 50 ms and more; most often
    in the middle of a large report, which makes many objects itself.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Ctrl-C and SIGTERM set the event while the block runs; after it a second Ctrl-C interrupts what still stops."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    try:
        yield asked
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
