"""`callcenter report --xlsx`, read back."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.errors import BadInput
from callcenter.store.engine import make_engine
from tests.databases import SqliteFiles
from tests.reports.test_saved_api import a_day

SPAN = ["--from", "2025-11-22", "--to", "2025-11-22"]


@pytest.fixture
async def recorded_day(sqlite: SqliteFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database with a day in it, that the command finds."""
    url = await sqlite.new_database()
    engine = make_engine(url)
    await a_day(engine)
    await engine.dispose()
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("recorded_day")
def test_a_workbook_is_written(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["report", "queues", *SPAN, "--figures", "offered", "--xlsx", "queues.xlsx"])
    assert told.exit_code == 0, told.output
    assert told.output == "queues.xlsx: 2 rows\n"
    sheet = load_workbook(tmp_path / "queues.xlsx").worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Queue", "PBX", "Offered"],
        ["=sales", "pbx1", 1],
        ["service", "pbx1", 3],
        ["Total", None, 4],
    ]


@pytest.mark.usefixtures("recorded_day")
def test_a_workbook_that_cannot_be_written_is_told() -> None:
    told = CliRunner().invoke(app, ["report", "queues", *SPAN, "--xlsx", "nowhere/queues.xlsx"])
    assert isinstance(told.exception, BadInput)
    assert told.exception.field == "xlsx"
