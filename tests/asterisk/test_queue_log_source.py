"""Where a queue_log is read: long and rotated files, and the realtime table as versions and databases have it."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import BigInteger, Column, DateTime, Engine, Integer, MetaData, NullPool, String, Table, create_engine
from sqlalchemy.types import TypeEngine

from callcenter.asterisk.queue_log import PASSED_OVER_BYTES
from callcenter.asterisk.queue_log_lines import Completed, Connected, Entered
from callcenter.asterisk.queue_log_source import LogFiles, LogTable, queue_log_of
from callcenter.dialer.schedule import sync_url
from callcenter.errors import BadInput, NotFound
from callcenter.settings import PbxSettings

BEGAN = 1_795_600_000
ZONE = ZoneInfo("Asia/Shanghai")


def line(place: int) -> str:
    return f"{BEGAN + place}|c.{place}|support|NONE|ENTERQUEUE||13800138000|1\n"


def test_of_a_long_log_only_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    count = 3 * PASSED_OVER_BYTES // len(line(0))
    path.write_text("".join(map(line, range(count))))
    for since in (0, 1, count // 2, count - 2, count + 5):
        found = [record.at - BEGAN for record in LogFiles(path).records(BEGAN + since, BEGAN + count - 1)]
        assert found == list(range(since, count - 1))


def test_the_end_of_a_rotated_log_is_read_with_what_follows(tmp_path: Path) -> None:
    (tmp_path / "queue_log-20261124.gz").write_bytes(gzip.compress("".join(map(line, range(10))).encode()))
    (tmp_path / "queue_log.1").write_text("".join(map(line, range(10, 20))))
    (tmp_path / "queue_log").write_text("".join(map(line, range(20, 30))))
    found = [record.at - BEGAN for record in LogFiles(tmp_path / "queue_log").records(BEGAN + 15, BEGAN + 25)]
    assert found == list(range(15, 25))


# --- the table --------------------------------------------------------------------------------------------------

TIMES: dict[str, tuple[TypeEngine[Any], object]] = {
    "text": (String(26), datetime.fromtimestamp(BEGAN, ZONE).strftime("%Y-%m-%d %H:%M:%S.250000")),
    "text of seconds": (String(26), str(BEGAN)),
    "number": (BigInteger(), BEGAN),
    "local time": (DateTime(), datetime.fromtimestamp(BEGAN, ZONE).replace(tzinfo=None)),
    "instant": (DateTime(timezone=True), datetime.fromtimestamp(BEGAN, UTC)),
}


@pytest.fixture
def database(storage_url: str) -> Iterator[Engine]:
    engine = create_engine(sync_url(storage_url), poolclass=NullPool)
    yield engine
    engine.dispose()


def a_table(database: Engine, kind: TypeEngine[Any], *data: str, name: str = "queue_log") -> Table:
    words = [Column(word, String(100)) for word in ("callid", "queuename", "agent", "event", *data)]
    table = Table(name, MetaData(), Column("id", Integer, primary_key=True), Column("time", kind), *words)
    table.metadata.create_all(database)
    return table


def source(database: Engine, name: str = "queue_log") -> LogTable:
    return LogTable(database.url.render_as_string(hide_password=False), name, ZONE)


@pytest.mark.parametrize("time", TIMES)
def test_the_realtime_table(database: Engine, time: str) -> None:
    kind, at = TIMES[time]
    if database.dialect.name == "sqlite" and time == "instant":
        kind = DateTime()
        at = datetime.fromtimestamp(BEGAN, ZONE).replace(tzinfo=None)
    table = a_table(database, kind, "data1", "data2", "data3", "data4", "data5")
    call = {"time": at, "callid": "1.1", "queuename": "support"}
    with database.begin() as connection:
        rows = [
            call | {"agent": "NONE", "event": "ENTERQUEUE", "data1": "", "data2": "138", "data3": "1"},
            call | {"agent": "Li Na", "event": "CONNECT", "data1": "5", "data2": "1.2", "data3": "3"},
            call | {"agent": "Li Na", "event": "COMPLETEAGENT", "data1": "5", "data2": "60", "data3": "1"},
        ]
        for row in rows:
            connection.execute(table.insert(), row)
    joined, answered, ended = source(database).records(BEGAN, BEGAN + 1)
    assert isinstance(joined, Entered)
    assert (joined.at, joined.number, joined.position) == (BEGAN, "138", 1)
    assert isinstance(answered, Connected)
    assert (answered.ring_id, answered.wait_seconds) == ("1.2", 5)
    assert isinstance(ended, Completed)
    assert ended.talk_seconds == 60
    assert list(source(database).records(BEGAN + 1, BEGAN + 60)) == []
    assert list(source(database).records(BEGAN - 60, BEGAN)) == []


def test_the_table_of_old_versions(database: Engine) -> None:
    table = a_table(database, String(26), "data")
    with database.begin() as connection:
        row = {"time": str(BEGAN), "callid": "1.1", "queuename": "support", "agent": "Li Na", "event": "CONNECT"}
        connection.execute(table.insert(), row | {"data": "5|1.2|3"})
    [answered] = source(database).records(BEGAN, BEGAN + 1)
    assert isinstance(answered, Connected)
    assert answered.ring_id == "1.2"


def test_an_empty_table_tells_nothing(database: Engine) -> None:
    a_table(database, String(26), "data")
    assert list(source(database).records(BEGAN, BEGAN + 1)) == []


def test_what_is_wrong_with_a_table_is_said(database: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no table queue_log"):
        list(source(database).records(BEGAN, BEGAN + 1))
    other = Table("queue_log", MetaData(), Column("time", String(26)))
    other.metadata.create_all(database)
    with pytest.raises(BadInput, match="queue_log has no column callid"):
        list(source(database).records(BEGAN, BEGAN + 1))
    for url in ("nonsense", "nothing://u:hunter2@h/d", "postgresql+psycopg://u:hunter2@127.0.0.1:1/d"):
        with pytest.raises(BadInput) as failure:
            list(LogTable(url, "queue_log", ZONE).records(BEGAN, BEGAN + 1))
        assert failure.value.field == "queue_log_url"
        assert "hunter2" not in str(failure.value)


def test_the_settings_name_one_place(tmp_path: Path) -> None:
    assert queue_log_of(PbxSettings(), ZONE) is None
    assert queue_log_of(PbxSettings(queue_log=tmp_path), ZONE) == LogFiles(tmp_path)
    table = PbxSettings(queue_log_url=SecretStr("sqlite://"), queue_log_table="asterisk.queue_log")
    assert queue_log_of(table, ZONE) == LogTable("sqlite://", "asterisk.queue_log", ZONE)
    with pytest.raises(ValidationError, match="leave one of them out"):
        PbxSettings(queue_log=tmp_path, queue_log_url=SecretStr("sqlite://"))
    with pytest.raises(ValidationError, match="queue_log_table"):
        PbxSettings(queue_log_table="x; DROP TABLE queue_visits")
