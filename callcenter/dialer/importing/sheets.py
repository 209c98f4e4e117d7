"""The table in a file: CSV as people have it, or the first sheet of an XLSX workbook. Pure.

CSV is UTF-8 (with or without BOM) or GB18030, separated by comma, semicolon or tab. The first row names the columns.
"""

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO

from msgspec import Struct
from python_calamine import CalamineError, CalamineWorkbook

from callcenter.errors import BadInput

MAX_BYTES = 32 * 1024 * 1024
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
"""Of a workbook, which is a ZIP archive: a small one can unpack to more than any memory."""
MAX_COLUMNS = 50
ZIP_MARK = b"PK\x03\x04"


class Broken(Struct, frozen=True):
    """A record that cannot be read, and why."""

    line: int
    reason: str


Record = tuple[int, list[str]]
"""The line where a record begins (from 1, the header's) and its values, as they stand there."""


def read_file(content: bytes) -> tuple[list[str], Iterator[Record | Broken]]:
    """The names of the columns, and each record that is not blank. Raises BadInput where the file cannot be read."""
    if len(content) > MAX_BYTES:
        raise BadInput(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB", field="file")
    records = _workbook(content) if content.startswith(ZIP_MARK) else _csv(_decode(content))
    header = next(records, None)
    if header is None or isinstance(header, Broken):
        raise BadInput("The file is empty or its first row cannot be read", field="file")
    names = [name.strip() for name in header[1]]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise BadInput(f"The file has more than {MAX_COLUMNS} columns", field="file")
    words = [name.lower() for name in names]
    twice = next((name for name, word in zip(names, words, strict=True) if word and words.count(word) > 1), None)
    if twice:
        raise BadInput(f"Two columns are called {twice!r}", field="file")
    return names, records


# --- CSV --------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    if b"\0" in content:
        raise BadInput("The file is neither text nor a workbook; save it as CSV (UTF-8) or XLSX", field="file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("The file is neither UTF-8 nor GB18030; save it as CSV (UTF-8)", field="file")


def _delimiter(text: str) -> str:
    """The separator that stands most often in the first line that is not blank."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)


def _csv(text: str) -> Iterator[Record | Broken]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(line, f"not CSV: {error}")
            continue
        if any(value.strip() for value in record):
            yield line, record


# --- XLSX -------------------------------------------------------------------------------------------------------

Cell = int | float | str | bool | time | date | datetime | timedelta


def _workbook(content: bytes) -> Iterator[Record | Broken]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise BadInput(f"The workbook unpacks to {unpacked // 1024 // 1024} MiB; save it as CSV", field="file")
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        rows = workbook.get_sheet_by_index(0).iter_rows()
    except (zipfile.BadZipFile, CalamineError, IndexError, ValueError) as error:
        raise BadInput("The file is no workbook that can be read; save it as XLSX or CSV", field="file") from error
    for line, row in enumerate(rows, start=1):
        values = [_text(cell) for cell in row]
        if any(value.strip() for value in values):
            while values and not values[-1]:
                values.pop()
            yield line, values


def _text(cell: Cell) -> str:
    """A cell as somebody would write it: a number typed into a spreadsheet is one without a decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "seconds")
    return str(cell)
