"""Facts without the persons who were erased: what a journal, a gap or a queue_log tells again of them is written blank.

A line is known by a digest with a key that lies beside the data and not in the database: who has only the database
cannot try all numbers out. Without any erasure a batch of facts costs one look into an empty table.
"""

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.errors import SetupFailed
from callcenter.floor.facts import AnyFact
from callcenter.floor.terms import Instant
from callcenter.lines import LETTERS, Line, lines_of, numbers_in, stand_in
from callcenter.store.tables import erased_numbers

log = logging.getLogger(__name__)

KEY_FILE = "erasure.key"
KEY_BYTES = 32

BEGINS = ("joined_at", "started_at", "asked_at", "began_at")
NUMBERS, NAME, PATH = ("number", "dialled"), "caller_name", "path"
"""The fields of facts in which a customer is: numbers, the name beside `number`, and the path of a recording."""


class ErasedLine(Struct, frozen=True):
    """A line that was erased: the letters for its digits, and the calls that keep it."""

    stand_in: str
    before: Instant
    held: frozenset[tuple[str, str]] = frozenset()


DIGITS = frozenset("0123456789")

LineOf = Callable[[str], ErasedLine | None]
"""Finds the erased line that a stored number is, however it was written."""


class Erased:
    """Who was erased, as it stands in the database; the key is read when it is first needed, or made."""

    def __init__(self, data_folder: Path, region: str) -> None:
        self._file, self.region = data_folder / KEY_FILE, region
        self._key: bytes | None = None
        self._is_told = False

    def digest(self, line: Line) -> str:
        """What is kept of a line. Raises SetupFailed where there is no key."""
        if self._key is None:
            self._key = self._read()
        return hmac.new(self._key, line.e164.encode(), hashlib.sha256).hexdigest()

    def make_key(self) -> None:
        """Makes the key unless there is one: for the first erasure. Raises SetupFailed."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        except OSError as error:
            raise SetupFailed(f"{self._file} cannot be made: {error.strerror}", field="data_folder") from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> bytes:
        try:
            key = bytes.fromhex(self._file.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise SetupFailed(
                f"{self._file} cannot be read: without it nobody can tell whose data was erased; take it from a backup",
                field="data_folder",
            ) from error
        if len(key) != KEY_BYTES:
            raise SetupFailed(f"{self._file} is not a key of an erasure; take it from a backup", field="data_folder")
        return key

    async def blanked(self, connection: AsyncConnection, facts: Sequence[AnyFact]) -> Sequence[AnyFact]:
        """The facts as they are to be written, in the transaction that writes them."""
        rows = (await connection.execute(select(erased_numbers))).all()
        if not rows:
            return facts
        try:
            line_of = self.line_of(rows)
            return [_blank(fact, line_of) for fact in facts]
        except SetupFailed as error:
            if not self._is_told:
                log.error("Facts are written with the numbers of persons who were erased: %s", error.message)
            self._is_told = True
            return facts

    def line_of(self, rows: Iterable[Any]) -> LineOf:
        """Finds a line among rows of `erased_numbers`; numbers that end otherwise are not looked at."""
        by_digest = {
            row.digest: ErasedLine(row.stand_in, row.before, frozenset((pbx, call) for pbx, call in row.held))
            for row in rows
        }
        ends = {row.end for row in rows}

        def find(stored: str) -> ErasedLine | None:
            if "".join(sign for sign in stored[-8:] if sign in DIGITS)[-2:] not in ends:
                return None
            digests = map(self.digest, lines_of(stored, self.region))
            return next((by_digest[digest] for digest in digests if digest in by_digest), None)

        return find


def new_letters(length: int) -> str:
    """Letters for so many digits, drawn by chance: they say nothing of the number."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _blank(fact: AnyFact, line_of: LineOf) -> AnyFact:
    kind = type(fact)
    begins = next((name for name in BEGINS if name in kind.__struct_fields__), None)
    if begins is None:
        return fact
    key = (fact.pbx, getattr(fact, "call_id", ""))
    began_at = getattr(fact, begins)

    def erased_before(stored: str) -> ErasedLine | None:
        line = line_of(stored)
        return line if line is not None and began_at < line.before and key not in line.held else None

    changed = without_person(structs.asdict(fact), erased_before)
    return structs.replace(fact, **changed) if changed else fact


def without_person(fields: Mapping[str, Any], line_of: LineOf) -> dict[str, str]:
    """The fields of a fact, or of its row, that change when the lines that `line_of` finds are erased."""
    changed = {}
    for name in NUMBERS:
        stored = fields.get(name) or ""
        line = line_of(stored) if stored else None
        if line is not None:
            changed[name] = stand_in(stored, line.stand_in)
    if "number" in changed and fields.get(NAME):
        changed[NAME] = ""
    path = fields.get(PATH) or ""
    blank = path_without(path, line_of)
    return changed | ({PATH: blank} if blank != path else {})


def path_without(path: str, line_of: LineOf) -> str:
    """The path of a recording with letters for the digits of these lines: some PBXs name files by who called."""
    for number in numbers_in(path):
        line = line_of(number)
        if line is not None:
            path = path.replace(number, stand_in(number, line.stand_in))
    return path
