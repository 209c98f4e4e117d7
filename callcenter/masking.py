"""The one place at which numbers are masked in what the API answers: around all routes, behind the audit log."""

from typing import Any

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.masks import masked

JSON_ENDINGS = ("/json", "+json")
"""Of media types; files are masked where they are made, cell by cell."""


class MasksNumbers:
    """Masks every JSON answer, errors too, to an account that does not see numbers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and looks at its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: list[Message] = []
        body = bytearray()

        async def masking(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_to_be_masked(scope, message):
                start.append(message)
                return
            if not start:
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                whole = _masked_body(bytes(body))
                MutableHeaders(scope=start[0])["Content-Length"] = str(len(whole))
                await send(start.pop())
                await send({"type": "http.response.body", "body": whole})

        await self._app(scope, receive, masking)


def _is_to_be_masked(scope: Scope, start: Message) -> bool:
    if scope.get("state", {}).get("is_told_in_full", True):  # or nobody was let in
        return False
    return Headers(raw=start["headers"]).get("content-type", "").partition(";")[0].endswith(JSON_ENDINGS)


def _masked_body(body: bytes) -> bytes:
    told: Any = msgspec.json.decode(body) if body else None
    return msgspec.json.encode(masked(told)) if body else body
