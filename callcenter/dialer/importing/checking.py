"""Reads an imported file in a process of its own: 100,000 rows are many seconds of computing, during which the floor
must go on being shown.

The process gets a plan (one line of JSON) and the file on standard input, and tells on standard output, one line each:
how many rows there are, what became of them by the thousand, or why the file cannot be read. It ends with its parent,
whose end closes both.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from callcenter.dialer.importing.rows import Plan, Row, RowError, Sheet, become, records_of, sheet_of
from callcenter.errors import BadInput, SetupFailed
from callcenter.store.batches import in_batches

CHUNK = 1000
LONGEST_LINE = 2**27

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


class Found(Struct, frozen=True):
    """One line of the answer. `fault` is why the file cannot be read; `column` is that of the number."""

    total: int = 0
    column: str = ""
    rows: list[Row] = []
    errors: list[RowError] = []
    fault: str = ""
    field: str = ""


async def check(content: bytes, plan: Plan, progress: Progress) -> tuple[str, Sheet]:
    """The name of the column with the number, and what the rows become.

    Raises BadInput where the file as a whole cannot be read.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
    )  # fmt: skip
    try:
        return await _converse(process, msgspec.json.encode(plan) + b"\n" + content, progress)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def _converse(process: asyncio.subprocess.Process, task: bytes, progress: Progress) -> tuple[str, Sheet]:
    if process.stdin is None or process.stdout is None:
        raise SetupFailed("The process that reads files has no pipes")
    with contextlib.suppress(ConnectionError):
        process.stdin.write(task)
        await process.stdin.drain()
        process.stdin.close()
    head, sheet = Found(), Sheet([], [], [], 0)
    async for line in process.stdout:
        found = msgspec.json.decode(line, type=Found)
        if found.fault:
            raise BadInput(found.fault, field=found.field)
        head = found if found.column else head
        sheet.rows.extend(found.rows)
        sheet.errors.extend(found.errors)
        progress(len(sheet.rows) + len(sheet.errors), head.total)
    if not head.column or await process.wait() != 0:
        raise SetupFailed("The process that reads files has failed; the server's log says why")
    return head.column, replace(sheet, row_count=len(sheet.rows) + len(sheet.errors))


# --- in the process ---------------------------------------------------------------------------------------------


def answers(plan: Plan, content: bytes) -> Iterator[Found]:
    """What is told of a file."""
    try:
        columns, records = records_of(content, plan)
    except BadInput as error:
        yield Found(fault=error.message, field=error.field or "")
        return
    yield Found(total=len(records), column=columns.number_name)
    for part in in_batches(records, CHUNK):
        some = sheet_of([become(record, columns, plan) for record in part])
        yield Found(rows=some.rows, errors=some.errors)


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers one task."""
    plan = msgspec.json.decode(source.readline(), type=Plan)
    for found in answers(plan, source.read()):
        sink.write(msgspec.json.encode(found) + b"\n")
        sink.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
