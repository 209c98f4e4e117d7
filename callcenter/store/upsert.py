"""The statement that writes facts as rows, whether or not they are there already."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from callcenter.floor.facts import Fact
from callcenter.store.tables import FACT_TABLES

Columns = ReadOnlyColumnCollection[str, Any]
Replaces = Callable[[Columns, Columns], ColumnElement[bool]]
"""Whether a row is replaced, from its columns and those of the one that comes with the same key."""


@cache
def upsert(kind: type[Fact], dialect: str, replaces: Replaces) -> Insert:
    """Inserts facts of this kind; one whose key is there is replaced where `replaces` holds, and kept otherwise."""
    table = FACT_TABLES[kind]
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    new = insert.excluded
    others = {column.name: new[column.name] for column in table.c if column.name not in (*kind.key, "id")}
    return insert.on_conflict_do_update(index_elements=[*kind.key], set_=others, where=replaces(table.c, new))
