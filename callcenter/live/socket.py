"""The websocket of the live feed: frames made once by the hub are written straight to every client's transport."""

import asyncio
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from callcenter.live.hub import Feed, Hub, Sieve

TRANSPORT = "callcenter.transport"
"""The ASGI extension by which the server's protocol hands its transport to the feed."""

MAILBOX_BYTES = 256 * 1024
"""What may wait for one client beyond the frame being written; a client that has more waiting is left behind."""


class FeedProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol, which lets the feed write whole frames to the transport.

    A frame is one write, so frames of the protocol (pings, close) and of the feed never mix. Compression is off:
    the same bytes go to everybody.
    """

    @override
    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[TRANSPORT] = {"transport": self.transport}
        await super().run_asgi()


class TransportMailbox:
    """A client's transport as a mailbox: bounded by its write buffer, never waited for."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    @property
    def has_room(self) -> bool:
        """Whether little enough is waiting."""
        return not self._transport.is_closing() and self._transport.get_write_buffer_size() <= MAILBOX_BYTES

    def deliver(self, frame: bytes) -> bool:
        """Writes the frame unless too much is waiting already."""
        if not self.has_room:
            return False
        self._transport.write(frame)
        return True


async def serve_feed(websocket: WebSocket, feed: Feed) -> None:
    """Accepts a client and feeds it until it leaves. What it sends is read and ignored."""
    await websocket.accept()
    query = websocket.query_params
    await feed_client(websocket, feed, query.get("epoch", ""), known_seq(query.get("seq", "")))


async def serve_branch(websocket: WebSocket, hub: Hub, scope: str, sieve: Sieve) -> None:
    """Serves a client of a scope; the scope's feed lasts as long as somebody listens to it."""
    try:
        await serve_feed(websocket, hub.branch(scope, sieve))
    finally:
        hub.drop(scope)


async def feed_client(websocket: WebSocket, feed: Feed, epoch: str, seq: int) -> None:
    """Feeds a client that was accepted, until it leaves."""
    transport: asyncio.Transport = websocket.scope["extensions"][TRANSPORT]["transport"]
    mailbox = TransportMailbox(transport)
    feed.join(mailbox, epoch, seq)
    try:
        while True:
            await websocket.receive_text()
    except (WebSocketDisconnect, KeyError):
        pass
    finally:
        feed.leave(mailbox)


def known_seq(text: str) -> int:
    """The number of the last frame that a client says it has; -1 for anything that is no such number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
