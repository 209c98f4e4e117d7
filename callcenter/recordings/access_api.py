"""The routes of who listened: a player tells what it played, and the log is read (docs/api.md)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import address_of, requires
from callcenter.accounts.rules import USERNAME_LENGTH
from callcenter.accounts.scoped import check_recording
from callcenter.accounts.service import Account
from callcenter.errors import NotAllowed
from callcenter.floor.terms import Instant
from callcenter.recordings import answers
from callcenter.recordings.accesses import Listener, WantedAccesses, accesses, listeners_of, note_heard
from callcenter.recordings.library import Library
from callcenter.recordings.rules import MOST_SPANS, AccessKind, checked_spans
from callcenter.store.engine import Sessions

RecordingId = Annotated[int, Path(ge=1, lt=2**63)]
PLAY = r"^[A-Za-z0-9-]{8,64}$"

Seconds = Annotated[float, Field(allow_inf_nan=False)]
When = Annotated[float, Field(allow_inf_nan=False)]
# PostgreSQL cannot be asked for a NUL.
Word = Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH, pattern=r"^[^\x00]*$")]


MayHear = Callable[[Account, int], Awaitable[bool]]
"""Whether an account without `hear_recordings` may hear this recording all the same; rooms above know it."""


async def nobody_else(_account: Account, _recording_id: int) -> bool:
    """Without the permission nobody hears anything."""
    return False


async def check_may_hear(sessions: Sessions, may_hear: MayHear, account: Account, recording_id: int) -> None:
    """Raises NotAllowed, and NotFound outside the scope; what one may hear without the permission is one's own."""
    if "hear_recordings" in account.permissions:
        await check_recording(sessions, account.scope, recording_id)
    elif not await may_hear(account, recording_id):
        raise NotAllowed("this needs the permission hear_recordings")


class Played(BaseModel):
    """The spans that a player played since it last told, in seconds of the recording."""

    model_config = ConfigDict(extra="forbid")

    spans: Annotated[list[tuple[Seconds, Seconds]], Field(min_length=1, max_length=MOST_SPANS)]


class AccessQuery(BaseModel):
    """A page of the log; `cursor` is `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    who: Word | None = None
    kind: AccessKind | None = None
    recording_id: Annotated[int | None, Field(alias="recording", ge=1, lt=2**63)] = None
    number: Word | None = None
    since: Annotated[When | None, Field(alias="from")] = None
    until: Annotated[When | None, Field(alias="to")] = None
    cursor: Annotated[int | None, Field(ge=1, le=2**53)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def wanted(self) -> WantedAccesses:
        """The same for the service."""
        return WantedAccesses(**self.model_dump(exclude={"cursor", "limit"}))


def listener_of(request: Request, account: Account, at: Instant) -> Listener:
    """Who sent this request, from where."""
    return Listener.of(account, address_of(request), at)


def access_routes(sessions: Sessions, library: Library, may_hear: MayHear = nobody_else) -> APIRouter:
    """`/api/recordings/{id}/plays/{play}`, `/api/recordings/{id}/accesses` and `/api/recording-accesses`."""
    routes = APIRouter()

    @routes.post("/api/recordings/{recording_id}/plays/{play}", status_code=204)
    async def heard(
        recording_id: RecordingId,
        play: Annotated[str, Path(pattern=PLAY)],
        played: Played,
        request: Request,
        account: Annotated[Account, requires(reach="scoped")],
    ) -> None:
        await check_may_hear(sessions, may_hear, account, recording_id)
        spans = checked_spans(played.spans)
        await note_heard(sessions, listener_of(request, account, library.clock()), recording_id, play, spans)

    @routes.get("/api/recordings/{recording_id}/accesses", response_model=answers.Listeners)
    async def beside(
        recording_id: RecordingId, account: Annotated[Account, requires("see_accesses", reach="scoped")]
    ) -> dict[str, Any]:
        await check_recording(sessions, account.scope, recording_id)
        return {"accesses": await listeners_of(sessions, recording_id)}

    @routes.get("/api/recording-accesses", response_model=answers.AccessesPage, dependencies=[requires("see_accesses")])
    async def page(query: Annotated[AccessQuery, Query()]) -> dict[str, Any]:
        found = await accesses(sessions, query.wanted(), before=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        return {"accesses": shown, "next": shown[-1]["id"] if len(found) > query.limit else None}

    return routes
