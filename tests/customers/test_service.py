"""Customers in both databases: made, changed, found, merged, deleted."""

import asyncio

import pytest

from callcenter.customers import merging, service
from callcenter.customers.rules import Number
from callcenter.customers.service import Context, Wanted
from callcenter.errors import BadInput, Conflict, NotFound
from tests.customers.conftest import LI, WANG, ZHAO, a_record


async def _names(context: Context, after: int | None = None, limit: int = 50, **wanted: str) -> list[str]:
    return [one.row.name for one in await service.page(context, Wanted(**wanted), after=after, limit=limit)]


async def test_a_record_is_kept_and_changed_by_one_at_a_time(context: Context) -> None:
    record = a_record(attributes={"company": "ACME", "email": " "}, consent="given", consent_at=1.5, numbers=(LI, WANG))
    made = await service.create(context, record, "ada")
    assert made.record.attributes == {"company": "ACME"}
    assert (await service.one(context, made.row.id)).record == made.record
    changed = await service.change(context, made.row.id, a_record(numbers=(WANG, LI, ZHAO)), 1, "bob")
    assert [one.number for one in changed.numbers] == [WANG, LI, ZHAO]
    assert (changed.row.version, changed.row.created_by, changed.row.changed_by) == (2, "ada", "bob")
    with pytest.raises(Conflict):
        await service.change(context, made.row.id, a_record(), 1, "eve")
    with pytest.raises(NotFound):
        await service.change(context, 999, a_record(), 1, "eve")


async def test_of_two_who_change_at_once_one_is_told(context: Context) -> None:
    made = await service.create(context, a_record(), "ada")
    both = [service.change(context, made.row.id, a_record(name=name), 1, name) for name in ("A", "B")]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Seen"]


async def test_a_reference_is_one_customers(context: Context) -> None:
    await service.create(context, a_record(reference="C-1"), "ada")
    await service.create(context, a_record(), "ada")
    second = await service.create(context, a_record(), "ada")
    for refused in (
        service.create(context, a_record(reference="C-1"), "ada"),
        service.change(context, second.row.id, a_record(reference="C-1"), 1, "ada"),
    ):
        with pytest.raises(Conflict) as error:
            await refused
        assert error.value.field == "reference"


async def test_customers_are_found_by_what_is_known_of_them(context: Context) -> None:
    await service.create(context, a_record(name="Li Wei", reference="C-1"), "ada")
    await service.create(context, a_record(name="ＬＩ Na", level="important", numbers=(WANG,)), "ada")
    await service.create(context, a_record(name="王小明", attributes={"company": "ACME"}, numbers=(LI, ZHAO)), "ada")
    assert await _names(context) == ["王小明", "ＬＩ Na", "Li Wei"]
    assert await _names(context, name="li") == ["ＬＩ Na", "Li Wei"]
    assert await _names(context, name="王") == ["王小明"]
    assert await _names(context, name="%") == []
    assert await _names(context, number="138 0013 8000") == ["王小明", "Li Wei"]
    assert await _names(context, number="withheld") == []
    assert await _names(context, reference="C-1") == ["Li Wei"]
    assert await _names(context, level="important") == ["ＬＩ Na"]
    assert await _names(context, attribute="company", value="ACME") == ["王小明"]
    assert await _names(context, attribute="company", value="' OR 1=1") == []
    with pytest.raises(BadInput):
        await _names(context, attribute="x' OR '1'='1", value="y")
    number, found = await service.known_callers(context, "013800138001"[1:])
    assert (number, [one.row.name for one in found]) == (WANG, ["ＬＩ Na"])
    assert await service.known_callers(context, "anonymous") == ("", [])


@pytest.mark.parametrize("name", [None, "li"])
async def test_pages_hold_every_customer_once(context: Context, name: str | None) -> None:
    for nth in range(7):
        await service.create(context, a_record(name=f"Li {nth % 3}"), "ada")
    seen: list[int] = []
    after = None
    while found := await service.page(context, Wanted(name=name), after=after, limit=3):
        seen += [one.row.id for one in found]
        after = seen[-1]
    assert len(seen) == len(set(seen)) == 7


async def test_do_not_call_is_the_dialers_list(context: Context) -> None:
    made = await service.create(context, a_record(numbers=(LI, WANG)), "ada")
    assert made.banned == {}
    assert (await service.forbid_calls(context, made.row.id, "asked", "ada")).banned == {LI: None, WANG: None}
    assert (await service.create(context, a_record(numbers=(WANG,)), "ada")).banned == {WANG: None}
    nameless = await service.create(context, a_record(numbers=()), "ada")
    with pytest.raises(Conflict):
        await service.forbid_calls(context, nameless.row.id, "", "ada")


async def test_a_merge_hides_a_record_and_undoing_it_brings_both_back(context: Context) -> None:
    kept = await service.create(context, a_record(note="first"), "ada")
    more = {"attributes": {"company": "ACME"}, "reference": "C-2", "note": "second"}
    gone = await service.create(context, a_record(name="Li W.", numbers=(LI, WANG), **more), "ada")
    merged = await merging.merge(context, (kept.row.id, 1), (gone.row.id, 1), "bob")
    assert [one.number for one in merged.numbers] == [LI, WANG]
    assert merged.record.attributes == {"company": "ACME"}
    assert merged.record.note == "first\n\nsecond"
    with pytest.raises(NotFound, match=f"merged into customer {kept.row.id}"):
        await service.one(context, gone.row.id)
    _, known = await service.known_callers(context, WANG)
    assert [one.row.id for one in known] == [kept.row.id]
    [told] = await merging.merges(context, kept.row.id)
    assert (told.said, told.can_be_undone, told.row.added) == (gone.record, True, [WANG])

    assert merged.record.reference == "C-2"
    undone = await merging.undo(context, told.row.id, "bob")
    assert undone.record == kept.record
    assert (await service.one(context, gone.row.id)).record == gone.record
    with pytest.raises(Conflict):
        await merging.undo(context, told.row.id, "bob")


async def test_the_reference_of_a_merged_record_finds_the_kept_one(context: Context) -> None:
    references = ["C-1", "C-2", "C-3"]
    ids = [(await service.create(context, a_record(reference=one), "ada")).row.id for one in references]
    await merging.merge(context, (ids[1], 1), (ids[2], 1), "bob")
    await merging.merge(context, (ids[0], 1), (ids[1], 2), "bob")
    for reference in references:
        found = await service.page(context, Wanted(reference=reference), after=None, limit=9)
        assert [one.row.id for one in found] == [ids[0]]


async def test_merges_are_undone_from_the_last_one_on(context: Context) -> None:
    ids = [(await service.create(context, a_record(numbers=(n,)), "ada")).row.id for n in (LI, WANG, ZHAO)]
    await merging.merge(context, (ids[0], 1), (ids[1], 1), "bob")
    await merging.merge(context, (ids[0], 2), (ids[2], 1), "bob")
    last, first = await merging.merges(context, ids[0])
    with pytest.raises(Conflict, match="later"):
        await merging.undo(context, first.row.id, "bob")
    await merging.undo(context, last.row.id, "bob")
    undone = await merging.undo(context, first.row.id, "bob")
    assert [one.number for one in undone.numbers] == [LI]
    assert [one.row.undone_by for one in await merging.merges(context, ids[0])] == ["bob", "bob"]


async def test_two_who_merge_the_same_customers_both_ways_do_not_lose_them(context: Context) -> None:
    one, other = [(await service.create(context, a_record(), "ada")).row.id for _ in range(2)]
    both = [
        merging.merge(context, (kept, 1), (gone, 1), "bob") for kept, gone in ((one, other), (other, one))
    ]  # fmt: skip
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(result, service.Seen) for result in done) == 1
    assert len(await service.page(context, Wanted(), after=None, limit=9)) == 1


async def test_a_customer_goes_with_all_that_was_merged_into_them(context: Context) -> None:
    ids = [(await service.create(context, a_record(numbers=(n,)), "ada")).row.id for n in (LI, WANG, ZHAO)]
    await merging.merge(context, (ids[0], 1), (ids[1], 1), "bob")
    async with context.sessions.begin() as session:
        assert await service.forget_number(session, WANG) == 2
    assert [one.row.id for one in await service.page(context, Wanted(), after=None, limit=9)] == [ids[2]]
    await service.remove(context, ids[2])
    with pytest.raises(NotFound):
        await service.remove(context, ids[2])
    with pytest.raises(BadInput):
        await service.create(context, a_record(numbers=(LI,), level="none"), "ada")


def test_a_number_is_told_with_what_it_is_called() -> None:
    assert Number(LI).label == ""
