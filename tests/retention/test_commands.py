"""`callcenter recordings retire` says what is due, and deletes it."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.processing import Processor, listen_through
from callcenter.retention.rulebook import add_rule
from callcenter.retention.rules import Scope
from callcenter.store.engine import make_engine, make_sessions, migrate
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording
from tests.recordings.sounds import tone, write_wav

AUDIO = Path(a_recording().path).name


async def _record(engine: AsyncEngine, library: Library) -> None:
    await migrate(engine)
    sessions = make_sessions(engine)
    recorder = Recorder(engine)
    recorder.note([a_call(), a_conversation(), a_recording()])
    await recorder.flush()
    await Measurer(sessions, library).measure_due()
    processor = Processor(sessions, library, "wav")
    for job in await processor._due(1):
        await processor._keep(await asyncio.to_thread(listen_through, job))
    await add_rule(sessions, Scope.ALL, "", 30, by="admin", now=NOON)
    await engine.dispose()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The settings of a centre with one recording, of 2025, and a rule of 30 days."""
    folder = tmp_path / "monitor"
    write_wav(folder / AUDIO, tone(2.0), modified_at=NOON)
    library = Library({"pbx1": folder}, tmp_path / "var" / "recordings", lambda: NOON + 120)
    database = f"sqlite:///{tmp_path}/centre.db"
    asyncio.run(_record(make_engine(database), library))
    config = tmp_path / "callcenter.toml"
    config.write_text(
        f'database_url = "{database}"\ndata_folder = "{tmp_path}/var"\n'
        f'[[pbxs]]\nname = "pbx1"\nusername = "u"\nsecret = "p"\nrecordings_folder = "{folder}"\n'
    )
    return config


def test_a_dry_run_prints_and_deletes_nothing(config: Path) -> None:
    told = CliRunner().invoke(app, ["recordings", "retire", "--dry-run", "--config", str(config)])
    assert told.exit_code == 0, told.output
    assert "Would be deleted: 1 calls, 1 recordings, 2 files" in told.output
    assert (config.parent / "monitor" / AUDIO).is_file()


def test_json_has_the_list_and_the_run_deletes(config: Path) -> None:
    dry = CliRunner().invoke(app, ["recordings", "retire", "--dry-run", "--json", "--config", str(config)])
    told = json.loads(dry.output)
    assert (told["recordings"], [one["recording_id"] for one in told["due"]]) == (1, [1])
    done = json.loads(CliRunner().invoke(app, ["recordings", "retire", "--json", "--config", str(config)]).output)
    assert (done["recordings"], done["bytes"], done["failed"]) == (1, told["bytes"], [])
    assert not (config.parent / "monitor" / AUDIO).exists()
    again = CliRunner().invoke(app, ["recordings", "retire", "--config", str(config)])
    assert (again.exit_code, "Deleted: 0 calls" in again.output) == (0, True)
