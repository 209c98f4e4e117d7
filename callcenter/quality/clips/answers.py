"""What the routes of the library answer, for the API's description (docs/api.md, Clips)."""

from typing import NotRequired

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.answers import Texts
from callcenter.quality.clips.rules import Audience, CallLanguage, ClipKind


class Clip(TypedDict):
    """A clip; whose call it is and how it is managed is told only to who manages clips."""

    id: int
    kind: ClipKind
    language: CallLanguage
    duration_seconds: Seconds
    made_at: Instant
    title: Texts
    note: Texts
    topics: list[str]
    agent_name: str | None
    is_heard: bool
    plays: NotRequired[int]
    listeners: NotRequired[int]
    recording_id: NotRequired[int]
    pbx: NotRequired[str]
    call_id: NotRequired[str]
    agent_number: NotRequired[str]
    recorded_at: NotRequired[Instant]
    from_seconds: NotRequired[Seconds]
    to_seconds: NotRequired[Seconds]
    audience: NotRequired[Audience]
    hides_agent: NotRequired[bool]
    kept_until: NotRequired[Instant]
    made_by: NotRequired[str]
    version: NotRequired[int]


class ClipsPage(TypedDict):
    """A page of clips; `next` is the cursor of the following one."""

    clips: list[Clip]
    next: int | None


class ClipTopic(TypedDict):
    """A topic, and how many clips have it."""

    topic: str
    clips: int


class ClipTopics(TypedDict):
    """The topics in use."""

    topics: list[ClipTopic]


class PlaylistLine(TypedDict):
    """A playlist, how many clips it has and how many of them one has heard."""

    id: int
    title: Texts
    description: Texts
    is_published: bool
    version: int
    made_at: Instant
    count: int
    heard: int
    duration_seconds: Seconds


class Playlists(TypedDict):
    """The playlists that one may hear."""

    playlists: list[PlaylistLine]


class Playlist(PlaylistLine):
    """A playlist with its clips."""

    clips: list[Clip]
