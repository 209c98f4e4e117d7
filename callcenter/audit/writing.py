"""The one place at which acts are written down: around all routes, between a route's success and its answer."""

import json
import logging
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.accounts.once import REPLAYED
from callcenter.accounts.service import Account
from callcenter.audit.rules import ACTS, begins_playing, details_of, place_of, subject_of
from callcenter.audit.service import write_entry
from callcenter.audit.tables import AuditEntry
from callcenter.errors import OutcomeUnknown
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

MOST_BODY_BYTES = 65_536
"""Of a longer body no details are kept."""


class WritesAudit:
    """Writes an entry for each request that was an act and succeeded, before its answer is sent."""

    def __init__(self, app: ASGIApp, sessions: Sessions, clock: Callable[[], Instant]) -> None:
        self._app, self._sessions, self._clock = app, sessions, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and looks at its answer."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        asked = bytearray()
        start: list[Message] = []

        async def heard() -> Message:
            message = await receive()
            if len(asked) <= MOST_BODY_BYTES:
                asked.extend(message.get("body", b""))
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            if start:
                await self._write(scope, start[0], bytes(asked), message.get("body", b""))
                await send(start.pop())
            await send(message)

        await self._app(scope, heard, answered)

    async def _write(self, scope: Scope, start: Message, asked: bytes, answer: bytes) -> None:
        act, account = act_of(scope), scope["state"].get("account")
        if act is None or account is None or not _succeeded(scope, start):
            return
        entry = _entry(scope, act, account, _json(asked), _json(answer) if start["status"] == 201 else None)
        entry.at = self._clock()
        if start["status"] == OutcomeUnknown.status:
            entry.details = entry.details | {"outcome": "unknown"}
        try:
            await write_entry(self._sessions, entry)
        except (OSError, DBAPIError):
            # What was done is done: an error would only invite to do it again.
            log.exception("an act could not be written to the audit log: %s", act)


def act_of(scope: Scope) -> str | None:
    """What this request does, or None if it is no act."""
    return ACTS.get((scope["method"], scope["state"].get("route", "")))


def _succeeded(scope: Scope, start: Message) -> bool:
    """Or may have: of what was sent to Asterisk and never answered nobody knows, and somebody asked for it."""
    is_refused = start["status"] >= 400 and start["status"] != OutcomeUnknown.status
    if is_refused or REPLAYED.lower().encode() in dict(start["headers"]):
        return False
    return scope["method"] != "GET" or begins_playing(Headers(scope=scope).get("range", ""))


def _entry(scope: Scope, act: str, account: Account, asked: object, answer: object) -> AuditEntry:
    return AuditEntry(
        user_id=account.id,
        username=account.username,
        address=scope["client"][0] if scope.get("client") else "",
        act=act,
        subject_kind=act.partition(".")[0],
        subject_id=subject_of(scope["state"]["path_params"], answer),
        details=details_of(asked)
        | place_of(scope["state"]["path_params"])
        | scope["state"].get("noted", {})
        | ({} if account.key_id is None else {"api_key": account.key_id}),
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body) if 0 < len(body) <= MOST_BODY_BYTES else None
    except (ValueError, RecursionError):
        return None
