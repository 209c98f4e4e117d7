"""`callcenter customer erase` says what is held, and erases where no server runs."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.store.engine import make_engine, migrate
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_conversation, a_visit

ERASE = ["customer", "erase", "138 0013 8000"]


async def _record(url: str) -> None:
    engine = make_engine(url)
    await migrate(engine)
    recorder = Recorder(engine)
    recorder.note([a_call(), a_visit(), a_conversation()])
    await recorder.flush()
    await engine.dispose()


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    database = f"sqlite:///{tmp_path}/centre.db"
    asyncio.run(_record(database))
    config = tmp_path / "callcenter.toml"
    config.write_text(f'database_url = "{database}"\ndata_folder = "{tmp_path}/var"\n')
    return ["--json", "--config", str(config)]


def test_a_dry_run_tells_and_an_erasure_is_confirmed(options: list[str]) -> None:
    dry = json.loads(CliRunner().invoke(app, [*ERASE, "--dry-run", *options]).stdout)
    assert (dry["counts"]["calls"], dry["counts"]["visits"], dry["erased"]) == (1, 1, [])
    asked = [*ERASE, "--reason", "by letter", "--reference", "DSR-17", *options]
    refused = CliRunner().invoke(app, asked, input="DSR-18\n")
    assert refused.exit_code != 0
    assert json.loads(CliRunner().invoke(app, [*ERASE, "--dry-run", *options]).stdout)["counts"]["calls"] == 1
    said = CliRunner().invoke(app, asked, input="DSR-17\n").stdout
    done = json.loads(said[said.index("{") :])
    assert (done["state"], done["counts"]["calls"]) == ("done", 1)
    again = json.loads(CliRunner().invoke(app, [*ERASE, "--dry-run", *options]).stdout)
    assert (again["counts"]["calls"], [one["reference"] for one in again["erased"]]) == (0, ["DSR-17"])


def test_the_table_is_for_people(options: list[str]) -> None:
    told = CliRunner().invoke(app, [*ERASE, "--dry-run", *options[1:]])
    assert told.exit_code == 0, told.output
    assert "Held of this person" in told.output
    assert "the journal, which is not rewritten" in told.output
