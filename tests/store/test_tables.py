"""Each fact class has a table whose columns are its fields, and rows that read back as the same fact."""

import typing

import pytest
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.facts import AnyFact, Fact
from callcenter.store.recorder import Recorder
from callcenter.store.tables import FACT_TABLES, fact_of
from tests.facts import one_of_each

FACTS: list[type[Fact]] = [*typing.get_args(AnyFact)]


def test_every_fact_has_a_table() -> None:
    assert set(FACT_TABLES) == set(FACTS)


@pytest.mark.parametrize("fact", FACTS)
def test_columns_are_the_fields_and_the_key_is_unique(fact: type[Fact]) -> None:
    table = FACT_TABLES[fact]
    assert [column.name for column in table.c] == ["id", *fact.__struct_fields__]
    keys = [tuple(column.name for column in c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    assert keys == [fact.key]
    hints = typing.get_type_hints(fact)
    nullable = [name for name in fact.__struct_fields__ if type(None) in typing.get_args(hints[name])]
    assert [column.name for column in table.c if column.nullable] == nullable


async def test_a_row_reads_back_as_the_fact_that_it_was(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    facts = one_of_each()
    recorder.note(facts)
    await recorder.flush()
    async with engine.connect() as connection:
        for fact in facts:
            rows = (await connection.execute(select(FACT_TABLES[type(fact)]))).mappings().all()
            assert [fact_of(type(fact), row) for row in rows] == [fact]
