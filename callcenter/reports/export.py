"""Tables into files: CSV and XLSX for spreadsheets, HTML for a mail. A cell never becomes a formula."""

import csv
import html
import io
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from callcenter.masks import masked_text
from callcenter.spreadsheets import harmless

Kind = Literal["text", "count", "number", "seconds", "share", "instant", "day"]
Language = Literal["en", "zh"]
Ending = Literal["csv", "xlsx"]

Cell = str | float | int | None

MEDIA_TYPES: dict[Ending, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

DAY_SECONDS = 86_400
LONGEST_TEXT = 32_767
"""Characters of a cell of Excel."""

LONGEST_SHEET_NAME = 31
NARROWEST, WIDEST = 8, 48
"""Widths of columns, in characters."""

ROWS_IN_A_MAIL = 50

WORDS: dict[str, dict[Language, str]] = {
    "total": {"en": "Total", "zh": "合计"},
    "definitions": {"en": "Definitions", "zh": "口径说明"},
    "column": {"en": "Column", "zh": "列"},
    "meaning": {"en": "Meaning", "zh": "含义"},
    "more": {"en": "… and {count} more rows in the file", "zh": "…… 其余 {count} 行见附件"},
    "figure": {"en": "Figure", "zh": "指标"},
    "value": {"en": "Value", "zh": "数值"},
}


class Column(Struct, frozen=True):
    """A column: its heading, what kind of cells it has, to how many decimals they are shown, what it means in words.

    `seconds` are a duration; a `share` is 0 to 1; an `instant` is epoch seconds, shown by the centre's clock, a `day`
    is an instant of which only the date matters. What `is_own` are names and numbers of the centre's own: never masked.
    """

    label: str
    kind: Kind = "text"
    decimals: int = 0
    meaning: str = ""
    is_own: bool = False


class Grid(Struct, frozen=True):
    """A table with its title and everything that makes it readable by itself.

    `totals` has a cell a column (its first is replaced by the word); `notes` are said on the second sheet. `more` are
    the tables that belong to it: sheets of their own, and one below the other in a CSV file.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    zone: ZoneInfo
    language: Language = "en"
    totals: Sequence[Cell] | None = None
    notes: Sequence[tuple[str, str]] = ()
    more: "tuple[Grid, ...]" = ()

    def word(self, name: str) -> str:
        """A word of the file's own, in its language."""
        return WORDS[name][self.language]

    def last_row(self) -> list[Cell] | None:
        """The totals, called so in the first column."""
        return None if self.totals is None else [self.word("total"), *self.totals[1:]]


def masked_grid(grid: Grid) -> Grid:
    """The same with customers' numbers masked, for who does not see them."""
    rows = [[_masked(cell, column) for cell, column in zip(row, grid.columns, strict=True)] for row in grid.rows]
    notes = [(name, masked_text(said)) for name, said in grid.notes]
    return replace(grid, rows=rows, notes=notes, more=tuple(map(masked_grid, grid.more)))


def _masked(cell: Cell, column: Column) -> Cell:
    return masked_text(cell) if isinstance(cell, str) and not column.is_own else cell


# --- CSV --------------------------------------------------------------------------------------------------------


def csv_of(grid: Grid, *, bom: bool = True) -> bytes:
    """UTF-8; with a BOM Excel reads Chinese rightly. Numbers are plain, durations are in seconds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for table in (grid, *grid.more):
        if table is not grid:
            writer.writerows([[], [harmless(table.title)]])
        writer.writerow([harmless(column.label) for column in table.columns])
        for row in _all_rows(table):
            cells = zip(row, table.columns, strict=True)
            writer.writerow([_plain(cell, column, table.zone) for cell, column in cells])
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _all_rows(grid: Grid) -> list[Sequence[Cell]]:
    totals = grid.last_row()
    return [*grid.rows, *([] if totals is None else [totals])]


def _plain(cell: Cell, column: Column, zone: ZoneInfo) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if column.kind in ("instant", "day"):
        return _clock(cell, column, zone)
    return f"{round(float(cell), 6):.6f}".rstrip("0").rstrip(".")


def _clock(at: float, column: Column, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d" if column.kind == "day" else "%Y-%m-%d %H:%M:%S")


# --- XLSX -------------------------------------------------------------------------------------------------------


def xlsx_of(grid: Grid) -> bytes:
    """A workbook with typed cells; its second sheet says what each column means."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as workbook:
        workbook.set_properties({"title": grid.title, "author": "callcenter"})
        for table in (grid, *grid.more):
            _write_rows(workbook, table)
        _write_definitions(workbook, grid)
    return file.getvalue()


def _write_rows(workbook: Workbook, grid: Grid) -> None:
    sheet = workbook.add_worksheet(_sheet_name(grid.title))
    sheet.write_row(0, 0, [column.label for column in grid.columns], _heading(workbook))
    for index, column in enumerate(grid.columns):
        plain, bold = (workbook.add_format({"num_format": _format_of(column), "bold": bold}) for bold in (False, True))
        for number, row in enumerate(grid.rows, 1):
            _write(sheet, (number, index), row[index], column, grid.zone, plain)
        if totals := grid.last_row():
            _write(sheet, (len(grid.rows) + 1, index), totals[index], column, grid.zone, bold)
        sheet.set_column(index, index, _width(grid, index))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(grid.rows), len(grid.columns) - 1)
    _print_well(sheet)


def _write(sheet: Worksheet, place: tuple[int, int], cell: Cell, column: Column, zone: ZoneInfo, form: Format) -> None:
    if cell is None:
        sheet.write_blank(*place, None, form)
    elif isinstance(cell, str):
        sheet.write_string(*place, cell[:LONGEST_TEXT], form)
    elif column.kind in ("instant", "day"):
        # A workbook knows no zones: the time of the centre's clock is written.
        sheet.write_datetime(*place, datetime.fromtimestamp(cell, zone).replace(tzinfo=None), form)
    else:
        sheet.write_number(*place, cell / DAY_SECONDS if column.kind == "seconds" else cell, form)


def _format_of(column: Column) -> str:
    decimals = "." + "0" * column.decimals if column.decimals else ""
    return {
        "text": "@",
        "count": "#,##0",
        "number": f"#,##0{decimals}",
        "seconds": "[h]:mm:ss",
        "share": f"0{decimals}%",
        "instant": "yyyy-mm-dd hh:mm:ss",
        "day": "yyyy-mm-dd",
    }[column.kind]


def _write_definitions(workbook: Workbook, grid: Grid) -> None:
    sheet = workbook.add_worksheet(grid.word("definitions"))
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, [grid.word("column"), grid.word("meaning")], _heading(workbook))
    columns = [column for table in (grid, *grid.more) for column in table.columns]
    lines = [*grid.notes, *dict.fromkeys((column.label, column.meaning) for column in columns if column.meaning)]
    for number, (name, meaning) in enumerate(lines, 1):
        sheet.write_string(number, 0, name[:LONGEST_TEXT], wrap)
        sheet.write_string(number, 1, meaning[:LONGEST_TEXT], wrap)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    sheet.freeze_panes(1, 0)
    _print_well(sheet)


def _print_well(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _heading(workbook: Workbook) -> Format:
    return workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEEEEE"})


def _sheet_name(title: str) -> str:
    """As Excel allows it."""
    name = "".join(" " if sign in "[]:*?/\\" else sign for sign in title)
    return name[:LONGEST_SHEET_NAME].strip("' ") or "callcenter"


def _width(grid: Grid, index: int) -> int:
    column = grid.columns[index]
    cells = [shown(row[index], column, grid.zone) for row in grid.rows[:200]]
    widest = max((_letters(text) for text in [*cells, column.label]), default=0)
    return max(NARROWEST, min(WIDEST, widest + 2))


def _letters(text: str) -> int:
    """How wide a text is: Chinese characters count as two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


# --- HTML -------------------------------------------------------------------------------------------------------


def shown(cell: Cell, column: Column, zone: ZoneInfo) -> str:
    """A cell for the eye: a dash where there is nothing."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if column.kind in ("instant", "day"):
        return _clock(cell, column, zone)
    return _number(float(cell), column)


def _number(value: float, column: Column) -> str:
    if column.kind == "seconds":
        seconds = round(value)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if column.kind == "share":
        return f"{value:.{column.decimals}%}"
    return f"{value:,.{0 if column.kind == 'count' else column.decimals}f}"


def summary_of(grid: Grid) -> Grid:
    """The totals, one below the other: what a mail says by itself."""
    totals = zip(grid.columns, grid.totals or (), strict=False)
    rows = [(column.label, shown(cell, column, grid.zone)) for column, cell in totals if column.kind not in UNTOTALLED]
    columns = (Column(grid.word("figure")), Column(grid.word("value")))
    return Grid(grid.title, columns, rows, grid.zone, grid.language, notes=grid.notes)


UNTOTALLED = ("text", "instant", "day")


def html_of(grid: Grid) -> str:
    """The table for a mail, without anything that is loaded from elsewhere: its first rows, and the totals."""
    rows = "".join(_html_row(grid, row, "td") for row in grid.rows[:ROWS_IN_A_MAIL])
    totals = grid.last_row()
    foot = "" if totals is None else f"<tfoot>{_html_row(grid, totals, 'th')}</tfoot>"
    heads = "".join(f'<th style="{CELL};text-align:left">{html.escape(column.label)}</th>' for column in grid.columns)
    more = len(grid.rows) - ROWS_IN_A_MAIL
    rest = f"<p>{grid.word('more').format(count=more)}</p>" if more > 0 else ""
    notes = "".join(f"<p>{html.escape(name)}: {html.escape(text)}</p>" for name, text in grid.notes)
    return (
        f'<!doctype html><html lang="{LANGUAGE_CODES[grid.language]}"><head><meta charset="utf-8">'
        f"<title>{html.escape(grid.title)}</title></head>"
        f'<body style="font-family:sans-serif"><h1 style="font-size:1.2em">{html.escape(grid.title)}</h1>{notes}'
        f'<table style="border-collapse:collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody>{foot}</table>{rest}</body></html>"
    )


CELL = "border:1px solid #ccc;padding:2px 8px"
LANGUAGE_CODES: dict[Language, str] = {"en": "en", "zh": "zh-CN"}


def _html_row(grid: Grid, row: Sequence[Any], tag: str) -> str:
    cells = zip(row, grid.columns, strict=True)
    return "<tr>" + "".join(_html_cell(cell, column, grid.zone, tag) for cell, column in cells) + "</tr>"


def _html_cell(cell: Cell, column: Column, zone: ZoneInfo, tag: str) -> str:
    side = "left" if column.kind == "text" else "right"
    return f'<{tag} style="{CELL};text-align:{side}">{html.escape(shown(cell, column, zone))}</{tag}>'
