"""Rows of a file become shifts: each is a part, those of one agent and date together are a shift. Pure.

The columns are agent, date, kind, start and end, in English or Chinese; others are left aside. A part that ends before
it starts ends on the next date; the hours of the next date can also be written from 24 on (26:30).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from io import StringIO

from msgspec import Struct

from callcenter.dialer.importing.columns import word_of
from callcenter.dialer.importing.error_file import HEADS, Language
from callcenter.dialer.importing.sheets import Broken, read_file
from callcenter.errors import BadInput
from callcenter.shifts.rules import DAY_MINUTES, BadShift, Kind, Misfit, Part, checked_parts
from callcenter.spreadsheets import harmless

MOST_ROWS = 20_000
MOST_BYTES = 4 * 1024 * 1024
LONGEST_SHOWN = 80


class Column(StrEnum):
    """What a column of the file is."""

    AGENT = "agent"
    DATE = "date"
    KIND = "kind"
    START = "start"
    END = "end"


HEADERS: Mapping[Column, frozenset[str]] = {
    Column.AGENT: frozenset({"agent", "agent number", "number", "工号", "坐席", "坐席工号"}),
    Column.DATE: frozenset({"date", "day", "日期"}),
    Column.KIND: frozenset({"kind", "type", "activity", "类型", "安排", "活动"}),
    Column.START: frozenset({"start", "from", "begins", "开始", "开始时间"}),
    Column.END: frozenset({"end", "to", "until", "ends", "结束", "结束时间"}),
}

KIND_WORDS: Mapping[str, Kind] = {
    **{word_of(kind): kind for kind in Kind},
    "duty": Kind.ON_POST,
    "wrap up of the day": Kind.CLOSING,
    "preparation": Kind.BRIEFING,
    "在岗": Kind.ON_POST,
    "值班": Kind.ON_POST,
    "班前会": Kind.BRIEFING,
    "准备": Kind.BRIEFING,
    "小休": Kind.BREAK,
    "休息": Kind.BREAK,
    "用餐": Kind.MEAL,
    "培训": Kind.TRAINING,
    "会议": Kind.MEETING,
    "收尾": Kind.CLOSING,
}
"""What a kind may be called in a file."""


class Fault(StrEnum):
    """What is wrong with a row."""

    NOT_CSV = "not_csv"
    TOO_MANY_VALUES = "too_many_values"
    UNKNOWN_AGENT = "unknown_agent"
    BAD_DATE = "bad_date"
    UNKNOWN_KIND = "unknown_kind"
    BAD_TIME = "bad_time"
    PART_COUNT = Misfit.PART_COUNT.value
    NO_LENGTH = Misfit.NO_LENGTH.value
    OVERLAP = Misfit.OVERLAP.value
    TOO_LONG = Misfit.TOO_LONG.value
    STARTS_LATE = Misfit.STARTS_LATE.value


REASONS: Mapping[Fault, tuple[str, str]] = {
    Fault.NOT_CSV: ("this cannot be read as CSV: look at its quotes", "无法按 CSV 读取：请检查引号"),
    Fault.TOO_MANY_VALUES: ("more values than columns", "值比列多"),
    Fault.UNKNOWN_AGENT: ("there is no agent of this number", "没有此工号的坐席"),
    Fault.BAD_DATE: ("no date; write 2026-11-30", "不是日期；请写 2026-11-30"),
    Fault.UNKNOWN_KIND: (
        f"no kind; one of {', '.join(Kind)}",
        "没有此类型；请写在岗、班前会、小休、用餐、培训、会议或收尾",
    ),
    Fault.BAD_TIME: ("no time; write 09:30", "不是时间；请写 09:30"),
    Fault.PART_COUNT: ("a shift has {} parts", "一个班次有 {} 段"),
    Fault.NO_LENGTH: ("{} does not end after it starts, within two days", "{} 未在两天之内、开始之后结束"),
    Fault.OVERLAP: ("these parts are at the same time: {}", "这些时段重叠：{}"),
    Fault.TOO_LONG: ("a shift lasts at most 24 hours: {}", "班次最长 24 小时：{}"),
    Fault.STARTS_LATE: ("a shift starts on its own date: {}", "班次须在当天开始：{}"),
}
"""What a fault is called in English and in Chinese."""


class RowError(Struct, frozen=True):
    """A row that cannot be imported: its line in the file, the column and value at fault.

    `detail` is what the reason names (times, a count), in no language.
    """

    line: int
    column: str
    value: str
    code: Fault
    detail: str = ""

    def reason(self, language: Language) -> str:
        """The same in words."""
        return REASONS[self.code][language == "zh"].format(self.detail)


class Sheet(Struct, frozen=True):
    """What a file says: its shifts, or what is wrong with it; with an error nothing of it is imported."""

    rows: int
    shifts: Mapping[tuple[str, date], tuple[Part, ...]]
    errors: Sequence[RowError]


def read_shifts(content: bytes, agents: Collection[str]) -> Sheet:
    """The shifts in a file, for these agents. Raises BadInput where it cannot be read at all, or is too large."""
    if len(content) > MOST_BYTES:
        raise BadInput(f"The file is larger than {MOST_BYTES // 1024 // 1024} MiB", field="file")
    names, records = read_file(content)
    places = _places(names)
    parts: defaultdict[tuple[str, date], list[Part]] = defaultdict(list)
    lines: dict[tuple[str, date], int] = {}
    errors: list[RowError] = []
    rows = 0
    for record in records:
        rows += 1
        if rows > MOST_ROWS:
            raise BadInput(f"The file has more than {MOST_ROWS} rows; import it in pieces", field="file")
        try:
            key, part = _part(record, names, places, agents)
        except _Refused as refused:
            errors.append(refused.error)
            continue
        lines.setdefault(key, _line(record))
        parts[key].append(part)
    shifts = {}
    for key, of_shift in parts.items():
        try:
            shifts[key] = checked_parts(of_shift)
        except BadShift as error:
            value = f"{key[0]} {key[1].isoformat()}"
            errors.append(RowError(lines[key], "", value, Fault(error.misfit.value), error.told))
    return Sheet(rows, shifts, sorted(errors, key=lambda one: one.line))


def _places(names: Sequence[str]) -> dict[Column, int]:
    words = [word_of(name) for name in names]
    places = {}
    for column, headers in HEADERS.items():
        found = [place for place, word in enumerate(words) if word in headers]
        if len(found) != 1:
            told = "no column" if not found else "two columns"
            raise BadInput(f"The first row names {told} {column.value!r} (or {_examples(headers)})", field="file")
        places[column] = found[0]
    return places


def _examples(headers: Iterable[str]) -> str:
    return ", ".join(repr(one) for one in sorted(headers, key=lambda one: (one.isascii(), one))[:2])


class _Refused(Exception):
    def __init__(self, error: RowError) -> None:
        super().__init__(error.code)
        self.error = error


Record = tuple[int, list[str]] | Broken


def _part(
    record: Record, names: Sequence[str], places: Mapping[Column, int], agents: Collection[str]
) -> tuple[tuple[str, date], Part]:
    """The shift that a record belongs to, and its part. Raises _Refused."""
    line, told = _told(record, names, places)

    def refuse(column: Column, fault: Fault) -> _Refused:
        return _Refused(RowError(line, names[places[column]], told[column][:LONGEST_SHOWN], fault))

    if told[Column.AGENT] not in agents:
        raise refuse(Column.AGENT, Fault.UNKNOWN_AGENT)
    day = _date(told[Column.DATE])
    if day is None:
        raise refuse(Column.DATE, Fault.BAD_DATE)
    kind = KIND_WORDS.get(word_of(told[Column.KIND]))
    if kind is None:
        raise refuse(Column.KIND, Fault.UNKNOWN_KIND)
    start, end = _minute(told[Column.START]), _minute(told[Column.END])
    if start is None or end is None:
        raise refuse(Column.START if start is None else Column.END, Fault.BAD_TIME)
    return (told[Column.AGENT], day), Part(start, end if end > start else end + DAY_MINUTES, kind)


def _told(record: Record, names: Sequence[str], places: Mapping[Column, int]) -> tuple[int, dict[Column, str]]:
    """The line of a record, and what it says in each column. Raises _Refused."""
    if isinstance(record, Broken):
        raise _Refused(RowError(_line(record), "", "", Fault.NOT_CSV))
    line, values = record
    if any(value.strip() for value in values[len(names) :]):
        raise _Refused(RowError(line, "", values[len(names)][:LONGEST_SHOWN], Fault.TOO_MANY_VALUES))
    return line, {column: values[place].strip() if place < len(values) else "" for column, place in places.items()}


def _line(record: Record) -> int:
    return record.line if isinstance(record, Broken) else record[0]


def _date(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"):
        with suppress(ValueError):
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a date of the centre's calendar
            return found if 2000 <= found.year <= 2099 else None
    return None


def _minute(text: str) -> int | None:
    """A time as it stands in a cell: 9:00, 09:00, 09:00:00, 26:30."""
    found = re.fullmatch(r"([0-9]{1,2})[:：]([0-5][0-9])(:00)?", text, re.ASCII)
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    return minute if 0 <= minute <= 2 * DAY_MINUTES else None


def error_file(sheet: Sheet, language: Language) -> bytes:
    """The rows in error as CSV (UTF-8 with BOM), in the order of the file."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADS[language])
    for one in sheet.errors:
        writer.writerow([one.line, *map(harmless, (one.column, one.value, one.code, one.reason(language)))])
    return text.getvalue().encode("utf-8-sig")
