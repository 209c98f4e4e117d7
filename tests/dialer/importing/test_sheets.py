"""Workbooks as people save them, and what the header of a file lets one guess."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from callcenter.dialer.importing import sheets
from callcenter.dialer.importing.columns import Kind, Role, proposed
from callcenter.dialer.importing.sheets import read_file
from callcenter.errors import BadInput


def workbook(rows: dict[int, list[object]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet()
        for at, row in rows.items():
            page.write_row(at, 0, row)
        book.add_worksheet().write(0, 0, "another sheet is not read")
    return file.getvalue()


def test_cells_are_read_as_somebody_would_write_them() -> None:
    cells = [13800138000, 0.5, date(2026, 11, 1), datetime.fromisoformat("2026-11-01T09:30"), True, " x ", ""]
    names, records = read_file(workbook({0: list("abcdefg"), 3: cells}))
    assert names == list("abcdefg")
    assert list(records) == [(4, ["13800138000", "0.5", "2026-11-01", "2026-11-01 09:30:00", "True", " x "])]


def test_rows_before_the_header_may_be_blank() -> None:
    names, records = read_file(workbook({2: ["number", "name"], 5: ["13800138000", "Li"]}))
    assert (names, list(records)) == (["number", "name"], [(6, ["13800138000", "Li"])])


def test_a_workbook_that_unpacks_to_more_than_any_memory_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 1_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(BadInput, match="unpacks to") as failure:
        read_file(file.getvalue())
    assert failure.value.field == "file"


@pytest.mark.parametrize("content", [b"PK\x03\x04", zipfile.ZipFile])
def test_archives_that_are_no_workbooks(content: object) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(BadInput, match="no workbook"):
        read_file(content if isinstance(content, bytes) else file.getvalue())


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (["Phone", "Name"], [Role.NUMBER, Role.NAME]),
        (["phone_number", "Mobile"], [Role.NUMBER, Role.OTHER_NUMBER]),
        (
            ["姓名", "手机号", "工号", "优先级", "合同"],
            [Role.NAME, Role.NUMBER, Role.OWNER_AGENT, Role.PRIORITY, Role.ATTRIBUTE],
        ),
        (["name", "customer", ""], [Role.NAME, Role.ATTRIBUTE, Role.IGNORE]),
        (["time-zone", "due date", "note"], [Role.TIME_ZONE, Role.DUE_DATE, Role.ATTRIBUTE]),
    ],
)
def test_what_a_header_lets_one_guess(names: list[str], roles: list[Role]) -> None:
    assert list(proposed(names, Kind.TARGETS)) == roles


def test_a_do_not_call_list_keeps_nothing_that_it_does_not_know() -> None:
    roles = [Role.NUMBER, Role.IGNORE, Role.EXPIRES, Role.NOTE]
    assert list(proposed(["电话", "姓名", "失效日期", "备注"], Kind.DO_NOT_CALL)) == roles
