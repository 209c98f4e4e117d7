"""The routes of the library: clips, their sound, and playlists of them (docs/api.md, Library)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse
from msgspec import convert, to_builtins
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.errors import BadInput
from callcenter.forms.shapes import Row, Shape
from callcenter.masks import check_searched_words
from callcenter.quality.clip_tables import Clip
from callcenter.quality.clips import answers, playlists, service
from callcenter.quality.clips.cutting import Cutter
from callcenter.quality.clips.playlists import Draft, SeenPlaylist
from callcenter.quality.clips.rules import MOST_CLIPS, Audience, CallLanguage, Card, ClipKind, manages
from callcenter.quality.clips.service import Cutting, Seen, Wanted
from callcenter.quality.rules import Words
from callcenter.quality.shapes import GuidanceShape, LabelShape
from callcenter.recordings import sounding
from callcenter.recordings.access_api import PLAY, Played, listener_of
from callcenter.recordings.accesses import note_asked, note_heard
from callcenter.recordings.answers import Sounding
from callcenter.recordings.api import HEADERS
from callcenter.recordings.giving import giving
from callcenter.recordings.rules import checked_spans
from callcenter.store.engine import Sessions

Hearer = Annotated[Account, requires("hear_clips", reach="shared")]
Manager = Annotated[Account, requires("manage_clips")]
Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
Topic = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Version = Annotated[int, Field(ge=1, le=2**31 - 2)]
When = Annotated[float, Field(ge=0, le=4e9)]
PlayOf = Annotated[str, Path(pattern=PLAY)]


class ClipQuery(Shape):
    """Which clips; `cursor` is `next` of the page before."""

    kind: ClipKind | None = None
    topic: Word | None = None
    language: CallLanguage | None = None
    text: Word | None = None
    recording: Row | None = None
    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def wanted(self) -> Wanted:
        """The same for the service."""
        return Wanted(
            kind=self.kind, topic=self.topic, language=self.language, text=self.text, recording_id=self.recording
        )


class CardShape(Shape):
    """What is said of a clip; without a word on it, the agent of a problem clip is hidden from agents."""

    kind: ClipKind
    title: LabelShape
    note: GuidanceShape = GuidanceShape()
    topics: Annotated[tuple[Topic, ...], Field(max_length=50)] = ()
    language: CallLanguage
    audience: Audience = Audience.PLAYLISTS
    hides_agent: bool | None = None
    kept_until: When

    def card(self) -> Card:
        """The same for the service."""
        hides = self.kind is ClipKind.PROBLEM if self.hides_agent is None else self.hides_agent
        return Card(
            kind=self.kind,
            title=convert(self.title.model_dump(), Words),
            note=convert(self.note.model_dump(), Words),
            topics=self.topics,
            language=self.language,
            audience=self.audience,
            hides_agent=hides,
            kept_until=self.kept_until,
        )


class NewClipShape(CardShape):
    """A span of a recording to make a clip of."""

    recording_id: Row
    from_seconds: Seconds
    to_seconds: Seconds


class ChangedClipShape(CardShape):
    """What is to be said of a clip; `version` is the one that was read."""

    version: Version


class PlaylistShape(Shape):
    """A playlist; `clips` are ids in order."""

    title: LabelShape
    description: GuidanceShape = GuidanceShape()
    is_published: bool = False
    clips: Annotated[tuple[Row, ...], Field(max_length=MOST_CLIPS)] = ()

    def draft(self) -> Draft:
        """The same for the service."""
        return Draft(
            convert(self.title.model_dump(), Words),
            convert(self.description.model_dump(), Words),
            self.is_published,
            self.clips,
        )


class ChangedPlaylistShape(PlaylistShape):
    """What is to become of a playlist; `version` is the one that was read."""

    version: Version


def clip_routes(sessions: Sessions, cutter: Cutter) -> APIRouter:
    """`/api/clips` and `/api/playlists`: managed by who trains, seen and heard by who learns."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _reading_routes(routes, sessions, cutter)
    _managing_routes(routes, sessions, cutter)
    _hearing_routes(routes, sessions, cutter)
    _playlist_routes(routes, sessions, cutter)
    return routes


def _reading_routes(routes: APIRouter, sessions: Sessions, cutter: Cutter) -> None:
    clock = cutter.library.clock

    @routes.get("/clips", response_model=answers.ClipsPage)
    async def page(query: Annotated[ClipQuery, Query()], account: Hearer) -> dict[str, Any]:
        if not account.sees_numbers:
            check_searched_words(query.text, "text")
        found = await service.clips(
            sessions, query.wanted(), account, clock(), before=query.cursor, limit=query.limit + 1
        )
        shown = found[: query.limit]
        following = shown[-1].clip.id if len(found) > query.limit else None
        return {"clips": [_shape(one, account) for one in shown], "next": following}

    @routes.get("/clips/topics", response_model=answers.ClipTopics)
    async def topics(account: Hearer) -> dict[str, Any]:
        found = await service.topics(sessions, account, clock())
        return {"topics": [{"topic": topic, "clips": count} for topic, count in found]}

    @routes.get("/clips/{clip_id}", response_model=answers.Clip)
    async def one(clip_id: Row, account: Hearer) -> dict[str, Any]:
        return _shape(await service.clip(sessions, clip_id, account, clock()), account)


def _managing_routes(routes: APIRouter, sessions: Sessions, cutter: Cutter) -> None:
    clock = cutter.library.clock

    @routes.post("/clips", response_model=answers.Clip, status_code=201)
    async def make(shape: NewClipShape, account: Manager) -> dict[str, Any]:
        wanted = Cutting(shape.recording_id, shape.from_seconds, shape.to_seconds, shape.card())
        return _shape(await service.make_clip(sessions, cutter, wanted, account), account)

    @routes.put("/clips/{clip_id}", response_model=answers.Clip)
    async def change(clip_id: Row, shape: ChangedClipShape, account: Manager) -> dict[str, Any]:
        changed = await service.change_clip(sessions, clip_id, shape.card(), shape.version, account, clock())
        return _shape(changed, account)

    @routes.delete("/clips/{clip_id}", status_code=204, dependencies=[requires("manage_clips")])
    async def remove(clip_id: Row) -> None:
        await service.delete_clip(sessions, cutter, clip_id)


def _hearing_routes(routes: APIRouter, sessions: Sessions, cutter: Cutter) -> None:
    clock = cutter.library.clock

    @routes.head("/clips/{clip_id}/audio", include_in_schema=False, response_class=FileResponse)
    @routes.get("/clips/{clip_id}/audio", response_class=FileResponse)
    async def give(
        clip_id: Row, request: Request, account: Hearer, play: Annotated[str, Query(pattern=PLAY)]
    ) -> FileResponse:
        clip = await service.sound_of(sessions, clip_id, account, clock())
        copy = await service.open_clip(sessions, cutter, clip)
        if request.method == "GET":
            # Before a byte is sent: where it cannot be written down, nobody hears anything.
            await note_asked(sessions, listener_of(request, account, clock()), clip.recording_id, play, clip_id)
        return giving(copy.sound, media_type=copy.media_type, headers=HEADERS)

    @routes.get("/clips/{clip_id}/sound", response_model=Sounding)
    async def sound(clip_id: Row, account: Hearer) -> dict[str, Any]:
        clip = await service.sound_of(sessions, clip_id, account, clock())
        return sounding.told(clip) | {"has_copy": len(clip.sides) > 1}

    @routes.post("/clips/{clip_id}/plays/{play}", status_code=204)
    async def heard(clip_id: Row, play: PlayOf, played: Played, request: Request, account: Hearer) -> None:
        clip = await service.sound_of(sessions, clip_id, account, clock())
        listener = listener_of(request, account, clock())
        await note_heard(sessions, listener, clip.recording_id, play, _of_recording(played, clip), clip_id)


def _of_recording(played: Played, clip: Clip) -> list[tuple[float, float]]:
    """The spans of a clip that were played, in seconds of its recording. Raises BadInput."""
    spans = checked_spans(played.spans)
    if spans[-1][1] > clip.duration_seconds + 1:
        raise BadInput(f"The clip is {clip.duration_seconds:.1f} s long", field="spans")
    return [(round(clip.from_seconds + start, 3), round(clip.from_seconds + end, 3)) for start, end in spans]


def _playlist_routes(routes: APIRouter, sessions: Sessions, cutter: Cutter) -> None:
    clock = cutter.library.clock

    @routes.get("/playlists", response_model=answers.Playlists)
    async def page(account: Hearer) -> dict[str, Any]:
        found = await playlists.playlists(sessions, account, clock())
        return {"playlists": [_line_shape(one) for one in found]}

    @routes.get("/playlists/{playlist_id}", response_model=answers.Playlist)
    async def one(playlist_id: Row, account: Hearer) -> dict[str, Any]:
        return _playlist_shape(await playlists.playlist(sessions, playlist_id, account, clock()), account)

    @routes.post("/playlists", response_model=answers.Playlist, status_code=201)
    async def make(shape: PlaylistShape, account: Manager) -> dict[str, Any]:
        return _playlist_shape(await playlists.make_playlist(sessions, shape.draft(), account, clock()), account)

    @routes.put("/playlists/{playlist_id}", response_model=answers.Playlist)
    async def change(playlist_id: Row, shape: ChangedPlaylistShape, account: Manager) -> dict[str, Any]:
        changed = await playlists.change_playlist(sessions, playlist_id, shape.draft(), shape.version, account, clock())
        return _playlist_shape(changed, account)

    @routes.delete("/playlists/{playlist_id}", status_code=204, dependencies=[requires("manage_clips")])
    async def remove(playlist_id: Row) -> None:
        await playlists.delete_playlist(sessions, playlist_id)


# --- shapes -----------------------------------------------------------------------------------------------------

TOLD = ("id", "kind", "language", "duration_seconds", "made_at")
TO_MANAGERS = (
    *("recording_id", "pbx", "call_id", "agent_number", "recorded_at", "from_seconds", "to_seconds"),
    *("audience", "hides_agent", "kept_until", "made_by", "version"),
)
"""Whose call it is, and how the clip is managed."""


def _shape(seen: Seen, account: Account) -> dict[str, Any]:
    clip, is_manager = seen.clip, manages(account.permissions)
    shown = {name: getattr(clip, name) for name in TOLD} | {
        "title": to_builtins(Words(clip.title_en, clip.title_zh)),
        "note": to_builtins(Words(clip.note_en, clip.note_zh)),
        "topics": list(seen.topics),
        "agent_name": clip.agent_name if is_manager or not clip.hides_agent else None,
        "is_heard": seen.is_heard,
    }
    if not is_manager:
        return shown
    plays = {"plays": seen.plays.plays, "listeners": seen.plays.listeners}
    return shown | plays | {name: getattr(clip, name) for name in TO_MANAGERS}


def _line_shape(seen: SeenPlaylist) -> dict[str, Any]:
    one = seen.playlist
    return {
        "id": one.id,
        "title": to_builtins(Words(one.title_en, one.title_zh)),
        "description": to_builtins(Words(one.description_en, one.description_zh)),
        "is_published": one.is_published,
        "version": one.version,
        "made_at": one.made_at,
        "count": len(seen.clips),
        "heard": sum(clip.is_heard for clip in seen.clips),
        "duration_seconds": round(sum(clip.clip.duration_seconds for clip in seen.clips), 3),
    }


def _playlist_shape(seen: SeenPlaylist, account: Account) -> dict[str, Any]:
    return _line_shape(seen) | {"clips": [_shape(one, account) for one in seen.clips]}
