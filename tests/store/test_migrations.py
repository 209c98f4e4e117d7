"""The schema that migrations make is the schema that the tables say, on both databases."""

import sqlite3
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

import callcenter
from callcenter.errors import SetupFailed
from callcenter.store.engine import make_engine, migrate
from callcenter.store.tables import Base
from tests.databases import PostgresServer

for _tables in Path(callcenter.__file__).parent.glob("*/*tables.py"):
    import_module(f"callcenter.{_tables.parent.name}.{_tables.stem}")


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [*compare_metadata(context, Base.metadata)]


# On SQLite an index of an expression cannot be read back; what it is for is tested in tests/calls.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
async def test_tables_and_migrations_agree(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_migrating_again_changes_nothing(engine: AsyncEngine) -> None:
    await migrate(engine)
    async with engine.connect() as connection:
        versions = (await connection.execute(text("SELECT version_num FROM alembic_version"))).all()
    assert len(versions) == 1


@pytest.mark.parametrize(
    "address",
    ["mysql://u:hunter2@h/d", "hunter2", "postgresql://u:hunter2@h:port/d", "sqlite+aiosqlite:////dev/null/x/y.db"],
)
def test_wrong_address_is_refused_without_telling_the_password(address: str) -> None:
    with pytest.raises(SetupFailed) as failure:
        make_engine(address)
    assert failure.value.field == "database_url"
    assert "hunter2" not in str(failure.value)


async def test_unreachable_server_is_told_without_the_password() -> None:
    engine = make_engine("postgresql://u:hunter2@127.0.0.1:1/centre")
    with pytest.raises(SetupFailed, match=r"u:\*\*\*@127\.0\.0\.1:1/centre cannot be used") as failure:
        await migrate(engine)
    assert "hunter2" not in str(failure.value)


async def test_unknown_database_is_told(postgres: PostgresServer) -> None:
    engine = make_engine(postgres.url("nowhere"))
    with pytest.raises(SetupFailed, match='database "nowhere" does not exist'):
        await migrate(engine)


async def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, this is no database." * 50)
    engine = make_engine(f"sqlite:///{path}")
    with pytest.raises(SetupFailed, match="not a database"):
        await migrate(engine)
    await engine.dispose()


async def test_sqlite_is_made_with_its_folder_and_settings(tmp_path: Path) -> None:
    path = tmp_path / "var" / "callcenter.db"
    engine = make_engine(f"sqlite+aiosqlite:///{path}")
    await migrate(engine)
    async with engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one() == 1
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == 1
    await engine.dispose()
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()
    assert [entry.stat().st_mode & 0o077 for entry in (path.parent, *path.parent.iterdir())] == [0, 0]
