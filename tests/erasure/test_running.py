"""Beside the server: the floor is looked at, and what was asked for is carried out."""

import pytest

from callcenter.erasure.around import Around, in_call_on
from callcenter.erasure.running import Eraser
from callcenter.erasure.service import ask, told_erasure
from callcenter.floor.call import Call
from callcenter.floor.facts import Direction
from callcenter.floor.floor import Floor
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId
from callcenter.lines import read_lines
from tests.erasure.conftest import NUMBER, OTHER, PLAIN, Calls, wanted
from tests.facts import NOON


def test_a_call_on_the_floor_is_seen_by_either_number() -> None:
    floor, site = Floor(), Site("pbx1")
    floor.sites["pbx1"] = site
    looks, (line,), (other,) = in_call_on(floor, "CN"), read_lines([NUMBER], "CN"), read_lines([OTHER], "CN")
    assert not looks([line])
    site.calls[CallId("1.1")] = Call(CallId("1.1"), Direction.INBOUND, "9" + PLAIN, "", "4001", NOON)
    assert looks([line])
    assert not looks([other])
    site.calls[CallId("1.1")] = Call(CallId("1.1"), Direction.OUTBOUND, "1001", "", OTHER, NOON)
    assert looks([other])


@pytest.mark.usefixtures("known")
async def test_what_waits_says_why_and_goes_on(around: Around, in_call: Calls) -> None:
    eraser = Eraser(around)
    erasure_id = await ask(around, wanted(), by="admin")
    in_call.is_on = True
    await eraser.look()
    assert "in a call" in (await told_erasure(around.sessions, erasure_id))["said"]
    in_call.is_on = False
    await eraser.look()
    told = await told_erasure(around.sessions, erasure_id)
    assert (told["state"], told["said"]) == ("done", "")
