"""Each trunk of a PBX has its caps: kept by real databases, across lists and dialers; a broken one rests alone."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import update

from callcenter.dialer import leasing, service
from callcenter.dialer.outlook import rulebook_of
from callcenter.dialer.reserving import Room, reserve
from callcenter.dialer.seats import Desk
from callcenter.dialer.tables import CallbackList
from callcenter.dialer.worker import Worker
from callcenter.errors import Conflict, PhoneRefused
from callcenter.floor.commands import AnyCommand, PlaceCall
from tests.dialer.conftest import FIELDS, MONDAY_NOON, Centre, result

MOBILE: dict[str, Any] = {"name": "mobile", "dial_string": "PJSIP/{number}@gsm", "caller_id": "13800000000"}
FIXED: dict[str, Any] = {"name": "fixed", "dial_string": "PJSIP/9{number}@isdn"}
PREVIEW = {"mode": "preview", "preview_seconds": 30.0}


async def list_on(centre: Centre, trunk: str, *, targets: int = 6, **fields: Any) -> int:
    """A list whose numbers are on no other one."""
    name = f"{trunk} {fields.get('name', '')}"
    list_id = await service.create_list(centre.sessions, FIELDS | fields | {"trunk": trunk, "name": name}, MONDAY_NOON)
    rows = "\n".join(["number", *(f"1390013{list_id:02}{nth:02}" for nth in range(targets))])
    await service.import_targets(
        centre.sessions, list_id, rows.encode(), now=MONDAY_NOON, dry_run=False, skip_bad=False
    )
    return list_id


async def started(centre: Centre, *lists: int, workers: int = 1, **settings: Any) -> Worker:
    centre.seats.free = 50
    dialers = [centre.worker(**settings) for _ in range(workers)]
    for list_id in lists:
        await dialers[0].start_list(list_id)
        for dialer in dialers:
            dialer.wake(list_id)
    return dialers[0]


async def in_air_by_trunk(centre: Centre) -> Counter[str]:
    return Counter(attempt.trunk for attempt in await centre.attempts() if attempt.ended_at is None)


async def test_two_lists_on_two_trunks_have_each_the_lines_of_its_own(centre: Centre) -> None:
    mobile, fixed = await list_on(centre, "mobile"), await list_on(centre, "fixed")
    trunks = [MOBILE | {"max_calls": 2}, FIXED | {"max_calls": 3}]
    await started(centre, mobile, fixed, workers=2, trunks=trunks, caller_id="4008001234")
    await centre.until_told(mobile, in_air=2, open=4)
    await centre.until_told(fixed, in_air=3, open=3)
    assert await in_air_by_trunk(centre) == {"mobile": 2, "fixed": 3}
    ways = Counter((call.dial_string, call.caller_id) for call in centre.phone.placed)
    # A trunk that names no caller id of its own shows the dialer's.
    assert ways == {("PJSIP/{number}@gsm", "13800000000"): 2, ("PJSIP/9{number}@isdn", "4008001234"): 3}


async def test_two_lists_on_one_trunk_share_its_lines(centre: Centre) -> None:
    first, second = await list_on(centre, "mobile"), await list_on(centre, "mobile", name="Winter")
    await started(centre, first, second, workers=2, trunks=[MOBILE | {"max_calls": 3}])
    await centre.until(lambda: centre.told(first).get("in_air", 0) + centre.told(second).get("in_air", 0) == 3)
    for ended in range(3):
        call = centre.phone.placed[ended]
        centre.phone.end(call)
        for dialer in centre.workers:  # each process hears the PBX
            dialer.on_facts([result(call.attempt_id, is_reached=True)])
        await centre.until_placed(4 + ended)
    assert centre.phone.most_in_air == 3
    assert await in_air_by_trunk(centre) == {"mobile": 3}


async def test_the_dialers_own_trunk_keeps_its_caps_beside_the_others(centre: Centre) -> None:
    own, mobile = await list_on(centre, ""), await list_on(centre, "mobile")
    await started(centre, own, mobile, trunks=[MOBILE], max_calls=2)
    await centre.until_told(mobile, in_air=6)
    await centre.until_told(own, in_air=2)
    assert await in_air_by_trunk(centre) == {"": 2, "mobile": 6}


async def test_dialers_that_commit_at_once_keep_the_caps_in_the_database(centre: Centre) -> None:
    lists = [await list_on(centre, "mobile"), await list_on(centre, "mobile", name="Winter")]
    lists.append(await list_on(centre, "fixed"))
    for list_id in lists:
        await service.start_list(centre.sessions, list_id)
    tenure = await leasing.take(centre.sessions, "a dialer", MONDAY_NOON)
    assert tenure is not None
    rulebook = rulebook_of(await centre.row(lists[0]), centre.settings(), centre.zone)
    zones = {target.time_zones for target in await centre.targets()}

    async def commit(list_id: int, trunk: str) -> int:
        room = Room(tenure.token, most_unseated=50, trunk=trunk, max_calls=4, zones=zones)
        return len(await reserve(centre.sessions, list_id, rulebook, room, now=MONDAY_NOON, most=3))

    racing = [commit(list_id, trunk) for list_id, trunk in zip(lists, ("mobile", "mobile", "fixed"), strict=True)]
    counts = await asyncio.gather(*racing, *(commit(list_id, "mobile") for list_id in lists))
    assert sum(counts) == 7
    # Nothing was committed under the room of another trunk: the list may have been moved since it was read.
    assert await in_air_by_trunk(centre) == {"mobile": 4, "fixed": 3}


async def test_calls_a_second_are_those_of_the_trunk(centre: Centre) -> None:
    mobile, fixed = await list_on(centre, "mobile"), await list_on(centre, "fixed")
    await started(centre, mobile, fixed, trunks=[MOBILE | {"calls_per_second": 2}, FIXED])
    await centre.until_told(fixed, in_air=6)
    await centre.until_told(mobile, in_air=2)
    assert await in_air_by_trunk(centre) == {"mobile": 2, "fixed": 6}


async def test_a_failing_trunk_rests_alone(centre: Centre) -> None:
    def fails(command: AnyCommand) -> Exception | None:
        return PhoneRefused("congested") if isinstance(command, PlaceCall) and "@gsm" in command.dial_string else None

    centre.phone.fail = fails
    mobile, fixed = await list_on(centre, "mobile", targets=20), await list_on(centre, "fixed")
    trunks = [MOBILE | {"max_calls": 1}, FIXED | {"max_calls": 1}]
    worker = await started(centre, mobile, fixed, trunks=trunks)
    await centre.until_told(mobile, why_idle="trunk_failing")
    assert sum("@gsm" in call.dial_string for call in centre.phone.placed) == 3
    await centre.until_told(fixed, in_air=1, why_idle=None)
    [call] = [call for call in centre.phone.placed if "@isdn" in call.dial_string]
    centre.phone.end(call)
    worker.on_facts([result(call.attempt_id, is_reached=True)])
    await centre.until_told(fixed, in_air=1, reached=1)
    assert centre.told(mobile)["why_idle"] == "trunk_failing"


@pytest.mark.parametrize(
    ("cap", "refusal"), [({"max_calls": 1}, "no line left"), ({"calls_per_second": 1}, "highest rate")]
)
async def test_an_accepted_offer_keeps_the_caps_of_its_trunk(centre: Centre, cap: dict[str, Any], refusal: str) -> None:
    mobile = await list_on(centre, "mobile", targets=2, **PREVIEW)
    fixed = await list_on(centre, "fixed", targets=1, queue="sales", **PREVIEW)
    for agent, queue in (("1001", "support"), ("1002", "support"), ("1003", "sales")):
        centre.seats.desks[agent] = Desk("pbx1", f"PJSIP/{agent}", frozenset([queue]), True)
    worker = await started(centre, mobile, fixed, trunks=[MOBILE | cap, FIXED | cap])
    await centre.until_told(mobile, state="running")
    await centre.until_told(fixed, state="running")
    offers = [await worker.offer_next(agent) for agent in ("1001", "1002", "1003")]
    ids = [offer.id for offer in offers if offer is not None]
    await worker.accept_offer(ids[0])
    with pytest.raises(Conflict, match=refusal):
        await worker.accept_offer(ids[1])
    await worker.accept_offer(ids[2])
    await centre.until_placed(2)
    assert [call.dial_string for call in centre.phone.placed] == [MOBILE["dial_string"], FIXED["dial_string"]]


async def test_an_offer_whose_list_has_moved_to_another_trunk_is_not_called_by_the_old_one(centre: Centre) -> None:
    mobile = await list_on(centre, "mobile", targets=1, **PREVIEW)
    centre.seats.desks["1001"] = Desk("pbx1", "PJSIP/1001", frozenset(["support"]), True)
    worker = await started(centre, mobile, trunks=[MOBILE, FIXED])
    await centre.until_told(mobile, state="running")
    offer = await worker.offer_next("1001")
    assert offer is not None
    await service.change_list(centre.sessions, mobile, {"trunk": "fixed"})
    await worker.accept_offer(offer.id)
    [call] = await centre.until_placed(1)
    assert call.dial_string == FIXED["dial_string"]


@pytest.mark.parametrize("mode", [{}, PREVIEW])
async def test_a_list_whose_trunk_has_gone_from_the_settings_calls_nobody(centre: Centre, mode: dict[str, Any]) -> None:
    list_id = await list_on(centre, "gone", **mode)
    centre.seats.desks["1001"] = Desk("pbx1", "PJSIP/1001", frozenset(["support"]), True)
    worker = await started(centre, list_id, trunks=[MOBILE])
    await centre.until_told(list_id, why_idle="trunk_unknown")
    assert await worker.offer_next("1001") is None
    async with centre.sessions.begin() as session:
        await session.execute(update(CallbackList).values(trunk="mobile"))
    worker.wake(list_id)
    if mode:
        await centre.until_told(list_id, why_idle="waiting_for_agents")
    else:
        await centre.until_told(list_id, in_air=6)
