"""The socket on a real server: what a browser gets is the floor, and a client that never reads costs nothing."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect

from callcenter.floor.changes import Delta, Entities, merged
from callcenter.floor.events import AnyEvent
from callcenter.floor.floor import Floor
from callcenter.live import socket as socket_module
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.live.socket import FeedProtocol, known_seq, serve_feed
from tests.floor.stories import Diary
from tests.live.test_hub import as_json


class Feed:
    """A keeper, its hub and a server that serves it; a diary whose every line is told to the keeper."""

    def __init__(self) -> None:
        self.keeper = Keeper(Floor())
        self.hub = Hub(self.keeper.floor)
        self.keeper.listen(self.hub.on_changes)
        self.port = 0

    def tells(self, day: Diary) -> None:
        """The keeper is told what a diary wrote since it was told last."""
        events: list[AnyEvent] = day.events[:]
        day.events.clear()
        for event in events:
            self.keeper.tell(event)

    def address(self, query: str = "") -> str:
        return f"ws://127.0.0.1:{self.port}/api/live{query}"

    async def clients(self, number: int) -> None:
        """Waits until so many clients are joined."""
        async with asyncio.timeout(10):
            while self.hub.clients != number:  # noqa: ASYNC110 - the hub tells nobody who joins it
                await asyncio.sleep(0)


@asynccontextmanager
async def served(feed: Feed) -> AsyncIterator[None]:
    async def live(websocket: WebSocket) -> None:
        await serve_feed(websocket, feed.hub)

    web = FastAPI()
    web.add_api_websocket_route("/api/live", live)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        feed.port = listening.getsockname()[1]
        config = uvicorn.Config(web, ws=FeedProtocol, ws_per_message_deflate=False, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    feed = Feed()
    async with served(feed):
        yield feed


class Page:
    """What a page does: takes the snapshot, merges the deltas, remembers the number of the last one."""

    def __init__(self, client: ClientConnection) -> None:
        self.client = client
        self.entities: Entities = {}
        self.epoch, self.seq = "", -1

    async def reads(self, kind: str) -> dict[str, Any]:
        """The next frame, which is of this kind."""
        async with asyncio.timeout(10):
            message: dict[str, Any] = json.loads(await self.client.recv())
        assert message["type"] == kind, message
        if kind == "snapshot":
            self.entities, self.epoch = message["entities"], message["epoch"]
        else:
            assert message["seq"] == self.seq + 1
            self.entities = merged(self.entities, Delta(message["changed"], message["removed"]))
        self.seq = message["seq"]
        return message

    def shows(self) -> Entities:
        return {kind: views for kind, views in self.entities.items() if views}


def a_morning() -> Diary:
    return Diary().directory("1001", "1002").signs_in("1001").signs_in("1002")


async def test_snapshot_then_deltas(feed: Feed) -> None:
    day = a_morning()
    feed.tells(day)
    feed.hub.flush()
    async with connect(feed.address(), proxy=None) as first, connect(feed.address(), proxy=None) as second:
        pages = [Page(first), Page(second)]
        for page in pages:
            await page.reads("snapshot")
        lines: tuple[Callable[[], Diary], ...] = (
            lambda: day.joins("caller").rings("1001", "caller"),
            lambda: day.answers("1001", "caller"),
            lambda: day.hangs_up("caller", "1001", "caller"),
        )
        for line in lines:
            line()
            feed.tells(day)
            feed.hub.flush()
            for page in pages:
                await page.reads("delta")
                assert page.shows() == as_json(feed.keeper.floor.snapshot())
    await feed.clients(0)


async def test_coming_back(feed: Feed) -> None:
    day = a_morning()
    feed.tells(day)
    feed.hub.flush()
    async with connect(feed.address(), proxy=None) as client:
        page = Page(client)
        await page.reads("snapshot")
    await feed.clients(0)
    for caller in ("first", "second"):
        day.joins(caller)
        feed.tells(day)
        feed.hub.flush()
    async with connect(feed.address(f"?epoch={page.epoch}&seq={page.seq}"), proxy=None) as client:
        page.client = client
        await page.reads("delta")
        await page.reads("delta")
    assert page.shows() == as_json(feed.keeper.floor.snapshot())


@pytest.mark.parametrize("query", ["?epoch=x&seq=1", "?seq=%C2%B2", "?seq=-5", "?seq=" + "9" * 5000, "?epoch=&seq="])
async def test_odd_numbers_get_a_snapshot(feed: Feed, query: str) -> None:
    async with connect(feed.address(query), proxy=None) as client:
        await Page(client).reads("snapshot")


@pytest.mark.parametrize("sent", ["anything", b"\x00\x01"])
async def test_what_a_client_sends_is_ignored(feed: Feed, sent: str | bytes) -> None:
    async with connect(feed.address(), proxy=None) as client:
        page = Page(client)
        await page.reads("snapshot")
        await client.send(sent)
        if isinstance(sent, str):
            feed.tells(a_morning())
            feed.hub.flush()
            await page.reads("delta")
    await feed.clients(0)


async def test_a_client_that_never_reads_is_bounded_and_slows_nobody(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "MAILBOX_BYTES", 64 * 1024)
    async with AsyncExitStack() as stack:
        deaf = await deaf_client(stack, feed)
        await feed.clients(1)
        [mailbox] = feed.hub._mailboxes
        page = Page(await stack.enter_async_context(connect(feed.address(), proxy=None)))
        await page.reads("snapshot")
        waiting = 0
        for number in range(200):
            feed.hub.put("lists", "1", {"number": number, "text": f"{number:4}" * 25_000})
            feed.hub.flush()
            await page.reads("delta")
            waiting = max(waiting, mailbox._transport.get_write_buffer_size())  # type: ignore[attr-defined]
        assert not mailbox.has_room
        assert 64 * 1024 < waiting < 64 * 1024 + 110_000, "the limit, and at most one frame beyond it"
        assert page.entities["lists"]["1"]["number"] == 199
        deaf.close()
        await feed.clients(1)


async def deaf_client(stack: AsyncExitStack, feed: Feed) -> socket.socket:
    """A client that asks for the feed and never reads a byte."""
    deaf = stack.enter_context(socket.create_connection(("127.0.0.1", feed.port)))
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.sendall(
        b"GET /api/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    return deaf


@pytest.mark.parametrize(("text", "seq"), [("17", 17), ("", -1), ("-1", -1), ("1e3", -1), ("²", -1), ("1" * 16, -1)])
def test_known_seq(text: str, seq: int) -> None:
    assert known_seq(text) == seq
