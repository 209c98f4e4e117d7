"""The routes that play recordings (docs/api.md, Calls and recordings)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse

from callcenter.accounts.api import requires
from callcenter.recordings.audio import Side
from callcenter.recordings.copying import MEDIA_TYPES
from callcenter.recordings.library import Library
from callcenter.recordings.service import open_copy, open_recording, sound_of
from callcenter.store.engine import Sessions

RecordingId = Annotated[int, Path(ge=1, lt=2**63)]

# The browser may keep the sound for its own seeking, but asks again, so that who signed out hears nothing.
HEADERS = {"Cache-Control": "private, no-cache"}


def recording_routes(sessions: Sessions, library: Library) -> APIRouter:
    """`/api/recordings/{id}/audio`, whole or by ranges, and `/sound`: who talks when."""
    routes = APIRouter(dependencies=[requires("hear_recordings")])

    @routes.api_route("/api/recordings/{recording_id}/audio", methods=["GET", "HEAD"], response_class=FileResponse)
    async def play(recording_id: RecordingId, side: Side | Literal["stereo"] = "mix") -> FileResponse:
        if side == "stereo":
            copy = await open_copy(sessions, library, recording_id)
            return FileResponse(copy, media_type=MEDIA_TYPES[copy.suffix], headers=HEADERS)
        path = await open_recording(sessions, library, recording_id, side)
        return FileResponse(path, media_type="audio/wav", headers=HEADERS)

    @routes.get("/api/recordings/{recording_id}/sound")
    async def sound(recording_id: RecordingId) -> dict[str, Any] | None:
        return await sound_of(sessions, recording_id)

    return routes
