"""The past taken over from queue_log and compared with it: files into rows, commands, and their errors."""

import asyncio
import gzip
import json
import subprocess
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.asterisk.messages import Framer
from callcenter.asterisk.queue_log_source import LogFiles
from callcenter.asterisk.translate import Translator
from callcenter.errors import BadInput, NotFound
from callcenter.floor.facts import AnyFact, Conversation, QueueVisit, Ring, SeatSpell, VisitOutcome
from callcenter.floor.floor import Floor
from callcenter.queue_logs import import_files, reconcile_span
from callcenter.settings import PbxSettings, Settings
from callcenter.store.recorder import Recorder
from callcenter.store.tables import FACT_TABLES, queue_visits

REPLAYS = Path(__file__).parent / "replays"
QUEUE_LOG = REPLAYS / "queue_log.gz"
SETTINGS = Settings(pbxs=(PbxSettings(name="pbx1", queue_log=QUEUE_LOG),))
KINDS = (QueueVisit, Ring, Conversation, SeatSpell)
CALLS = 8_000
DAY_BEGAN, DAY_ENDED = 1_795_343_520.0, 1_795_343_720.0


async def rows(engine: AsyncEngine) -> dict[str, list[Any]]:
    async with engine.connect() as connection:
        found = {}
        for kind in KINDS:
            table = FACT_TABLES[kind]
            result = await connection.execute(select(table).order_by(table.c.id))
            found[kind.__name__] = [tuple(row) for row in result]
        return found


def recorded_facts() -> list[AnyFact]:
    """What the server recorded of the day while it ran."""
    framer, translator, floor = Framer(), Translator("pbx1"), Floor()
    messages = framer.feed(gzip.decompress((REPLAYS / "filtered.ami.gz").read_bytes()))
    events = [event for event in map(translator.translate, messages) if event is not None]
    return [fact for event in events for fact in floor.apply(event).facts]


async def record_live(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.note(recorded_facts())
    await recorder.flush()


async def test_a_day_is_imported_once_however_often(engine: AsyncEngine) -> None:
    imported = await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG])
    assert [imported.counts[kind] for kind in KINDS] == [17, 25, 9, 1]
    assert (imported.first_at, imported.last_at) == (1_795_343_523, 1_795_343_696)
    before = await rows(engine)
    assert [len(found) for found in before.values()] == [17, 25, 9, 1]
    await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG])
    assert await rows(engine) == before


async def test_importing_a_day_that_was_recorded_live_changes_nothing(engine: AsyncEngine) -> None:
    await record_live(engine)
    before = await rows(engine)
    assert all(before.values())
    await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG])
    assert await rows(engine) == before


async def test_a_live_day_and_its_queue_log_agree(engine: AsyncEngine) -> None:
    await record_live(engine)
    found = await reconcile_span(engine, SETTINGS, "pbx1", LogFiles(QUEUE_LOG), (DAY_BEGAN, DAY_ENDED))
    assert [(each.channel_id, each.stored, each.logged) for each in found.differences] == []
    assert sum(count.stored for count in found.counts) == 17
    assert all(count.stored == count.logged for count in found.counts)
    assert found.explained == []


async def test_a_difference_names_the_call(engine: AsyncEngine) -> None:
    await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG])
    async with engine.begin() as connection:
        changed = queue_visits.c.channel_id == "pbx1-1795343533.4"
        await connection.execute(update(queue_visits).where(changed).values(outcome=VisitOutcome.ABANDONED))
    found = await reconcile_span(engine, SETTINGS, "pbx1", LogFiles(QUEUE_LOG), (DAY_BEGAN, DAY_ENDED))
    assert [(each.channel_id, each.stored, each.logged) for each in found.differences] == [
        ("pbx1-1795343533.4", VisitOutcome.ABANDONED, VisitOutcome.ANSWERED)
    ]


async def test_a_log_imported_as_it_grows_is_the_log_imported_at_once(engine: AsyncEngine, tmp_path: Path) -> None:
    lines = gzip.decompress(QUEUE_LOG.read_bytes()).splitlines(keepends=True)
    path = tmp_path / "queue_log"
    for length in (12, 17, 30, 41, 62, len(lines)):
        path.write_bytes(b"".join(lines[:length]))
        await import_files(engine, SETTINGS, "pbx1", [path])
    grown = {name: {row[1:] for row in found} for name, found in (await rows(engine)).items()}
    async with engine.begin() as connection:
        for kind in KINDS:
            await connection.execute(FACT_TABLES[kind].delete())
    await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG])
    at_once = {name: {row[1:] for row in found} for name, found in (await rows(engine)).items()}
    assert grown == at_once


@pytest.mark.parametrize(
    "content", [Random(2).randbytes(2_000), b"1|2|3\n", b"2026-01-01 12:00:00 NOTICE app_queue.c\n"]
)
async def test_what_is_no_queue_log_imports_nothing(engine: AsyncEngine, tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_bytes(content)
    with pytest.raises(BadInput, match=r"wrong:\d+: this is no line|wrong: "):
        await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG, wrong])
    with pytest.raises(NotFound, match="missing"):
        await import_files(engine, SETTINGS, "pbx1", [QUEUE_LOG, tmp_path / "missing"])
    assert not any((await rows(engine)).values())


# --- the commands -----------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "callcenter.toml"
    path.write_text(
        f'data_folder = "{tmp_path / "var"}"\ntimezone = "Asia/Shanghai"\n'
        f'[[pbxs]]\nname = "pbx1"\nqueue_log = "{tmp_path / "queue_log"}"\n'
        '[[pbxs]]\nname = "pbx2"\n'
    )
    (tmp_path / "queue_log").write_bytes(gzip.decompress(QUEUE_LOG.read_bytes()))
    return path


def callcenter(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callcenter.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def imported(config: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return callcenter("import", "queue-log", *more, "--pbx", "pbx1", "--config", config)


def test_import_and_reconcile(config: Path) -> None:
    span = ("--from", "2026-11-22", "--to", "2026-11-22", "--config", config)
    apart = callcenter("reconcile", *span)
    assert apart.returncode == 1, apart.stderr
    line = "2026-11-22 18:32:13 support pbx1-1795343533.4: recorded nothing, queue_log answered"
    assert line in apart.stdout.splitlines()
    assert "pbx1: 17 differences, 0 explained" in apart.stdout
    done = imported(config, config.parent / "queue_log")
    assert (done.returncode, done.stdout) == (
        0,
        "17 visits, 25 rings, 9 conversations, 1 pauses, 2026-11-22 18:32:03 to 2026-11-22 18:34:56\n",
    )
    equal = callcenter("reconcile", *span, "--json")
    assert equal.returncode == 0, equal.stderr
    found = json.loads(equal.stdout)["pbxs"]
    assert list(found) == ["pbx1"]
    assert found["pbx1"]["differences"] == []
    assert sum(count["stored"] for count in found["pbx1"]["counts"]) == 17
    assert all(count["stored"] == count["logged"] for count in found["pbx1"]["counts"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "queue-log", "gone"), "--pbx is needed; the settings have pbx1, pbx2"),
        (("import", "queue-log", "gone", "--pbx", "pbx9"), "--pbx: the settings have no 'pbx9', but pbx1, pbx2"),
        (("import", "queue-log", "gone", "--pbx", "pbx1"), "gone: there is no such file"),
        (("reconcile", "--from", "monday", "--to", "2026-01-01"), "--from: 'monday' is no date"),
        (("reconcile", "--from", "2026-01-01", "--to", "9999-12-31"), "--to: '9999-12-31' is no date"),
        (("reconcile", "--from", "2026-01-02", "--to", "2026-01-01"), "--to must be later than --from"),
        (("reconcile", "--from", "2026-01-01", "--to", "2026-01-01", "--pbx", "pbx2"), "no queue_log is set for pbx2"),
    ],
)
def test_options_that_are_wrong(config: Path, arguments: tuple[str, ...], message: str) -> None:
    done = callcenter(*arguments, "--config", config)
    assert (done.returncode, message in done.stderr) == (1, True), done.stderr


def test_a_file_that_cannot_be_read_is_named(config: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "binary"
    wrong.write_bytes(b"\x7fELF\n")
    done = imported(config, wrong)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{wrong}:1: this is no line of a queue_log" in done.stderr
    folder = imported(config, tmp_path)
    assert (folder.returncode, "cannot be read" in folder.stderr) == (1, True)


def calls(number: int) -> Iterator[str]:
    for place in range(number):
        at, call = 1_700_000_000 + place, f"c.{place}"
        yield f"{at}|{call}|sales|NONE|ENTERQUEUE||139|1\n"
        yield f"{at + 2}|{call}|sales|Zhao|RINGNOANSWER|2000\n"
        yield f"{at + 5}|{call}|sales|Li|CONNECT|5|a.{place}|3\n"
        yield f"{at + 65}|{call}|sales|Li|COMPLETEAGENT|5|60|1\n"


async def test_a_killed_import_is_simply_repeated(engine: AsyncEngine, tmp_path: Path) -> None:
    log, config = tmp_path / "queue_log", tmp_path / "callcenter.toml"
    log.write_text("".join(calls(CALLS)))
    config.write_text(f'database_url = "{engine.url.render_as_string(hide_password=False)}"\n')
    command = (sys.executable, "-m", "callcenter.cli", "import", "queue-log", str(log), "--config", str(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    while not await visits_in(engine):
        assert process.returncode is None, "the import ended before it could be killed"
    process.kill()
    await process.wait()
    assert 0 < await visits_in(engine) < CALLS
    for _ in range(2):
        again = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
        assert await again.wait() == 0
        assert [len(found) for found in (await rows(engine)).values()] == [CALLS, CALLS * 2, CALLS, 0]


async def visits_in(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(queue_visits)) or 0
