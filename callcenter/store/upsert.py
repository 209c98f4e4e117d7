"""Writes facts as rows, whether or not they are there already."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import structs
from sqlalchemy import ColumnElement, Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from callcenter.floor.facts import Fact
from callcenter.store.tables import FACT_TABLES

Columns = ReadOnlyColumnCollection[str, Any]
Replaces = Callable[[Columns, Columns], ColumnElement[bool]]
"""Whether a row is replaced, from its columns and those of the one that comes with the same key; no parameters."""


async def upsert(connection: AsyncConnection, kind: type[Fact], facts: Sequence[Fact], replaces: Replaces) -> None:
    """Inserts facts of one kind; one whose key is there is replaced where `replaces` holds, and kept otherwise."""
    # Values go to the driver as they are: thousands of facts a second would spend most of their time on the way there.
    statement = _statement(kind, connection.dialect, replaces)
    await connection.exec_driver_sql(statement, [structs.astuple(fact) for fact in facts])


@lru_cache(maxsize=64)
def _statement(kind: type[Fact], dialect: Dialect, replaces: Replaces) -> str:
    """The statement in the words of the driver; its parameters are the fields of the fact in their order."""
    table = FACT_TABLES[kind]
    insert = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(table)
    new = insert.excluded
    others = {column.name: new[column.name] for column in table.c if column.name not in (*kind.key, "id")}
    statement = insert.on_conflict_do_update(index_elements=[*kind.key], set_=others, where=replaces(table.c, new))
    return str(statement.compile(dialect=dialect, column_keys=list(kind.__struct_fields__)))
