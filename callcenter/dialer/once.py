"""`Idempotency-Key`: a creating request that is sent again is answered again, and not carried out again.

A key belongs to an account and a route. Only what succeeded is remembered, for a day; what failed may be tried again.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from typing_extensions import override

from callcenter.accounts.api import account_of, rules_at
from callcenter.dialer.tables import IdempotencyKey
from callcenter.errors import BadInput, Conflict
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 200
KEPT_SECONDS: Seconds = 86_400
UNDER_WAY_SECONDS: Seconds = 60
"""A request that has had no answer for so long died with its server: it may be sent again."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def once(sessions: Sessions, clock: Callable[[], Instant]) -> type[APIRoute]:
    """The class of routes that honour the header."""

    class OnceRoute(APIRoute):
        """A route whose POST requests honour `Idempotency-Key`."""

        @override
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                key = request.headers.get(HEADER)
                if key is None or request.method != "POST":
                    return await handle(request)
                for rule in rules_at(self.dependant):
                    await rule(request)
                claim = await _claim(sessions, await _named(request, key, clock()))
                if claim.status is not None:
                    return _again(claim)
                return await _carried_out(sessions, claim, handle, request)

            return answer

    return OnceRoute


async def _named(request: Request, key: str, now: Instant) -> IdempotencyKey:
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= LONGEST_KEY:
        raise BadInput(f"{HEADER}: 1 to {LONGEST_KEY} plain characters", field=HEADER)
    account = await account_of(request)
    # The boundary of a form is another one each time, so that what a file holds is not compared.
    is_form = request.headers.get("content-type", "").startswith("multipart/")
    said = request.url.query.encode() + b"\n" + (b"" if is_form else await request.body())
    return IdempotencyKey(
        username=account.username,
        route=quote(request.url.path)[:200],  # a path may hold a NUL, which no database keeps
        key=key,
        digest=hashlib.sha256(said).hexdigest(),
        created_at=now,
    )


async def _claim(sessions: Sessions, wanted: IdempotencyKey) -> IdempotencyKey:
    """The key as ours to use, or with the answer that it had. Raises BadInput, Conflict."""
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
        if known.status is None and known.created_at > now - UNDER_WAY_SECONDS:
            raise Conflict("The request with this key is still under way")
        if known.status is None:
            known.created_at = now
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
