"""Files of shifts: what their rows become, and what is said of those that cannot."""

from datetime import date, time
from io import BytesIO

import openpyxl
import pytest

from callcenter.errors import BadInput
from callcenter.shifts.importing import Fault, error_file, read_shifts
from callcenter.shifts.rules import Kind, Part

AGENTS = {"1001", "1002"}
GOOD = """agent,date,kind,start,end,remark
1001,2026-11-30,briefing,9:00,09:30,x
1001,2026-11-30,on post,09:30,11:30,
1002,2026/11/30,on_post,22:00,02:00,
1002,2026/11/30,break,26:00,26:30,
"""
SHIFTS = {
    ("1001", date(2026, 11, 30)): (Part(540, 570, Kind.BRIEFING), Part(570, 690, Kind.ON_POST)),
    ("1002", date(2026, 11, 30)): (Part(1320, 1560, Kind.ON_POST), Part(1560, 1590, Kind.BREAK)),
}


def test_csv_in_english_and_chinese() -> None:
    sheet = read_shifts(GOOD.encode(), AGENTS)
    assert (sheet.rows, sheet.shifts, sheet.errors) == (4, SHIFTS, [])
    chinese = "工号;日期;类型;开始;结束\n1001;2026年11月30日;班前会;09：00;09：30\n1001;2026-11-30;在岗;9:30;11:30\n"
    key = ("1001", date(2026, 11, 30))
    assert read_shifts(chinese.encode("gb18030"), AGENTS).shifts == {key: SHIFTS[key]}


def test_a_workbook_with_typed_dates_and_times() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Agent number", "Day", "Type", "From", "To"])
    sheet.append([1001, date(2026, 11, 30), "briefing", time(9, 0), time(9, 30)])
    sheet.append([1001, date(2026, 11, 30), "On post", time(9, 30), time(11, 30)])
    content = BytesIO()
    book.save(content)
    key = ("1001", date(2026, 11, 30))
    found = read_shifts(content.getvalue(), AGENTS)
    assert (found.shifts, found.errors) == ({key: SHIFTS[key]}, [])


def test_each_row_in_error_is_named_with_its_line_column_and_value() -> None:
    rows = [
        "9999,2026-11-30,on_post,09:00,10:00",
        "1001,30.11.2026,on_post,09:00,10:00",
        "1001,2026-11-30,=cmd|' /C calc'!A0,09:00,10:00",
        "1001,2026-11-30,on_post,9 o'clock,10:00",
        "1001,2026-11-30,on_post,09:00,48:01",
        "1001,2026-11-30,on_post,09:00,10:00,more",
        "1002,2026-11-30,on_post,09:00,11:00",
        "1002,2026-11-30,break,10:59,11:10",
        "1001,1999-11-30,on_post,09:00,10:00",
    ]
    sheet = read_shifts("\n".join(["agent,date,kind,start,end", *rows]).encode(), AGENTS)
    told = [(one.line, one.column, one.value, one.code) for one in sheet.errors]
    assert told == [
        (2, "agent", "9999", Fault.UNKNOWN_AGENT),
        (3, "date", "30.11.2026", Fault.BAD_DATE),
        (4, "kind", "=cmd|' /C calc'!A0", Fault.UNKNOWN_KIND),
        (5, "start", "9 o'clock", Fault.BAD_TIME),
        (6, "end", "48:01", Fault.BAD_TIME),
        (7, "", "more", Fault.TOO_MANY_VALUES),
        (8, "", "1002 2026-11-30", Fault.OVERLAP),
        (10, "date", "1999-11-30", Fault.BAD_DATE),
    ]
    assert sheet.errors[6].detail == "09:00–11:00, 10:59–11:10"
    assert sheet.errors[6].reason("en") == "these parts are at the same time: 09:00–11:00, 10:59–11:10"
    file = error_file(sheet, "zh").decode("utf-8-sig").splitlines()
    assert file[0] == "行,列,内容,代码,原因"
    assert file[1] == "2,agent,9999,unknown_agent,没有此工号的坐席"
    assert file[3].startswith("4,kind,'=cmd|' /C calc'!A0,unknown_kind")
    assert "no date; write 2026-11-30" in error_file(sheet, "en").decode("utf-8-sig")


@pytest.mark.parametrize(
    ("rows", "fault", "detail"),
    [
        (["09:00,10:00", "09:30,11:00"], Fault.OVERLAP, "09:00–10:00, 09:30–11:00"),
        (["08:00,12:00", "13:00,32:01"], Fault.TOO_LONG, "08:00–32:01"),
        (["25:00,26:00"], Fault.STARTS_LATE, "25:00–26:00"),
        (["26:00,25:00"], Fault.NO_LENGTH, "26:00–49:00"),
        ([f"{n:02}:00,{n:02}:30" for n in range(25)], Fault.PART_COUNT, "1–24"),
    ],
)
def test_a_faulty_shift_is_told_by_code_and_times_in_both_languages(rows: list[str], fault: Fault, detail: str) -> None:
    text = "agent,date,kind,start,end\n" + "".join(f"1001,2026-11-30,on_post,{row}\n" for row in rows)
    (error,) = read_shifts(text.encode(), AGENTS).errors
    assert (error.code, error.detail) == (fault, detail)
    assert not any("a" <= letter <= "z" for letter in error.reason("zh"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"agent,date,kind,start\n", "no column 'end' \\(or '结束'"),
        (b"agent,number,date,kind,start,end\n", "two columns 'agent'"),
        (b"\x00\x01", "neither text nor a workbook"),
        (b"PK\x03\x04nothing", "no workbook"),
        (b"agent,date,kind,start,end\n" + b"1001,2026-11-30,on_post,09:00,10:00\n" * 20_001, "more than 20000 rows"),
        (b"x" * (4 * 1024 * 1024 + 1), "larger than 4 MiB"),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read_shifts(content, AGENTS)
    assert caught.value.field == "file"
