"""The way to the database: the engine with its settings, sessions, and the schema brought up to date."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from callcenter.errors import SetupFailed

Sessions = async_sessionmaker[AsyncSession]

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
BUSY_TIMEOUT_MS = 10_000
WAL_TRIES = 10
# Sums of many measures are long expressions over few rows: compiling them took 10 s for what then ran in 0.2 s.
POSTGRESQL = {"server_settings": {"jit": "off"}}
# Any fixed number: it names the lock that lets one process at a time change the schema.
MIGRATION_LOCK = 7_350_001


def make_engine(storage_url: str) -> AsyncEngine:
    """The engine for a SQLite file, which is made if it does not exist, or a PostgreSQL database; it connects later.

    Raises SetupFailed for an address that cannot be one. The password is never part of a message.
    """
    url = _checked_url(storage_url)
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args=POSTGRESQL
        )
    if url.database and url.database != ":memory:":
        _make_file(Path(url.database))
    engine = create_async_engine(url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "invalidate", _roll_back)
    return engine


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def migrate(engine: AsyncEngine) -> None:
    """Brings the schema to the newest version, all or nothing; several processes may start at once.

    Raises SetupFailed if the database cannot be reached or refuses.
    """
    with _told_as_setup(engine):
        async with engine.connect() as connection:
            await connection.execute(text(_locking(connection.dialect.name)), _lock_parameters(connection.dialect.name))
            await connection.run_sync(_upgrade)
            await connection.commit()


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection whose queries all see the database as it is at the first of them."""
    async with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN")
        else:
            connection = await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


class Schema(NamedTuple):
    """How far a database is migrated: its revision ("" when nothing is there), the newest, all that are known."""

    revision: str
    newest: str
    known: frozenset[str]


async def read_schema(engine: AsyncEngine) -> Schema:
    """Looks without changing anything. Raises SetupFailed if the database cannot be reached or refuses."""
    scripts = ScriptDirectory.from_config(_config())
    with _told_as_setup(engine):
        async with engine.connect() as connection:
            revision = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    known = frozenset(script.revision for script in scripts.walk_revisions())
    return Schema(revision or "", scripts.get_current_head() or "", known)


@contextmanager
def _told_as_setup(engine: AsyncEngine) -> Iterator[None]:
    try:
        yield
    except (OSError, DBAPIError) as error:
        where = engine.url.render_as_string(hide_password=True)
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise SetupFailed(f"The database {where} cannot be used: {reason}", field="database_url") from error


def _checked_url(storage_url: str) -> URL:
    try:
        url = make_url(storage_url)
    except (ArgumentError, ValueError):
        raise SetupFailed("database_url is not a database address", field="database_url") from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        known = "sqlite+aiosqlite:///file or postgresql+asyncpg://user:password@host/database"
        raise SetupFailed(f"database_url: {url.drivername!r} is not supported; use {known}", field="database_url")
    return url.set(drivername=driver)


def _make_file(path: Path) -> None:
    """Makes an empty database if there is none, for this user's eyes alone: callers' numbers and password hashes."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise SetupFailed(f"The database cannot be made: {error}", field="database_url") from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Lets readers go on while somebody writes; the file remembers it.

    Of several that first turn a new file to it at once, SQLite refuses some without waiting for the others.
    """
    for _ in range(WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            # This is waited for as long as BUSY_TIMEOUT_MS says.
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _roll_back(connection: sqlite3.Connection, _record: Any, _error: BaseException | None) -> None:
    # Given up in the middle of a transaction (its task was cancelled), a connection keeps the lock of the database
    # even closed, until the last of its cursors is forgotten.
    connection.rollback()


def _locking(dialect: str) -> str:
    # SQLite's driver opens no transaction before DDL, so a killed migration would leave half of it: open one.
    return "BEGIN IMMEDIATE" if dialect == "sqlite" else "SELECT pg_advisory_xact_lock(:lock)"


def _lock_parameters(dialect: str) -> dict[str, int]:
    return {} if dialect == "sqlite" else {"lock": MIGRATION_LOCK}


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("callcenter.store") / "migrations"))
    return config
