"""Which conversation a recording belongs to."""

from collections.abc import Sequence

from callcenter.floor.events import Seconds
from callcenter.floor.facts import Conversation, RecordingFile


def conversation_of(file: RecordingFile, conversations: Sequence[Conversation]) -> Conversation | None:
    """The conversation of the same call that the file holds most of; first of all one of the very channel recorded.

    A recording of the caller's channel goes on through a transfer, so it may hold several; a recording that holds none
    (the caller was never bridged) has no conversation.
    """
    held = [one for one in conversations if _same_call(file, one) and shared_seconds(file, one) > 0]
    return max(held, key=lambda one: (one.leg_id == file.channel_id, shared_seconds(file, one)), default=None)


def shared_seconds(file: RecordingFile, conversation: Conversation) -> Seconds:
    """How long both went on at once; negative: the time between them."""
    return min(file.ended_at, conversation.ended_at) - max(file.began_at, conversation.began_at)


def _same_call(file: RecordingFile, conversation: Conversation) -> bool:
    return (file.pbx, file.call_id) == (conversation.pbx, conversation.call_id)
