"""The routes that play recordings (docs/api.md, Calls and recordings)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from callcenter.accounts.api import requires
from callcenter.accounts.service import Account
from callcenter.recordings import answers
from callcenter.recordings.access_api import PLAY, MayHear, RecordingId, check_may_hear, listener_of, nobody_else
from callcenter.recordings.accesses import note_asked
from callcenter.recordings.audio import Side
from callcenter.recordings.giving import giving
from callcenter.recordings.library import Library
from callcenter.recordings.service import is_copy_alone, open_copy, open_recording, sound_of
from callcenter.store.engine import Sessions

# The browser may keep the sound for its own seeking, but asks again, so that who signed out hears nothing.
HEADERS = {"Cache-Control": "private, no-cache"}


def recording_routes(sessions: Sessions, library: Library, may_hear: MayHear = nobody_else) -> APIRouter:
    """`/api/recordings/{id}/audio`, whole or by ranges, and `/sound`: who talks when."""
    routes = APIRouter()

    @routes.head("/api/recordings/{recording_id}/audio", include_in_schema=False, response_class=FileResponse)
    @routes.get("/api/recordings/{recording_id}/audio", response_class=FileResponse)
    async def give(
        recording_id: RecordingId,
        request: Request,
        account: Annotated[Account, requires(reach="scoped")],
        side: Side | Literal["stereo"] = "mix",
        play: Annotated[str, Query(pattern=PLAY)] | None = None,
    ) -> FileResponse:
        await check_may_hear(sessions, may_hear, account, recording_id)
        answer = await _sound(recording_id, side)
        if request.method == "GET":
            # Before a byte is sent: where it cannot be written down, nobody hears anything.
            await note_asked(sessions, listener_of(request, account, library.clock()), recording_id, play or "")
        return answer

    async def _sound(recording_id: int, side: Side | Literal["stereo"]) -> FileResponse:
        if side == "stereo" or (side == "mix" and await is_copy_alone(sessions, recording_id)):
            copy = await open_copy(sessions, library, recording_id)
            return giving(copy.sound, media_type=copy.media_type, headers=HEADERS)
        recording = await open_recording(sessions, library, recording_id, side)
        return giving(recording, media_type="audio/wav", headers=HEADERS)

    @routes.get("/api/recordings/{recording_id}/sound", response_model=answers.Sound | None)
    async def sound(
        recording_id: RecordingId, account: Annotated[Account, requires(reach="scoped")]
    ) -> dict[str, Any] | None:
        await check_may_hear(sessions, may_hear, account, recording_id)
        return await sound_of(sessions, recording_id)

    return routes
