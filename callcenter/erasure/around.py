"""What an erasure works on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import Conflict
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Instant
from callcenter.lines import Line, is_line
from callcenter.recordings.library import Library
from callcenter.store.engine import Sessions
from callcenter.store.erased import Erased

InCall = Callable[[Sequence[Line]], bool]
"""Whether one of these lines is in a call at this moment."""


class NotYet(Conflict):
    """Something must end first: the erasure goes on by itself when it has."""

    code = "not_yet"


@dataclass(frozen=True)
class Around:
    """The data, the audio, the folder of exports, the floor.

    `is_alone`: no server runs that might still measure or listen to a recording.
    """

    sessions: Sessions
    library: Library
    exports: Path
    erased: Erased
    journal_days: int
    in_call: InCall
    clock: Callable[[], Instant]
    is_alone: bool = False


def in_call_on(floor: Floor, region: str) -> InCall:
    """Looks at the calls of the floor."""

    def look(lines: Sequence[Line]) -> bool:
        numbers = [
            number
            for site in floor.sites.values()
            for call in site.calls.values()
            for number in (call.number, call.dialled)
        ]
        numbers += [channel.other_number for site in floor.sites.values() for channel in site.channels.values()]
        return any(is_line(number, line, region) for number in numbers if number for line in lines)

    return look
