"""`Idempotency-Key`: a request that is sent again is answered again, and not carried out again.

A room gets it by one word, `APIRouter(route_class=OnceRoute)`. A key belongs to an account and an address. Only what
succeeded is remembered, for a day; what failed may be tried again.
"""

import hashlib
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from email.message import Message
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from starlette.routing import BaseRoute
from typing_extensions import override

from callcenter.accounts.api import access_of, rules_at
from callcenter.accounts.service import Account
from callcenter.accounts.tables import IdempotencyKey
from callcenter.errors import BadInput, Conflict, NotAllowed
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 200
KEPT_SECONDS: Seconds = 86_400
UNDER_WAY_SECONDS: Seconds = 60
"""A request that has had no answer for so long died with its server: it may be sent again."""

LEFT_OUT: Mapping[str, str] = {
    "/api/keys": "the answer has the secret of the key, which is told once and kept nowhere",
    "/api/users": "the answer has the new user's temporary password",
    "/api/users/{user_id}/password": "the answer has a temporary password",
    "/api/profile/second-factor": "the answer has the secret of an authenticator app, or recovery codes",
    "/api/profile/second-factor/recovery-codes": "the answer has recovery codes",
    "/api/webhooks": "the answer has the secret that signs what is sent",
    "/api/webhooks/{webhook_id}/secret": "the answer has the secret that signs what is sent",
    "/api/wallboards": "the answer has the token of the link",
    "/api/wallboards/{board_id}/link": "the answer has the token of the link",
    "/api/erasures": "of the numbers nothing may remain, not even a digest; erasing once more finds nothing",
    "/api/shifts/import/errors.csv": "a file that is made of what is sent: nothing comes to be",
}
"""The `POST`s that do not take the header though they make something, or are beside others that do; and why."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OnceRoute(APIRoute):
    """A route whose POST requests honour `Idempotency-Key`, unless it is left out."""

    @property
    def takes_key(self) -> bool:
        """Whether it does."""
        return "POST" in (self.methods or ()) and self.path not in LEFT_OUT

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return await handle(request)
            for rule in rules_at(self.dependant):
                await rule(request)
            access = access_of(request)
            claim = await _claim(access.sessions, await _named(request, key, access.clock()))
            if claim.status is not None:
                return _again(claim)
            return await _carried_out(access.sessions, claim, handle, request)

        return answer if self.takes_key else handle


def paths_with_key(routes: list[BaseRoute]) -> Iterator[str]:
    """Those of the routes that take the header, as they are declared."""
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, OnceRoute) and route.original_route.takes_key:
            yield route.original_route.path


async def _named(request: Request, key: str, now: Instant) -> IdempotencyKey:
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= LONGEST_KEY:
        raise BadInput(f"{HEADER}: 1 to {LONGEST_KEY} plain characters", field=HEADER)
    account: Account = request.state.account
    return IdempotencyKey(
        username=account.username,
        route=quote(request.url.path)[:200],  # a path may hold a NUL, which no database keeps
        key=key,
        digest=hashlib.sha256(await _said(request)).hexdigest(),
        rights=_rights(account),
        created_at=now,
    )


async def _said(request: Request) -> bytes:
    """All that makes it this request; of a form without its boundary, which is another one each time."""
    kind = Message()
    kind["Content-Type"] = request.headers.get("content-type", "")
    boundary = str(kind.get_boundary("")).encode()
    body = await request.body()
    said = body.replace(boundary, b"") if boundary else body
    return b"\n".join((quote(request.url.path).encode(), request.url.query.encode(), said))


def _rights(account: Account) -> str:
    """What decides what the account may do and is told: an answer is given again only to who has the same."""
    scope = account.scope
    seen = None if scope.is_everything else [sorted(scope.teams), sorted(scope.queues)]
    rights = [sorted(account.permissions), seen, account.agent_number, account.key_id is not None]
    return hashlib.sha256(json.dumps(rights).encode()).hexdigest()


async def _claim(sessions: Sessions, wanted: IdempotencyKey) -> IdempotencyKey:
    """The key as ours to use, or with the answer that it had. Raises BadInput, Conflict, NotAllowed."""
    now = wanted.created_at
    async with sessions.begin() as session:
        await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_SECONDS))
    try:
        async with sessions.begin() as session:
            session.add(wanted)
        return wanted
    except IntegrityError:
        pass
    async with sessions.begin() as session:
        known = await session.scalar(select(IdempotencyKey).where(*_is(wanted)).with_for_update())
        if known is None:
            raise Conflict("The request with this key has just failed; send it again")
        if known.digest != wanted.digest:
            raise BadInput(f"{HEADER}: this key was used for another request", field=HEADER)
        if known.status is None:
            if known.created_at > now - UNDER_WAY_SECONDS:
                raise Conflict("The request with this key is still under way")
            known.created_at, known.rights = now, wanted.rights
        elif known.rights != wanted.rights:
            raise NotAllowed("What you may do is no longer what it was when the request with this key was answered")
        return known


def _is(one: IdempotencyKey) -> list[Any]:
    return [
        IdempotencyKey.username == one.username,
        IdempotencyKey.route == one.route,
        IdempotencyKey.key == one.key,
    ]


async def _carried_out(sessions: Sessions, claim: IdempotencyKey, handle: Handler, request: Request) -> Response:
    is_kept = False
    try:
        response = await handle(request)
        if response.status_code < 300:
            kept = update(IdempotencyKey).where(*_is(claim))
            async with sessions.begin() as session:
                await session.execute(kept.values(status=response.status_code, body=bytes(response.body)))
            is_kept = True
        return response
    finally:
        if not is_kept:
            async with sessions.begin() as session:
                await session.execute(delete(IdempotencyKey).where(*_is(claim)))


def _again(claim: IdempotencyKey) -> Response:
    media_type = "application/json" if claim.body else None
    return Response(claim.body or b"", claim.status or 200, {REPLAYED: "true"}, media_type)
