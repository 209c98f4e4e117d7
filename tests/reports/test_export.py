"""Files read back by somebody else: the csv module and openpyxl."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from callcenter.reports.export import Column, Grid, csv_of, html_of, xlsx_of
from callcenter.spreadsheets import FORMULA_SIGNS
from tests.facts import NOON

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    Column("Queue"),
    Column("Start", "instant"),
    Column("Offered", "count", meaning="calls that joined the queue"),
    Column("Answer rate", "share", 1, "answered ÷ offered"),
    Column("AHT", "seconds"),
    Column("Handled per hour", "number", 2),
)
ROWS: list[list[Any]] = [
    ["service", NOON, 1200, 0.905, 3725.0, 12.345],
    ["售后", NOON + 900, 0, None, None, None],
]


def a_grid(**given: Any) -> Grid:
    options: dict[str, Any] = {
        "title": "Queues",
        "columns": COLUMNS,
        "rows": ROWS,
        "zone": SHANGHAI,
        "totals": ["", None, 1200, 0.905, 3725.0, 12.345],
        "notes": [("From", "2025-11-22")],
    }
    return Grid(**options | given)


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_is_plain() -> None:
    assert read_csv(csv_of(a_grid())) == [
        ["Queue", "Start", "Offered", "Answer rate", "AHT", "Handled per hour"],
        ["service", "2025-11-22 20:00:00", "1200", "0.905", "3725", "12.345"],
        ["售后", "2025-11-22 20:15:00", "0", "", "", ""],
        ["Total", "", "1200", "0.905", "3725", "12.345"],
    ]


def test_csv_has_a_bom_only_if_asked() -> None:
    assert csv_of(a_grid()).startswith(b"\xef\xbb\xbfQueue,")
    assert csv_of(a_grid(), bom=False).startswith(b"Queue,")
    assert b"\r\n" in csv_of(a_grid())


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_no_text_becomes_a_formula(sign: str) -> None:
    evil = f"{sign}HYPERLINK(1)"
    grid = a_grid(columns=(Column(evil), Column("Difference", "number")), rows=[[evil, -1]], totals=None)
    header, row = read_csv(csv_of(grid))
    assert (header[0], row) == (f"'{evil}", [f"'{evil}", "-1"])
    workbook = load_workbook(io.BytesIO(xlsx_of(grid)))
    cell = workbook.worksheets[0]["A2"]
    assert (cell.data_type, workbook.worksheets[0]["B2"].value) == ("s", -1)


def test_xlsx_has_typed_cells() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_of(a_grid()))).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [column.label for column in COLUMNS]
    queue, start, offered, rate, aht, per_hour = sheet[2]
    assert (queue.value, offered.value, rate.value, per_hour.value) == ("service", 1200, 0.905, 12.345)
    assert start.value == datetime(2025, 11, 22, 20)  # noqa: DTZ001 - a workbook knows no zones
    assert aht.value == timedelta(hours=1, minutes=2, seconds=5)
    assert (rate.number_format, aht.number_format, per_hour.number_format) == ("0.0%", "[h]:mm:ss", "#,##0.00")
    assert [cell.value for cell in sheet[3]][2:] == [0, None, None, None]
    assert sheet["A4"].value == "Total"
    assert sheet["A4"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:F3")
    assert sheet.column_dimensions["B"].width > 18


def test_xlsx_says_what_its_columns_mean() -> None:
    workbook = load_workbook(io.BytesIO(xlsx_of(a_grid(language="zh", title="队列 [a/b]:" + "很长" * 30))))
    rows, definitions = workbook.worksheets
    assert len(rows.title) <= 31
    assert rows["A4"].value == "合计"
    assert [[cell.value for cell in row] for row in definitions.iter_rows()] == [
        ["列", "含义"],
        ["From", "2025-11-22"],
        ["Offered", "calls that joined the queue"],
        ["Answer rate", "answered ÷ offered"],
    ]


def test_an_empty_report_is_a_file_too() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_of(a_grid(rows=[], totals=None)))).worksheets[0]
    assert sheet.max_row == 1
    assert read_csv(csv_of(a_grid(rows=[], totals=None))) == [[column.label for column in COLUMNS]]


def test_control_characters_and_endless_texts_do_not_break_a_workbook() -> None:
    grid = a_grid(columns=(Column("Name"),), rows=[["a\x00\x0bb"], ["x" * 40_000]], totals=None)
    sheet = load_workbook(io.BytesIO(xlsx_of(grid))).worksheets[0]
    assert len(str(sheet["A3"].value)) == 32_767


def test_html_shows_what_was_said_and_nothing_of_it_is_markup() -> None:
    evil = '<script>alert("1")</script>'
    page = html_of(a_grid(title=evil, rows=[[evil, NOON, 1, 0.5, 61, 1.0]] * 60, notes=[(evil, evil)]))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 50 + 4
    assert "… and 10 more rows in the file" in page
    assert "50.0%" in page
    assert "0:01:01" in page
    assert "http" not in page
