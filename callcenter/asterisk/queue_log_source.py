"""Where Asterisk's queue_log of one PBX is read: files, or the table of a realtime queue_log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, MetaData, NullPool, Table, create_engine, select
from sqlalchemy.exc import ArgumentError, NoSuchTableError, SQLAlchemyError

from callcenter.asterisk.queue_log import files_since, records
from callcenter.asterisk.queue_log_lines import AnyRecord, parse
from callcenter.errors import BadInput, NotFound
from callcenter.floor.terms import Instant
from callcenter.settings import PbxSettings

COLUMNS = ("time", "callid", "queuename", "agent", "event")
ROWS_AT_ONCE = 1_000


class QueueLog(Protocol):
    """Asterisk's own account of one PBX. Reading blocks: do it in a thread."""

    def records(self, since: Instant, until: Instant) -> Iterator[AnyRecord]:
        """What it tells from `since` up to, but without, `until`, in the order of time.

        Raises NotFound or BadInput where it cannot be read.
        """
        ...


@dataclass(frozen=True)
class LogFiles:
    """The file that Asterisk writes, and what rotation left beside it."""

    path: Path

    def records(self, since: Instant, until: Instant) -> Iterator[AnyRecord]:
        """See QueueLog."""
        return records(files_since(self.path, since), since, until)


@dataclass(frozen=True)
class LogTable:
    """The table of a realtime queue_log: `time, callid, queuename, agent, event`, and `data1` to `data5` or `data`.

    Asterisk writes local time into a text column, databases may have made instants or numbers of it: `zone` is the
    PBX's where the column does not tell.
    """

    url: str
    table: str
    zone: ZoneInfo

    def records(self, since: Instant, until: Instant) -> Iterator[AnyRecord]:
        """See QueueLog."""
        try:
            engine = create_engine(self.url, poolclass=NullPool, hide_parameters=True)
        except (ArgumentError, ImportError) as error:
            # The message of SQLAlchemy would tell the address and with it the password.
            why = f"queue_log_url: no driver for this address ({type(error).__name__})"
            raise BadInput(why, field="queue_log_url") from None
        try:
            with engine.connect() as connection:
                yield from self._read(connection, since, until)
        except NoSuchTableError:
            raise NotFound(f"queue_log_table: there is no table {self.table}", field="queue_log_table") from None
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or type(error).__name__
            raise BadInput(f"queue_log_url: the table cannot be read: {reason}", field="queue_log_url") from None

    def _read(self, connection: Connection, since: Instant, until: Instant) -> Iterator[AnyRecord]:
        schema, _, name = self.table.rpartition(".")
        table = Table(name, MetaData(), schema=schema or None, autoload_with=connection)
        if missing := [column for column in COLUMNS if column not in table.c]:
            raise BadInput(f"queue_log_table: {self.table} has no column {missing[0]}", field="queue_log_table")
        time = table.c.time
        sample = connection.scalar(select(time).where(time.is_not(None)).limit(1))
        if sample is None:
            return
        query = select(table).where(time >= self._bound(sample, since), time < self._bound(sample, until))
        order = [time, *(column for column in table.primary_key if column is not time)]
        data = [column for column in table.c if column.name in DATA_COLUMNS]
        rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query.order_by(*order))
        for row in rows.mappings():
            record = parse(self._line(row, data))
            if record is not None and since <= record.at < until:
                yield record

    def _bound(self, sample: Any, at: Instant) -> Any:
        """An instant as this column has it; rounded down, since text may have fewer digits."""
        if isinstance(sample, datetime):
            moment = datetime.fromtimestamp(int(at), sample.tzinfo or self.zone)
            return moment if sample.tzinfo else moment.replace(tzinfo=None)
        if not isinstance(sample, str):
            return int(at)
        if _is_number(sample):
            return str(int(at))
        return datetime.fromtimestamp(int(at), self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def _line(self, row: Any, data: list[Column[Any]]) -> str:
        """The row as it would stand in the file; unused columns at its end do not."""
        words = [_text(row[column]) for column in data]
        while words and not words[-1]:
            words.pop()
        head = [_text(row[column]) for column in COLUMNS[1:]]
        return "|".join([str(int(self._instant(row["time"]))), *head, *words])

    def _instant(self, time: Any) -> Instant:
        if isinstance(time, str):
            if _is_number(time):
                return float(time)
            time = datetime.fromisoformat(time.strip())
        if isinstance(time, datetime):
            return (time if time.tzinfo else time.replace(tzinfo=self.zone)).timestamp()
        return float(time or 0)


DATA_COLUMNS = frozenset({"data", "data1", "data2", "data3", "data4", "data5"})


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdecimal()


def queue_log_of(pbx: PbxSettings, zone: ZoneInfo) -> QueueLog | None:
    """Where the queue_log of this PBX is; None where the settings do not tell."""
    if url := pbx.queue_log_url.get_secret_value():
        return LogTable(url, pbx.queue_log_table, zone)
    return LogFiles(pbx.queue_log) if pbx.queue_log is not None else None
