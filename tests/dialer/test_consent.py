"""Customers who withdrew consent are not called, by what their records say at the moment of the call."""

import pytest
from msgspec.structs import replace

from callcenter.customers import merging
from callcenter.customers import service as customers
from callcenter.customers.rules import Consent, Number, Record
from callcenter.dialer import service, tester
from callcenter.dialer.outlook import rulebook_of
from callcenter.dialer.tables import CallbackList
from callcenter.errors import Conflict
from callcenter.settings import DialerSettings
from tests.dialer.conftest import MONDAY_NOON, Centre, numbers
from tests.dialer.test_offers import PREVIEW, offered, started

FIRST, OTHER = numbers(2)
BOTH = (Number(OTHER), Number(FIRST))
WITHDRAWN = Record(name="Li Wei", consent=Consent.WITHDRAWN, consent_at=MONDAY_NOON, numbers=BOTH)
GIVEN = replace(WITHDRAWN, consent=Consent.GIVEN)


def book(centre: Centre) -> customers.Context:
    return customers.Context(centre.sessions, centre.clock)


async def is_dialled(centre: Centre) -> bool:
    list_id = await centre.list_with(1)
    await service.start_list(centre.sessions, list_id)
    return await centre.reserve(list_id, free_seats=1) is not None


async def test_no_number_of_a_customer_who_withdrew_consent_is_dialled(centre: Centre) -> None:
    list_id = await centre.list_with(2)
    await service.start_list(centre.sessions, list_id)
    # After the import: what counts is what the record says when it would be dialled.
    await customers.create(book(centre), WITHDRAWN, "boss")
    assert await centre.reserve(list_id, free_seats=1) is None
    found = {(one.state, one.last_outcome, one.due_at) for one in await centre.targets()}
    assert found == {("closed", "withdrawn", None)}


@pytest.mark.parametrize("consent", [Consent.UNASKED, Consent.GIVEN])
async def test_others_are_dialled(centre: Centre, consent: Consent) -> None:
    await customers.create(book(centre), replace(WITHDRAWN, consent=consent), "boss")
    assert await is_dialled(centre)


async def test_one_of_several_with_the_number_is_enough(centre: Centre) -> None:
    await customers.create(book(centre), GIVEN, "boss")
    await customers.create(book(centre), WITHDRAWN, "boss")
    assert not await is_dialled(centre)


@pytest.mark.parametrize("consent", [Consent.WITHDRAWN, Consent.GIVEN])
async def test_of_a_merged_record_the_one_counts_under_which_it_is_shown(centre: Centre, consent: Consent) -> None:
    context = book(centre)
    kept = await customers.create(context, Record(name="Li", numbers=(Number(OTHER),)), "boss")
    gone = await customers.create(context, WITHDRAWN, "boss")
    await merging.merge(context, (kept.row.id, 1), (gone.row.id, 1), "boss")
    # The number stands in the hidden record only.
    said = Record(name="Li", consent=consent, consent_at=MONDAY_NOON, numbers=(Number(OTHER),))
    await customers.change(context, kept.row.id, said, 2, "boss")
    assert await is_dialled(centre) == (consent is Consent.GIVEN)


async def test_the_tester_says_so(centre: Centre) -> None:
    list_id = await centre.list_with(0)
    await customers.create(book(centre), WITHDRAWN, "boss")
    async with centre.sessions() as session:
        row = await session.get_one(CallbackList, list_id)
    rulebook = rulebook_of(row, DialerSettings(), centre.zone)
    permit = (await tester.may_call(centre.sessions, row, rulebook, FIRST, MONDAY_NOON)).permit
    assert [(one.reason, one.until) for one in permit.refused] == [("withdrawn", None)]


async def test_a_preview_is_neither_made_nor_accepted(centre: Centre) -> None:
    list_id = await centre.list_with(2, **PREVIEW)
    worker = await started(centre, list_id)
    offer = await offered(worker)
    await customers.create(book(centre), WITHDRAWN, "boss")
    with pytest.raises(Conflict, match="withdrawn"):
        await worker.accept_offer(offer.id)
    assert await worker.offer_next("1001") is None
    assert centre.phone.placed == []
