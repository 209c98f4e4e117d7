"""How an export and its parts stand, and what a file in it is called. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, tzinfo
from enum import StrEnum

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant

LONGEST_REASON = 500
GAP = re.compile(r"[-.]{2,}")
LONGEST_WORD_BYTES = 48
"""Of each word of a file's name: the whole stays below the 255 bytes that file systems allow."""

SPARED_BYTES = 1024**3
"""An export leaves so much of the disk to the server, which keeps its journal there."""


class ExportState(StrEnum):
    """`waiting` for those before it, `running`, `done`: to be downloaded; the others have no file (any more)."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    EXPIRED = "expired"


UNDER_WAY = (ExportState.WAITING, ExportState.RUNNING)


class PartState(StrEnum):
    """What became of a recording: `packed`, or why it is left out.

    `deleted` when its time was over (retention), `missing` where no file is found, `writing` while Asterisk still
    writes it, `unreadable` for a file that is no sound or whose disk fails, `empty` where nothing was recorded.
    """

    WAITING = "waiting"
    PACKED = "packed"
    DELETED = "deleted"
    MISSING = "missing"
    WRITING = "writing"
    UNREADABLE = "unreadable"
    EMPTY = "empty"


def checked_reason(typed: str) -> str:
    """Why somebody wants recordings. Raises BadInput where it does not say."""
    reason = " ".join(typed.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(f"a reason has 1 to {LONGEST_REASON} characters", field="reason")
    return reason


def entry_name(at: Instant, zone: tzinfo, words: Sequence[str], recording_id: int, ending: str) -> str:
    """The name of a recording in the archive: when it began on the centre's clock, and what it is known by.

    What systems give a meaning (slashes, colons, dots at the beginning, control characters) is not in it. The number of
    the recording makes it the only one.
    """
    began = datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d_%H%M%S")
    parts = [began, *filter(None, map(safe_word, words)), str(recording_id)]
    return f"audio/{'_'.join(parts)}{ending}"


def safe_word(text: str) -> str:
    """The letters and digits of a text, hyphens and inner dots; anything else becomes a hyphen."""
    plain = "".join(sign if sign.isalnum() or sign == "." else "-" for sign in unicodedata.normalize("NFC", text))
    plain = GAP.sub("-", plain)
    return plain.encode()[:LONGEST_WORD_BYTES].decode(errors="ignore").strip("-.")
