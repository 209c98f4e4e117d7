"""What can be a clip, who sees it, and when somebody has heard it. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from callcenter.accounts.rules import Permission
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.rules import Words
from callcenter.recordings.rules import joined_spans, length_of

SHORTEST_SECONDS: Seconds = 1.0
LONGEST_SECONDS: Seconds = 900.0
"""A clip is a moment to learn from; a whole call is in the search of calls."""
LONGEST_KEPT_SECONDS: Seconds = 5 * 366 * 86_400.0
MOST_TOPICS = 10
LONGEST_TOPIC = 40
MOST_CLIPS = 200
"""Of one playlist."""
HEARD_SHARE = 0.9
"""Who has listened to so much of a clip has heard it: the last syllable is often skipped."""
ROUNDING_SECONDS: Seconds = 0.05
"""A player tells the length of a recording rounded: an end so little behind it is meant to be the end."""


class ClipKind(StrEnum):
    """What a clip shows: how it is done, or how not."""

    EXEMPLARY = "exemplary"
    PROBLEM = "problem"


class Audience(StrEnum):
    """To which agents a clip is published: all, or those who are given a playlist that it is in."""

    ALL = "all"
    PLAYLISTS = "playlists"


class CallLanguage(StrEnum):
    """In which language the call is."""

    ENGLISH = "en"
    CHINESE = "zh"
    OTHER = "other"


class Card(Struct, frozen=True, kw_only=True):
    """What a clip says of itself, which can be changed. `hides_agent`: from agents; managers always see the name."""

    kind: ClipKind
    title: Words
    note: Words
    topics: Sequence[str]
    language: CallLanguage
    audience: Audience
    hides_agent: bool
    kept_until: Instant


def manages(permissions: frozenset[Permission]) -> bool:
    """Whether somebody sees every clip, and who is heard in it."""
    return "manage_clips" in permissions


def checked_span(start: Seconds, end: Seconds, duration: Seconds) -> tuple[Seconds, Seconds]:
    """The span to cut out of a recording that is so long. Raises BadInput naming the field."""
    if not 0 <= start < duration:
        raise BadInput(f"The recording is {duration:.1f} s long; begin within it", field="from_seconds")
    if not start < end <= duration + ROUNDING_SECONDS:
        raise BadInput(f"Choose an end behind the beginning, up to {duration:.1f} s", field="to_seconds")
    end = min(end, duration)
    if not SHORTEST_SECONDS <= end - start <= LONGEST_SECONDS:
        raise BadInput(f"A clip lasts {SHORTEST_SECONDS:.0f} to {LONGEST_SECONDS:.0f} s", field="to_seconds")
    return round(start, 3), round(end, 3)


def checked_title(title: Words) -> Words:
    """The title without space around it. Raises BadInput without any in either language."""
    bare = Words(title.en.strip(), title.zh.strip())
    if not (bare.en or bare.zh):
        raise BadInput("Write a title in one of the languages", field="title")
    return bare


def checked_topics(typed: Iterable[str]) -> list[str]:
    """Topics as they are kept, none twice whatever their case. Raises BadInput naming the topic."""
    kept: dict[str, str] = {}
    for nth, one in enumerate(typed):
        topic = " ".join(unicodedata.normalize("NFKC", one).split())
        if not topic or len(topic) > LONGEST_TOPIC or not topic.isprintable():
            raise BadInput(f"A topic has 1 to {LONGEST_TOPIC} visible characters", field=f"topics.{nth}")
        kept.setdefault(topic.casefold(), topic)
    if len(kept) > MOST_TOPICS:
        raise BadInput(f"A clip has at most {MOST_TOPICS} topics", field="topics")
    return list(kept.values())


def checked_card(card: Card, now: Instant) -> Card:
    """The card as it is kept. Raises BadInput naming the field."""
    if not now < card.kept_until <= now + LONGEST_KEPT_SECONDS:
        raise BadInput("A clip is kept until a day to come, at most five years", field="kept_until")
    return Card(
        kind=card.kind,
        title=checked_title(card.title),
        note=Words(card.note.en.strip(), card.note.zh.strip()),
        topics=checked_topics(card.topics),
        language=card.language,
        audience=card.audience,
        hides_agent=card.hides_agent,
        kept_until=card.kept_until,
    )


def check_order(clips: Sequence[int]) -> None:
    """Raises BadInput where a playlist has a clip twice, or too many."""
    if len(clips) > MOST_CLIPS:
        raise BadInput(f"A playlist has at most {MOST_CLIPS} clips", field="clips")
    for nth, clip in enumerate(clips):
        if clip in clips[:nth]:
            raise BadInput("This clip is there twice", field=f"clips.{nth}")


def is_heard(spans: Iterable[Sequence[Seconds]], start: Seconds, end: Seconds) -> bool:
    """Whether these spans of the recording, in any number of plays, make up the clip from `start` to `end`."""
    inside = ((max(first, start), min(last, end)) for first, last in spans if first < end and last > start)
    return length_of(joined_spans(inside)) >= HEARD_SHARE * (end - start)
