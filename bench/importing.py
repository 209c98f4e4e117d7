"""100,000 rows become targets, or customers: how long it takes, and how long the loop of the server waits meanwhile.

One in a hundred rows of customers is bad: the good ones are there after it, and the file of errors names each bad one.
The baseline is the same file with nothing done but read: `csv.reader`, or the workbook's own library.
"""

import asyncio
import csv
import io
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, func, select

from callcenter.customers.importing import Imported
from callcenter.customers.service import Context as Customers
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.dialer import service
from callcenter.dialer.importing.columns import Kind
from callcenter.dialer.importing.error_file import HEADS, error_file
from callcenter.dialer.importing.jobs import Context, Importer, Options, make_draft, one_import
from callcenter.dialer.importing.rows import Policy
from callcenter.dialer.tables import Import, Target
from callcenter.store.engine import Sessions, make_engine, make_sessions, migrate
from tests.databases import PostgresServer
from tests.dialer.conftest import FIELDS

ROWS = 100_000
LIMIT_SECONDS = {Kind.TARGETS: 30.0, Kind.CUSTOMERS: 60.0}
LOOK_SECONDS = 0.02
HEAD = ("number", "name", "company", "date", "reference", "level")
A_BAD_ONE_IN = 100
BAD = (
    ("number", "12", "invalid_number", "too short or too long for a number"),
    ("number", "", "no_number", "no number"),
    ("level", "royal", "unknown_level", "the settings know no such level"),
    ("number", "{twin}", "twice_in_file", "the same number as in line {line}"),
)
"""What is wrong with the bad rows, in turn: column, value, code and reason; `twin` is the row before."""


def measure() -> list[dict[str, object]]:
    """A row for each database, what the rows become, and kind of file."""
    postgres = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            sqlite = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
            postgresql = postgres.url(asyncio.run(postgres.new_database(migrated=False)))
            return [
                asyncio.run(_one(name, url, kind, make(kind), baseline))
                for url in (sqlite, postgresql)
                for kind in LIMIT_SECONDS
                for name, (make, baseline) in FILES.items()
            ]
    finally:
        postgres.stop()


async def _one(name: str, url: str, kind: Kind, content: bytes, baseline: Callable[[bytes], int]) -> dict[str, object]:
    engine = make_engine(url)
    await migrate(engine)
    sessions = make_sessions(engine)
    list_id = await _place(sessions, name, kind)
    waits: list[float] = []
    watching = asyncio.create_task(_watch(waits))
    began_at, computed = time.perf_counter(), _computing()
    count, told = await _imported(sessions, kind, list_id, content)
    seconds, computed = time.perf_counter() - began_at, _computing() - computed
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await engine.dispose()
    began_at = time.perf_counter()
    read = baseline(content)
    return {
        "become": kind,
        "file": name,
        "database": engine.dialect.name,
        "rows": count,
        "bad": len(told),
        "seconds": round(seconds, 1),
        "rows/s": round(ROWS / seconds),
        "CPU s": round(computed, 1),
        "read only": round(time.perf_counter() - began_at, 2),
        "loop waits ms": round(max(waits) * 1000),
        "all there": read - 1 == ROWS == count + len(told) and told == list(_faults(kind)),
    }


def _computing() -> float:
    """CPU seconds of this process and of those that it waited for: what is left when a machine is busy otherwise."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


async def _place(sessions: Sessions, name: str, kind: Kind) -> int | None:
    """Where targets go; of customers there are none yet."""
    if kind is Kind.TARGETS:
        return await service.create_list(sessions, FIELDS | {"name": name}, time.time())
    async with sessions.begin() as session:
        await session.execute(delete(CustomerNumber))
        await session.execute(delete(Customer))
    return None


async def _imported(
    sessions: Sessions, kind: Kind, list_id: int | None, content: bytes
) -> tuple[int, list[dict[str, str]]]:
    """How many there are after the import, and the lines of its file of errors."""
    customers = Imported(Customers(sessions, time.time))
    importer = Importer(Context(sessions, lambda _: None, time.time, customers=customers))
    draft = await make_draft(importer.context, kind, list_id, "bench", content, "bench")
    await importer.start(draft.id, Options(duplicates=Policy.REFUSE, skip_bad=True))
    await importer.finished(draft.id)
    row = await one_import(sessions, draft.id, with_report=True)
    if row.state != "done":
        raise RuntimeError(f"{row.state}: {row.detail}")
    async with sessions() as session:
        made = (
            select(func.count(Customer.id))
            if list_id is None
            else select(func.count()).where(Target.list_id == list_id)
        )
        return await session.scalar(made) or 0, _errors(row)


def _errors(row: Import) -> list[dict[str, str]]:
    lines = csv.DictReader(io.StringIO(error_file(row.report, "en").decode("utf-8-sig"), newline=""))
    return [{name: text for name, text in line.items() if name != "value"} for line in lines]


async def _watch(waits: list[float]) -> None:
    """Notes how much later than asked the loop comes round."""
    while True:
        began_at = time.perf_counter()
        await asyncio.sleep(LOOK_SECONDS)
        waits.append(time.perf_counter() - began_at - LOOK_SECONDS)


# --- files ------------------------------------------------------------------------------------------------------


def _number(at: int) -> str:
    return f"138{at:08}"


def _rows(kind: Kind) -> Iterator[list[str]]:
    """What the file has under its head."""
    for at in range(ROWS):
        row = [_number(at), f"Customer {at}", f"Shanghai 上海 {at}", "2026-11-01", f"C-{at}", "regular"]
        if (fault := _fault(kind, at)) is not None:
            row[HEAD.index(fault[0])] = fault[1].format(twin=_number(at - 1))
        yield row


def _fault(kind: Kind, at: int) -> tuple[str, str, str, str] | None:
    """What is wrong with a row, if it is a bad one."""
    nth, rest = divmod(at + 1, A_BAD_ONE_IN)
    return BAD[nth % len(BAD)] if kind is Kind.CUSTOMERS and rest == 0 else None


def _faults(kind: Kind) -> Iterator[dict[str, str]]:
    """The lines of the file of errors; the first row stands in line 2."""
    names = [name for name in HEADS["en"] if name != "value"]
    for at in range(ROWS):
        if (fault := _fault(kind, at)) is not None:
            column, _, code, reason = fault
            line = at + 2
            yield dict(zip(names, (str(line), column, code, reason.format(line=line - 1)), strict=True))


def _csv(kind: Kind) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEAD, *_rows(kind)])
    return text.getvalue().encode()


def _xlsx(kind: Kind) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for at, row in enumerate([HEAD, *_rows(kind)]):
            page.write_row(at, 0, row)
    return file.getvalue()


def _read_csv(content: bytes) -> int:
    return len(list(csv.reader(io.StringIO(content.decode(), newline=""))))


def _read_xlsx(content: bytes) -> int:
    return len(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())


FILES: dict[str, tuple[Callable[[Kind], bytes], Callable[[bytes], int]]] = {
    "CSV": (_csv, _read_csv),
    "XLSX": (_xlsx, _read_xlsx),
}


def holds(rows: list[dict[str, object]]) -> bool:
    """Whether every good row was there in time, and every bad one in the file of errors."""
    return all(
        float(str(row["seconds"])) < LIMIT_SECONDS[Kind(str(row["become"]))] and row["all there"] is True
        for row in rows
    )
