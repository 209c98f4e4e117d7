"""The door of every route: who is signed in, and what they may do."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Depends, Request, WebSocket, WebSocketDisconnect
from fastapi.dependencies.models import Dependant
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection

from callcenter.accounts.keys import find_key
from callcenter.accounts.revocations import Revocations, heard
from callcenter.accounts.rules import Permission
from callcenter.accounts.service import Access, Account, find_session
from callcenter.accounts.tokens import bearer_of
from callcenter.errors import CodeIsOwed, NotAllowed, NotSignedIn, PasswordIsTemporary, SecondFactorIsMissing
from callcenter.floor.terms import Seconds
from callcenter.masks import refuse_masks

log = logging.getLogger(__name__)

COOKIE = "callcenter_session"
Reach = Literal["centre", "scoped", "own", "shared"]
"""What a route tells or does: something of the whole centre, closed to an account of a limited scope, as is whatever
does not say otherwise; what lies in the scope of the account; what is the caller's own; or what is common knowledge."""

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PANEL_HEADER, PANEL_VALUE = "X-Requested-With", "callcenter"

CLOSE_CODE = 4000
"""A refused websocket is closed with this and the HTTP status: 4401, 4403."""

COME_BACK_CODE = 1012
"""Closed, to be opened again at once (RFC 6455's registry: service restart)."""

CLOSE_SECONDS: Seconds = 5
RECHECK_SECONDS: Seconds = 30
"""An open socket outlives its session by no more than this, where the end was not told to this process (a command on
the console); asking also keeps the session of a wallboard alive."""


def from_panel(request: Request) -> None:
    """Raises NotAllowed for a changing request that another site's page could have sent: it cannot set this header.

    A browser adds the cookie by itself, and never an API key.
    """
    if request.method in READING_METHODS or bearer_of(request) is not None:
        return
    if request.headers.get(PANEL_HEADER) != PANEL_VALUE:
        raise NotAllowed(f"a request that changes something carries the header {PANEL_HEADER}: {PANEL_VALUE}")


def address_of(connection: HTTPConnection) -> str:
    """From where this was sent; "" where the server does not know it."""
    return connection.client.host if connection.client else ""


async def account_of(
    connection: HTTPConnection,
    permission: Permission | None = None,
    *,
    may_be_temporary: bool = False,
    may_lack_factor: bool = False,
    may_owe_code: bool = False,
) -> Account:
    """Who sent this: by an API key if the request names one, else by the session of its cookie.

    Raises NotSignedIn without a valid key or session, NotAllowed without the permission, PasswordIsTemporary for who
    must change the password first, SecondFactorIsMissing for whose role asks for one, and CodeIsOwed for who has yet to
    type the code, unless that does not matter here.
    """
    secret = bearer_of(connection)
    if secret is not None:
        account = await find_key(access_of(connection), secret, address_of(connection))
    else:
        token = connection.cookies.get(COOKIE)
        account = await find_session(access_of(connection), token) if token else None
    if account is None:
        raise NotSignedIn("sign in first" if secret is None else "this API key is none, or no longer one")
    if account.must_change_password and not may_be_temporary:
        raise PasswordIsTemporary("change your temporary password first")
    if account.must_type_code and not may_owe_code:
        raise CodeIsOwed("type the code that your authenticator app shows first")
    if account.must_set_up_second_factor and not may_lack_factor:
        raise SecondFactorIsMissing("your role asks for a code at sign-in: set up an authenticator app first")
    if permission is not None and permission not in account.permissions:
        raise NotAllowed(f"this needs the permission {permission}")
    return account


@dataclass(frozen=True)
class Requires:
    """A route's rule: the caller is signed in, has `permission` (if one is named), and comes from the panel.

    `reach` says how far the route goes, and so what an account of a limited scope may do with it.
    """

    permission: Permission | None
    may_be_temporary: bool = False
    may_lack_factor: bool = False
    takes_masks: bool = False
    names_back: bool = False
    reach: Reach = "centre"
    may_owe_code: bool = False

    async def __call__(self, request: Request) -> Account:
        """The caller. Raises NotSignedIn or NotAllowed."""
        from_panel(request)
        account = await account_of(
            request,
            self.permission,
            may_be_temporary=self.may_be_temporary,
            may_lack_factor=self.may_lack_factor,
            may_owe_code=self.may_owe_code,
        )
        if self.reach == "centre" and not account.scope.is_everything:
            raise NotAllowed("this is about the whole centre, of which your account sees a part")
        leave_word(request, account)
        request.state.is_told_in_full |= self.names_back
        if not account.sees_numbers:
            await refuse_masked(request, in_body=not self.takes_masks)
        return account


def rules_at(dependant: Dependant) -> Iterator[Requires]:
    """The rules at the door of a route, and of what it depends on."""
    for one in dependant.dependencies:
        if isinstance(one.call, Requires):
            yield one.call
        yield from rules_at(one)


async def refuse_masked(request: Request, *, in_body: bool) -> None:
    """Raises BadInput for a masked number, as who is told no others may send it back: in a query, or a body of JSON."""
    refuse_masks(dict(request.query_params))
    if in_body and request.headers.get("content-type", "").startswith("application/json"):
        with contextlib.suppress(ValueError, RecursionError):  # what is no JSON is told so by the route
            refuse_masks(await request.json())


def leave_word(request: Request, account: Account) -> None:
    """Tells those around the route (the audit log, the masks) who called which route with what in its path."""
    request.state.account = account
    request.state.is_told_in_full = account.sees_numbers
    request.state.route = request.scope["route"].path
    request.state.path_params = request.path_params


def requires(
    permission: Permission | None = None,
    *,
    may_be_temporary: bool = False,
    may_lack_factor: bool = False,
    takes_masks: bool = False,
    names_back: bool = False,
    reach: Reach = "centre",
) -> Any:
    """For a route: `dependencies=[requires("see_calls")]`, or `account: Annotated[Account, requires("see_calls")]`.

    Without a permission any signed-in caller is let in; with `may_be_temporary` also who must change the
    password first, with `may_lack_factor` who must set up a second factor; with `takes_masks` the route knows what a
    masked number in a body stands for (masks.as_kept), with `names_back` it tells nothing but names that the caller
    sent, which are not masked. A route with the reach "scoped" applies `account.scope` itself.
    """
    return Depends(Requires(permission, may_be_temporary, may_lack_factor, takes_masks, names_back, reach))


def note(request: Request, **details: Any) -> None:
    """Tells the audit log what of this act the request does not say: whom it is about, and what was before."""
    request.state.noted = {**getattr(request.state, "noted", {}), **details}


def in_person(account: Account) -> Account:
    """The same. Raises NotAllowed for an API key: who has one must not be able to keep others, or to become more."""
    if account.key_id is not None:
        raise NotAllowed("accounts and keys are managed by people who signed in, not by keys")
    return account


# --- websockets -------------------------------------------------------------------------------------------------


async def permit(websocket: WebSocket, permission: Permission) -> Account | None:
    """Who opened this websocket, or None after closing it with 4401 or 4403.

    Refused sockets are accepted first: a browser shows a page the code only of a socket that was open.
    """
    try:
        _check_origin(websocket)
        return await account_of(websocket, permission)
    except (NotSignedIn, NotAllowed) as error:
        await websocket.accept()
        await websocket.close(CLOSE_CODE + error.status)
        return None


@dataclass(frozen=True)
class Guarded:
    """A websocket's endpoint behind the door: `serve` runs while the session and what it permits last.

    `serve` accepts the socket itself and returns when the client has gone; `websocket.state.account` says who it is.
    """

    permission: Permission
    serve: Callable[[WebSocket], Awaitable[None]]
    recheck_seconds: Seconds = RECHECK_SECONDS

    async def __call__(self, websocket: WebSocket) -> None:
        """Serves one socket."""
        account = await permit(websocket, self.permission)
        if account is None:
            return
        websocket.state.account = account

        async def check() -> None:
            now = await account_of(websocket, self.permission)
            if (now.permissions, now.scope) != (account.permissions, account.scope):
                raise ComeBack

        ends = access_of(websocket).revocations
        await serve_while(websocket, self.serve(websocket), check, self.recheck_seconds, ends)


class ComeBack(Exception):
    """What the client may see has changed: it is let in anew when it comes back."""


Check = Callable[[], Awaitable[None]]


async def serve_while(
    websocket: WebSocket, serve: Awaitable[None], check: Check, every: Seconds, ends: Revocations | None = None
) -> None:
    """Serves an open socket until the client goes, or a `check` raises NotSignedIn, NotAllowed or ComeBack.

    It is checked every so often, and at once when `ends` tells that something was taken away.
    """
    serving = asyncio.ensure_future(serve)
    watching = asyncio.ensure_future(_revoked(check, every, ends or Revocations()))
    try:
        await asyncio.wait((serving, watching), return_when=asyncio.FIRST_COMPLETED)
    finally:
        serving.cancel()
        watching.cancel()
        ended, revoked = await asyncio.gather(serving, watching, return_exceptions=True)
    if isinstance(revoked, int):
        await _close(websocket, revoked)
    elif isinstance(ended, Exception):
        raise ended


async def _revoked(check: Check, every: Seconds, ends: Revocations) -> int:
    """Returns the code to close with, once a check fails. The first comes at once: something may have just ended."""
    while True:
        word = ends.next()
        try:
            await check()
        except (NotSignedIn, NotAllowed) as error:
            return CLOSE_CODE + error.status
        except ComeBack:
            return COME_BACK_CODE
        except (OSError, DBAPIError):
            # The floor must stay visible while the database is away; nobody new is let in meanwhile.
            log.warning("sessions cannot be checked: the database cannot be reached")
        await heard(word, every)


async def _close(websocket: WebSocket, code: int) -> None:
    # The client may have gone in this very turn (RuntimeError), or may not read what it is sent.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await websocket.close(code)


def _check_origin(websocket: WebSocket) -> None:
    # A browser sends the cookie along with a socket opened by another page of the same site (another port, say), and
    # always says the page's origin; only programs say none.
    origin = websocket.headers.get("origin")
    if origin is not None and origin.lower().partition("://")[2] != websocket.headers.get("host", "").lower():
        raise NotAllowed("this socket was opened by another site's page")


def access_of(connection: HTTPConnection) -> Access:
    """The accounts that this server knows."""
    access: Access = connection.app.state.access
    return access
