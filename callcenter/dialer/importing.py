"""Reads a CSV file of targets: every bad row and every duplicate is told with its line, nothing is guessed. Pure.

Accepts UTF-8 (with or without BOM) and GB18030, and comma, semicolon or tab. The first row names the columns.
"""

import csv
from collections.abc import Iterator
from enum import StrEnum
from io import StringIO

import phonenumbers
from msgspec import Struct

from callcenter.errors import BadInput

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 50
MAX_VALUE_LENGTH = 1000
MAX_NAME_LENGTH = 200

NUMBER_COLUMNS = frozenset({"number", "phone", "电话"})
NAME_COLUMNS = frozenset({"name", "姓名"})
# Calling these costs us money for every minute: a list full of them is a known fraud.
COSTLY = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})


class RowFault(StrEnum):
    """What can be wrong with a row; the panel has its words for each, so a value never changes."""

    NOT_CSV = "not_csv"
    TOO_MANY_VALUES = "too_many_values"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    NOT_A_NUMBER = "not_a_number"
    HAS_EXTENSION = "has_extension"
    INVALID_NUMBER = "invalid_number"
    COSTLY_NUMBER = "costly_number"


class Known(StrEnum):
    """From where a duplicate is known."""

    FROM_FILE = "from_file"
    FROM_LIST = "from_list"


class NumberRefused(ValueError):
    """A number that cannot be called: which fault, and the reason in words."""

    def __init__(self, fault: RowFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


class Row(Struct, frozen=True):
    """A good row: `number` is E.164 (`+` and digits); the other columns are `attributes`."""

    line: int
    number: str
    name: str
    attributes: dict[str, str]


class RowError(Struct, frozen=True):
    """What is wrong in which line (from 1, the header's) and column; "" where it concerns the whole row.

    `reason` says it in English, with what `code` cannot tell: a limit, a country.
    """

    line: int
    column: str
    value: str
    code: RowFault
    reason: str


class Duplicate(Struct, frozen=True):
    """A number that came before: in line `first_line` of the file, or (None) in the list."""

    line: int
    number: str
    code: Known
    first_line: int | None


class Sheet(Struct, frozen=True):
    """What a file holds."""

    rows: list[Row]
    errors: list[RowError]
    duplicates: list[Duplicate]
    row_count: int


class _Columns(Struct, frozen=True):
    """The header: all names, and where number and name stand (`name` None if there is none)."""

    names: list[str]
    number: int
    name: int | None


def read_sheet(content: bytes, region: str) -> Sheet:
    """Reads a file; `region` is where national numbers are.

    Raises BadInput where the file as a whole cannot be read: size, encoding, header.
    """
    text = _decode(content)
    records = _records(text)
    header = next(records, None)
    if header is None or isinstance(header, RowError):
        raise BadInput("The file is empty or its first row cannot be read", field="file")
    columns = _header(header[1])
    rows: list[Row] = []
    errors: list[RowError] = []
    row_count = 0
    for record in records:
        row_count += 1
        if row_count > MAX_ROWS:
            raise BadInput(f"The file has more than {MAX_ROWS} rows; import it in parts", field="file")
        row = record if isinstance(record, RowError) else _row(*record, columns, region)
        if isinstance(row, RowError):
            errors.append(row)
        else:
            rows.append(row)
    return _without_duplicates(rows, errors, row_count)


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise BadInput(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB", field="file")
    if b"\0" in content:
        raise BadInput("The file is no text; save it as CSV (UTF-8)", field="file")
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


def _records(text: str) -> Iterator[tuple[int, list[str]] | RowError]:
    """Each record that is not blank, with the line where it begins; a RowError where quotes are broken."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowError(line, "", "", RowFault.NOT_CSV, f"not CSV: {error}")
            continue
        if any(value.strip() for value in record):
            yield line, record


def _header(names: list[str]) -> _Columns:
    names = [name.strip() for name in names]
    words = [name.lower() for name in names]
    if len(names) > MAX_COLUMNS:
        raise BadInput(f"The file has more than {MAX_COLUMNS} columns", field="file")
    twice = next((name for name, word in zip(names, words, strict=True) if word and words.count(word) > 1), None)
    if twice:
        raise BadInput(f"Two columns are called {twice!r}", field="file")
    numbers = [index for index, word in enumerate(words) if word in NUMBER_COLUMNS]
    if len(numbers) != 1:
        raise BadInput("The first row must name one column 'number' (or 'phone', '电话')", field="file")
    return _Columns(names, numbers[0], next((index for index, word in enumerate(words) if word in NAME_COLUMNS), None))


def _row(line: int, values: list[str], columns: _Columns, region: str) -> Row | RowError:
    if len(values) > len(columns.names):
        spare = values[len(columns.names)]
        return RowError(line, "", spare, RowFault.TOO_MANY_VALUES, "more values than columns")
    values = [value.strip() for value in values] + [""] * (len(columns.names) - len(values))
    for index, value in enumerate(values):
        limit = MAX_NAME_LENGTH if index == columns.name else MAX_VALUE_LENGTH
        if len(value) > limit:
            reason = f"longer than {limit} characters"
            return RowError(line, columns.names[index], value[:50] + "…", RowFault.TOO_LONG, reason)
    try:
        number = read_number(values[columns.number], region)
    except NumberRefused as error:
        return RowError(line, columns.names[columns.number], values[columns.number], error.fault, str(error))
    plain = {columns.number, columns.name}
    attributes = {
        name: value for index, (name, value) in enumerate(zip(columns.names, values, strict=True)) if index not in plain
    }
    attributes.pop("", None)
    return Row(line, number, "" if columns.name is None else values[columns.name], attributes)


def read_number(text: str, region: str) -> str:
    """A number written by somebody as `+` and digits, one spelling for each line in the world.

    Raises NumberRefused if it cannot be called.
    """
    if not text:
        raise NumberRefused(RowFault.NO_NUMBER, "no number")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise NumberRefused(RowFault.NOT_A_NUMBER, "not a phone number") from None
    if number.extension:
        raise NumberRefused(RowFault.HAS_EXTENSION, "has an extension, which cannot be dialled")
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        raise NumberRefused(RowFault.INVALID_NUMBER, f"no valid number in +{number.country_code}")
    if kind in COSTLY:
        raise NumberRefused(RowFault.COSTLY_NUMBER, "a premium-rate or shared-cost number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _without_duplicates(rows: list[Row], errors: list[RowError], row_count: int) -> Sheet:
    first_lines: dict[str, int] = {}
    kept: list[Row] = []
    duplicates: list[Duplicate] = []
    for row in rows:
        first_line = first_lines.setdefault(row.number, row.line)
        if first_line == row.line:
            kept.append(row)
        else:
            duplicates.append(Duplicate(row.line, row.number, Known.FROM_FILE, first_line))
    return Sheet(kept, errors, duplicates, row_count)


def without_known(sheet: Sheet, known: frozenset[str]) -> Sheet:
    """The sheet without the numbers that the list has already: they become duplicates without a first line."""
    duplicates = [Duplicate(row.line, row.number, Known.FROM_LIST, None) for row in sheet.rows if row.number in known]
    return Sheet(
        [row for row in sheet.rows if row.number not in known],
        sheet.errors,
        sorted([*duplicates, *sheet.duplicates], key=lambda duplicate: duplicate.line),
        sheet.row_count,
    )
