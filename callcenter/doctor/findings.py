"""What a check finds, and what a check is: one row of a table in the module that holds its function."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from callcenter.asterisk.examination import Examination, Reached
from callcenter.errors import SetupFailed
from callcenter.recordings.keys import KeysInUse
from callcenter.settings import Settings
from callcenter.store.engine import Schema


class Status(StrEnum):
    """How a check ended; `unknown` is what could not be looked at, and is no fault by itself."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, what it means, and what to do about it ("" when nothing is to be done)."""

    status: Status
    said: str
    advice: str = ""


def ok(said: str) -> Finding:
    """All is well."""
    return Finding(Status.OK, said)


def warning(said: str, advice: str) -> Finding:
    """The server runs, but something is worse than it need be."""
    return Finding(Status.WARNING, said, advice)


def error(said: str, advice: str) -> Finding:
    """Something will not work, or figures will be wrong."""
    return Finding(Status.ERROR, said, advice)


def unknown(said: str, advice: str = "") -> Finding:
    """It cannot be known now."""
    return Finding(Status.UNKNOWN, said, advice)


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that was looked at for the checks of the whole centre.

    `schema` is the database's, None where a SQLite file is not there yet, or why it could not be read. `keys` are those
    of encrypted files, None where they could not be read. `takes_complaints`: a rule of a callback list does, None
    where that could not be read.
    """

    settings: Settings
    examinations: tuple[Examination, ...]
    schema: Schema | SetupFailed | None
    keys: KeysInUse | None = None
    takes_complaints: bool | None = None

    @property
    def answering(self) -> tuple[Examination, ...]:
        """The PBXs that told their queues."""
        return tuple(found for found in self.examinations if found.lists.get("QueueStatus") is not None)


class PbxCheck(NamedTuple):
    """A check of each PBX, made when the connection to it came as far as `needs`."""

    name: str
    title: str
    needs: Reached
    look: Callable[[Examination, Settings], Finding]


class CentreCheck(NamedTuple):
    """A check of the whole centre or of this machine."""

    name: str
    title: str
    look: Callable[[Visit], Finding]
