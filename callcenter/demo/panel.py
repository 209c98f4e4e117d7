"""A supervisor at the panel, as a program: it signs in, works a callback list, looks calls up, listens, watches.

Whatever the demo reports is read the way a browser would read it: through the API, and nothing else.
"""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from websockets.asyncio.client import connect
from websockets.typing import Origin

from callcenter.demo.http_client import Address, Answer, Request, ask
from callcenter.errors import SetupFailed

_BOUNDARY = "callcenter-demo"


class Panel:
    """One signed-in account at one server."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._headers = {"X-Requested-With": "callcenter"}

    async def sign_in(self, username: str, password: str) -> None:
        """Opens a session; its cookie goes with everything that follows."""
        answer = await self._send("POST", "/api/session", _json({"username": username, "password": password}))
        cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        self._headers["Cookie"] = cookie

    async def get(self, path: str, **query: object) -> Any:
        """What a route tells."""
        return msgspec.json.decode((await self._send("GET", _target(path, query))).body)

    async def post(self, path: str, body: object = None) -> Any:
        """What a route answers to a change."""
        return msgspec.json.decode((await self._send("POST", path, _json(body))).body)

    async def post_file(self, path: str, name: str, content: str) -> Any:
        """Hands a text file in, as the form of the panel does."""
        disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
        body = f"--{_BOUNDARY}\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n{content}\r\n--{_BOUNDARY}--\r\n"
        form = ({"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}, body.encode())
        return msgspec.json.decode((await self._send("POST", path, form)).body)

    async def audio(self, recording_id: int, side: str) -> bytes:
        """A recording's sound as a WAV file; b"" where that side is missing."""
        target = _target(f"/api/recordings/{recording_id}/audio", {"side": side})
        answer = await ask(self._address, Request("GET", target, self._headers))
        return answer.body if answer.status == 200 else b""

    async def pages(self, path: str, name: str) -> AsyncIterator[Any]:
        """Every entry of a list that comes in pages."""
        query: dict[str, object] = {"limit": 100}
        while True:
            page = await self.get(path, **query)
            for entry in page[name]:
                yield entry
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    async def frames(self) -> AsyncIterator[Any]:
        """The live feed, frame by frame, until the server closes it."""
        where = f"ws://{self._address.host}:{self._address.port}/api/live"
        origin = Origin(f"http://{self._address.host}:{self._address.port}")
        async with connect(
            where, additional_headers=self._headers, origin=origin, compression=None, proxy=None, max_size=None
        ) as socket:
            async for frame in socket:
                yield msgspec.json.decode(frame)

    async def _send(self, method: str, target: str, body: tuple[dict[str, str], bytes] = ({}, b"")) -> Answer:
        headers, content = body
        answer = await ask(self._address, Request(method, target, self._headers | headers, content))
        if answer.status >= 400:
            raise SetupFailed(f"{method} {target}: {answer.status} {answer.body.decode(errors='replace')[:300]}")
        return answer


def _target(path: str, query: dict[str, object]) -> str:
    return quote(path) + (f"?{urlencode(query)}" if query else "")


def _json(body: object) -> tuple[dict[str, str], bytes]:
    return ({"Content-Type": "application/json"}, msgspec.json.encode(body)) if body is not None else ({}, b"")
