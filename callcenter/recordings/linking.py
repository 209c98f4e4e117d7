"""Which conversation a recording belongs to, and when its sound begins."""

from collections.abc import Sequence

from callcenter.floor.facts import Conversation, RecordingFile
from callcenter.floor.terms import Instant, Seconds

ROUNDING_SECONDS: Seconds = 1.0
"""A file without gaps may be this much shorter than its events say."""


def conversation_of(file: RecordingFile, conversations: Sequence[Conversation]) -> Conversation | None:
    """The conversation of the same call that the file holds most of; first of all one of the very channel recorded.

    A recording of the caller's channel goes on through a transfer, so it may hold several; a recording that holds none
    (the caller was never bridged) has no conversation.
    """
    held = _held(file, conversations)
    return max(held, key=lambda one: (one.leg_id == file.channel_id, shared_seconds(file, one)), default=None)


def sound_begins_at(file: RecordingFile, duration_seconds: Seconds, conversations: Sequence[Conversation]) -> Instant:
    """When the first sound of the file was heard.

    The shipped dialplan keeps only what is said in a bridge (MixMonitor's option b): such a file is shorter than the
    time from its beginning to its end, and its sound begins with the first conversation.
    """
    is_whole = duration_seconds >= file.ended_at - file.began_at - ROUNDING_SECONDS
    begins = [] if is_whole else [one.began_at for one in _held(file, conversations)]
    return max(file.began_at, min(begins, default=file.began_at))


def shared_seconds(file: RecordingFile, conversation: Conversation) -> Seconds:
    """How long both went on at once; negative: the time between them."""
    return min(file.ended_at, conversation.ended_at) - max(file.began_at, conversation.began_at)


def _held(file: RecordingFile, conversations: Sequence[Conversation]) -> list[Conversation]:
    return [one for one in conversations if _same_call(file, one) and shared_seconds(file, one) > 0]


def _same_call(file: RecordingFile, conversation: Conversation) -> bool:
    return (file.pbx, file.call_id) == (conversation.pbx, conversation.call_id)
