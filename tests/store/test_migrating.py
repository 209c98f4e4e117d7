"""Migrating is all or nothing, and safe for several processes that start at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from msgspec import structs
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.tables import ApiKey
from callcenter.errors import SetupFailed
from callcenter.store import engine as engine_module
from callcenter.store.engine import make_engine, migrate, read_schema
from callcenter.store.tables import attempt_results
from tests.databases import PostgresServer, SqliteFiles
from tests.facts import an_attempt_result as a_result


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest) -> AsyncIterator[AsyncEngine]:
    """A database without any table."""
    if request.param == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite")
        url = await files.new_database(migrated=False)
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.url(await server.new_database(migrated=False))
    engine = make_engine(url)
    yield engine
    await engine.dispose()


async def _tables(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: inspect(sync).get_table_names())


async def test_the_schema_is_read_without_changing_it(empty: AsyncEngine) -> None:
    before = await read_schema(empty)
    assert before.revision == ""
    assert before.newest in before.known
    assert await _tables(empty) == []
    await migrate(empty)
    assert (await read_schema(empty)).revision == before.newest


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = engine_module._upgrade

    def fail_at_the_end(connection: Connection) -> None:
        upgrade(connection)
        assert "calls" in inspect(connection).get_table_names()
        raise OperationalError("CREATE", {}, Exception("disk full"))

    monkeypatch.setattr(engine_module, "_upgrade", fail_at_the_end)
    with pytest.raises(SetupFailed, match="disk full"):
        await migrate(empty)
    assert await _tables(empty) == []


def _upgrade_to(connection: Connection, revision: str) -> None:
    config = engine_module._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_keys_from_before_numbers_were_masked_go_on_telling_them(empty: AsyncEngine) -> None:
    user = (
        "INSERT INTO users (id, username, username_key, name, password_hash, roles, language, is_disabled, created_at)"
        " VALUES (1, 'a', 'a', 'A', '', '[]', '', false, 0)"
    )
    key = (
        "INSERT INTO api_keys (id, user_id, name, secret_sha256, permissions, created_at, last_address)"
        " VALUES (1, 1, 'CRM', 'x', '[\"see_lists\", \"run_lists\"]', 0, '')"
    )
    async with empty.begin() as connection:
        await connection.run_sync(_upgrade_to, "0048")
        await connection.execute(text(user))
        await connection.execute(text(key))
    await migrate(empty)
    async with empty.connect() as connection:
        assert await connection.scalar(select(ApiKey.permissions)) == ["run_lists", "see_lists", "see_numbers"]


async def test_results_from_before_persons_were_told_of_say_nothing_of_them(empty: AsyncEngine) -> None:
    rows = [a_result(attempt_id="a1", is_machine=True), a_result(attempt_id="a2", is_machine=False)]
    async with empty.begin() as connection:
        await connection.run_sync(_upgrade_to, "0016")
        await connection.execute(insert(attempt_results), [structs.asdict(row) for row in rows])
    await migrate(empty)
    async with empty.connect() as connection:
        kept = await connection.execute(select(attempt_results.c.is_machine).order_by(attempt_results.c.id))
        indexes = await connection.run_sync(lambda sync: inspect(sync).get_indexes("attempt_results"))
    assert kept.scalars().all() == [True, None]
    assert {index["name"] for index in indexes} >= {index.name for index in attempt_results.indexes}


async def test_several_processes_may_start_at_once(empty: AsyncEngine) -> None:
    others = [make_engine(empty.url.render_as_string(hide_password=False)) for _ in range(3)]
    await asyncio.gather(*map(migrate, [empty, *others]))
    for other in others:
        await other.dispose()
    assert "calls" in await _tables(empty)


async def test_several_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    async def opened(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
        await engine.dispose()

    for number in range(80):  # without care one file in twelve could not be opened
        engines = [make_engine(f"sqlite+aiosqlite:///{tmp_path / f'{number}.db'}") for _ in range(4)]
        await asyncio.gather(*map(opened, engines))
