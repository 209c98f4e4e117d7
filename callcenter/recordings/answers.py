"""What the routes of recordings answer, for the API's description (docs/api.md, Calls and recordings)."""

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant, Seconds
from callcenter.recordings.audio import Side
from callcenter.recordings.rules import AccessKind

Stretch = tuple[Seconds, Seconds]
"""From and until, in seconds from the beginning."""


class SoundSide(TypedDict):
    """When one side talks and is silent; `peaks` are 0-1, evenly spread over the whole."""

    side: Side
    is_audible: bool
    talk_seconds: Seconds
    talk: list[Stretch]
    silence: list[Stretch]
    peaks: list[float]


class Sounding(TypedDict):
    """Who talks when."""

    duration_seconds: Seconds
    sides: list[SoundSide]
    talk_over: list[Stretch]
    talk_over_seconds: Seconds
    has_copy: bool


class Sound(Sounding):
    """The same of a recording, and how well it could be read."""

    repaired: bool
    sha256: str
    failure: str


class ShipmentLooked(TypedDict):
    """Of the files that were told: those that are not here, those whose time is over, and those of another size."""

    wanted: list[str]
    deleted: list[str]
    different: list[str]


class Received(TypedDict):
    """How many bytes of a file are here."""

    received: int


class Listened(TypedDict):
    """Who listened to a recording, by play or download; of a clip `spans` are of its own time."""

    username: str
    began_at: Instant
    last_at: Instant
    kind: AccessKind
    address: str
    api_key: int | None
    clip_id: int | None
    spans: list[Stretch]
    seconds: Seconds


class Listeners(TypedDict):
    """Who listened, the latest first."""

    accesses: list[Listened]


class Access(TypedDict):
    """An entry of the log of who listened."""

    id: int
    at: Instant
    username: str
    address: str
    api_key: int | None
    kind: AccessKind
    recording_id: int
    clip_id: int | None
    pbx: str | None
    call_id: str | None
    began_at: Instant | None
    number: str | None
    spans: list[Stretch]
    seconds: Seconds


class AccessesPage(TypedDict):
    """A page of the log, newest first; `next` is the cursor of the following one."""

    accesses: list[Access]
    next: int | None
