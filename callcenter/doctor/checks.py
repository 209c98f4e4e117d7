"""Every check in the order of fixing, and what they found."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from callcenter.asterisk.examination import Examination, Reached, examine
from callcenter.asterisk.websockets import Knocked, knock
from callcenter.doctor import account, books, browser_phones, complaints, connection, machine, memory, queues, storage
from callcenter.doctor.findings import Finding, Status, Visit, error, ok, unknown
from callcenter.errors import SetupFailed
from callcenter.filling.complaints import takes_complaints
from callcenter.recordings.keys import KeysInUse, keys_in_use
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import Schema, Sessions, make_engine, make_sessions, read_schema

Read = TypeVar("Read")

PBX_CHECKS = (
    *connection.CHECKS,
    *account.CHECKS,
    *connection.CHECKS_OF_RELEASE,
    *books.CHECKS,
    *queues.CHECKS,
)
CENTRE_CHECKS = (*queues.CENTRE_CHECKS, *machine.CHECKS, *storage.CHECKS, *memory.CHECKS, *complaints.CHECKS)

NOT_REACHED = {
    Reached.ADDRESS: "not looked at: the address cannot be reached",
    Reached.AMI: "not looked at: there is no AMI",
    Reached.LOGIN: "not looked at: there is no login",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One check as made: of a PBX, or of the centre ("")."""

    name: str
    title: str
    pbx: str
    finding: Finding


async def look(load: Callable[[], Settings]) -> list[Row]:
    """Makes every check; without settings there is nothing else to look at."""
    try:
        settings = load()
    except SetupFailed as failure:
        advice = "Correct it and run this again; docs/guide.md lists every setting."
        return [Row("settings", "Settings", "", error(failure.message, advice))]
    interfaces = list(queues.phones_of(settings))
    examinations = tuple(await asyncio.gather(*(examine(pbx, interfaces) for pbx in settings.pbxs)))
    knocked = dict(await asyncio.gather(*map(_knock, _with_browser_phones(settings))))
    schema = await _schema(settings.storage_url)
    keys = await _read(settings.storage_url, schema, keys_in_use, KeysInUse({}, None))
    takes = await _read(settings.storage_url, schema, takes_complaints, missing=False)
    visit = Visit(settings, examinations, schema, keys, takes)
    readable = ok(f"{len(settings.pbxs)} PBX, {len(settings.queues)} queues, {len(settings.agents)} agents")
    return [
        Row("settings", "Settings", "", readable),
        *(
            row
            for found in examinations
            for row in (*_of_pbx(found, settings), *_of_browser_phones(found.pbx, knocked.get(found.pbx.name)))
        ),
        *(Row(check.name, check.title, "", check.look(visit)) for check in CENTRE_CHECKS),
    ]


def _of_pbx(found: Examination, settings: Settings) -> Iterator[Row]:
    for check in PBX_CHECKS:
        is_reached = found.reached >= check.needs
        finding = check.look(found, settings) if is_reached else unknown(NOT_REACHED[check.needs])
        yield Row(check.name, check.title, found.pbx.name, finding)


def _with_browser_phones(settings: Settings) -> list[PbxSettings]:
    return [pbx for pbx in settings.pbxs if pbx.browser_phone_url in settings.browser_phone_urls]


async def _knock(pbx: PbxSettings) -> tuple[str, Knocked]:
    return pbx.name, await knock(pbx.browser_phone_url)


def _of_browser_phones(pbx: PbxSettings, knocked: Knocked | None) -> Iterator[Row]:
    """None without phones in browsers; without a certificate by ws://, which is for this machine alone."""
    if knocked is None:
        return
    yield Row("browser_phones", "Phones in browsers", pbx.name, browser_phones.websocket(knocked))
    if knocked.is_secure:
        finding = browser_phones.certificate(knocked, datetime.now(UTC))
        yield Row("browser_phones_certificate", "Their certificate", pbx.name, finding)


async def _schema(storage_url: str) -> Schema | SetupFailed | None:
    """How far the database is migrated. A SQLite file that is not there is not made."""
    if _is_missing_file(storage_url):
        return None
    try:
        engine = make_engine(storage_url)
    except SetupFailed as failure:
        return failure
    try:
        return await read_schema(engine)
    except SetupFailed as failure:
        return failure
    finally:
        await engine.dispose()


async def _read(
    storage_url: str, schema: Schema | SetupFailed | None, read: Callable[[Sessions], Awaitable[Read]], missing: Read
) -> Read | None:
    """What is read from the database: `missing` of one that is not there yet, None where it cannot be looked into."""
    if schema is None:
        return missing
    if isinstance(schema, SetupFailed) or schema.revision != schema.newest:
        return None
    engine = make_engine(storage_url)
    try:
        return await read(make_sessions(engine))
    except (OSError, DBAPIError):
        return None
    finally:
        await engine.dispose()


def _is_missing_file(storage_url: str) -> bool:
    try:
        url = make_url(storage_url)
    except (ArgumentError, ValueError):
        return False
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def worst(rows: list[Row]) -> Status:
    """The status of all together; what could not be looked at is not counted."""
    seen = {row.finding.status for row in rows}
    return next((status for status in (Status.ERROR, Status.WARNING) if status in seen), Status.OK)
