"""Fixtures for every folder: `engine` and `sessions` run a test on SQLite and on PostgreSQL, on fresh databases."""

import logging
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from pydantic_core import core_schema
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from callcenter.store.engine import Sessions, make_engine, make_sessions
from tests.databases import PostgresServer, SqliteFiles, new_folder
from tests.recordings.buckets import BucketServer

# In tests an answer that has more than its description tells is an error; a running server leaves that away.
core_schema.typed_dict_schema = partial(core_schema.typed_dict_schema, extra_behavior="forbid")


class Misdescribed(logging.Handler):
    """Takes down each answer that is not as it is described."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(autouse=True)
def answers_are_as_described() -> Iterator[None]:
    """Fails a test in which an answer was none that the API's description tells."""
    handler, logger = Misdescribed(), logging.getLogger("callcenter.problems")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    assert handler.said == []


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test run's own."""
    server = PostgresServer(new_folder("pg"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite() -> Iterator[SqliteFiles]:
    """A source of SQLite databases."""
    files = SqliteFiles()
    yield files
    files.remove()


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[BucketServer]:
    """An S3-compatible server with the bucket `centre`."""
    server = BucketServer()
    server.make_bucket("centre")
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def storage_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of an empty, migrated database."""
    if request.param == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite")
        url = await files.new_database()
        yield url
        files.give_back(url)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    database = await server.new_database()
    yield server.url(database)
    await server.give_back(database)


@pytest.fixture
async def engine(storage_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on an empty, migrated database."""
    engine = make_engine(storage_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """Sessions on an empty, migrated database."""
    return make_sessions(engine)
