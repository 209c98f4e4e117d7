"""The wire to the outside world's Asterisk: its REST interface (ARI), through which scripts hold real channels.

ARI and not a dialplan, because a script in Python can be seeded and tested, and because only ARI lets Asterisk play a
phone that puts its caller on hold: with `moh_passthrough` on the endpoint, `hold` becomes a SIP re-INVITE (sendonly).
"""

import base64
from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callcenter.demo.http_client import Address, Request, ask
from callcenter.errors import CallCenterError, SetupFailed

APP = "outside"
"""The name under which the scripts are known to Asterisk's `Stasis`."""


class Gone(CallCenterError):
    """The channel is not there any more, or has left the scripts: whoever was on it hung up."""


class Party(Struct, frozen=True):
    """Who is on a channel."""

    number: str = ""
    name: str = ""


class Place(Struct, frozen=True):
    """Where a channel is in the dialplan."""

    exten: str = ""


class Channel(Struct, frozen=True):
    """A channel as an ARI event shows it."""

    id: str
    state: str = ""
    caller: Party = Party()
    dialplan: Place = Place()


class AriEvent(Struct, frozen=True):
    """What happened; `args` came with `Stasis()`. Fields that no script reads are left out."""

    type: str
    channel: Channel | None = None
    args: tuple[str, ...] = ()


class Ari:
    """Asks the REST interface and listens to its events."""

    def __init__(self, address: Address, username: str, password: str) -> None:
        self._address = address
        token = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    async def post(self, path: str, **query: str) -> None:
        """Raises Gone when the channel is not there, SetupFailed for what a script must never ask."""
        await self._ask("POST", path, query)

    async def delete(self, path: str, **query: str) -> None:
        """As `post`."""
        await self._ask("DELETE", path, query)

    async def take_over(self) -> None:
        """From now on scripts decide about calls, not the dialplan."""
        await self.post("asterisk/variable", variable="SCRIPTED", value="1")

    async def events(self) -> AsyncIterator[AriEvent]:
        """Everything that happens to the channels of the scripts, until Asterisk closes the connection."""
        where = f"ws://{self._address.host}:{self._address.port}/ari/events?app={APP}"
        async with connect(where, additional_headers=self._headers, proxy=None, max_queue=None) as socket:
            yield AriEvent(type="Connected")
            try:
                async for frame in socket:
                    yield msgspec.json.decode(frame, type=AriEvent)
            except ConnectionClosed:
                return

    async def _ask(self, method: str, path: str, query: dict[str, str]) -> None:
        target = f"/ari/{quote(path)}?{urlencode(query)}"
        answer = await ask(self._address, Request(method, target, self._headers))
        # A channel that is just hanging up answers "Failed to …", 500, before it is not found any more.
        is_over = "/" in path and answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
        if is_over or answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
            raise Gone(f"{method} {path}: {answer.status}")
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise SetupFailed(f"{method} {path}: {answer.status} {answer.body.decode(errors='replace')}")
