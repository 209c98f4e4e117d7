"""What the dialer reads from the floor, told as events."""

from msgspec.structs import replace

from callcenter.dialer.rules import AirState
from callcenter.dialer.seats import FloorSeats
from callcenter.floor import events as e
from callcenter.floor.call import ATTEMPT_PREFIX
from callcenter.floor.events import DeviceState, LinkState, Member
from callcenter.floor.facts import AttemptResult
from callcenter.floor.floor import Floor
from callcenter.floor.terms import AttemptId, CallId, ChannelId

ATTEMPT = ChannelId(f"{ATTEMPT_PREFIX}1")
CALL = CallId(ATTEMPT)
RING = ChannelId("r1")


def member(number: int, **fields: object) -> Member:
    phone = f"PJSIP/{number}"
    plain = Member("support", phone, f"Agent {number}", phone, DeviceState.NOT_IN_USE)
    return replace(plain, **fields)


def floor_with(*members: Member) -> Floor:
    floor = Floor()
    floor.apply(e.LinkChanged("pbx1", 1.0, LinkState.LIVE))
    for one in members:
        floor.apply(e.MemberAdded("pbx1", 1.0, one))
    return floor


def test_ready_seats_are_free_paused_and_unreachable_ones_are_not() -> None:
    floor = floor_with(
        member(1001),
        member(1002),
        member(1003, is_paused=True),
        member(1004, device=DeviceState.UNAVAILABLE),
    )
    seats = FloorSeats(floor)
    assert seats.free_seats("pbx1", "support") == 2
    assert seats.free_seats("pbx1", "sales") == 0
    assert seats.free_seats("pbx2", "support") == 0


def test_a_seat_paused_in_this_queue_alone_is_not_free_for_it() -> None:
    floor = floor_with(member(1001, is_paused=True), member(1001, queue="sales"))
    seats = FloorSeats(floor)
    assert (seats.free_seats("pbx1", "support"), seats.free_seats("pbx1", "sales")) == (0, 1)


def test_only_a_live_link_tells_the_truth() -> None:
    floor = floor_with()
    seats = FloorSeats(floor)
    assert seats.is_live("pbx1")
    floor.apply(e.LinkChanged("pbx1", 2.0, LinkState.DOWN))
    assert not seats.is_live("pbx1")
    assert not seats.is_live("pbx2")


def test_a_caller_who_waits_has_the_next_seat() -> None:
    floor = floor_with(member(1001), member(1002))
    caller = ChannelId("c1")
    floor.apply(e.ChannelOpened("pbx1", 2.0, caller, CallId("c1"), "PJSIP/trunk-1", "139", "", "in", "s", True))
    floor.apply(e.CallerJoined("pbx1", 2.0, "support", caller, CallId("c1"), "139", "", 1))
    assert FloorSeats(floor).free_seats("pbx1", "support") == 1


def test_the_way_of_an_attempt() -> None:
    floor = floor_with(member(1001), member(1002))
    seats = FloorSeats(floor)

    def state() -> AirState | None:
        return seats.in_air("pbx1").get(AttemptId(ATTEMPT))

    assert state() is None
    floor.apply(e.ChannelOpened("pbx1", 2.0, ATTEMPT, CALL, "PJSIP/trunk-1", "138", "", "callback", "s", False))
    assert state() is AirState.DIALLING
    floor.apply(e.ChannelUp("pbx1", 3.0, ATTEMPT, CALL, "138", ""))
    floor.apply(e.CallerJoined("pbx1", 3.0, "support", ATTEMPT, CALL, "138", "", 1))
    assert state() is AirState.ANSWERED
    assert seats.free_seats("pbx1", "support") == 2
    floor.apply(e.ChannelOpened("pbx1", 4.0, RING, CALL, "PJSIP/1001-1", "1001", "", "agents", "", False))
    floor.apply(e.MemberRung("pbx1", 4.0, "support", "PJSIP/1001", "Agent 1001", ATTEMPT, CALL, RING))
    floor.apply(e.ChannelRinging("pbx1", 4.0, RING, CALL, "1001", "138"))
    # The seat is no longer free, and the attempt no longer needs one.
    assert (state(), seats.free_seats("pbx1", "support")) == (AirState.SEATED, 1)
    changes = floor.apply(e.ChannelClosed("pbx1", 9.0, ATTEMPT, CALL, 16))
    assert state() is None
    assert [fact for fact in changes.facts if type(fact).__name__ == "AttemptResult"]


def test_an_attempt_that_a_survey_finds_is_answered_if_its_channel_is_up() -> None:
    floor = floor_with(member(1001))
    found = e.OpenChannel(ATTEMPT, CALL, "PJSIP/trunk-1", True, "138", "", "", 20.0)
    floor.apply(e.Surveyed("pbx1", 5.0, ("support",), (member(1001),), (), (found,)))
    assert dict(FloorSeats(floor).in_air("pbx1")) == {AttemptId(ATTEMPT): AirState.ANSWERED}
    ended = floor.apply(e.ChannelClosed("pbx1", 9.0, ATTEMPT, CALL, 16)).facts
    (result,) = (fact for fact in ended if isinstance(fact, AttemptResult))
    assert result.answered_at == 5.0


def test_an_agent_with_two_phones_works_where_one_signed_in_else_where_one_can_be_rung() -> None:
    floor = Floor()
    phones = ("PJSIP/1001-browser", "PJSIP/1001")
    agents = tuple(e.AgentEntry(number="1001", name="Ada", team="", interface=phone) for phone in phones)
    floor.apply(e.DirectoryChanged("pbx1", 1.0, agents, ()))
    floor.apply(e.LinkChanged("pbx1", 1.0, LinkState.LIVE))
    floor.apply(e.DeviceChanged("pbx1", 1.0, phones[0], DeviceState.UNAVAILABLE))
    floor.apply(e.DeviceChanged("pbx1", 1.0, phones[1], DeviceState.NOT_IN_USE))
    desk = FloorSeats(floor).desk("1001")
    assert desk is not None
    assert desk.interface == phones[1]
    member = Member("support", phones[0], "Ada", phones[0], DeviceState.UNAVAILABLE)
    floor.apply(e.MemberAdded("pbx1", 2.0, member))
    desk = FloorSeats(floor).desk("1001")
    assert desk is not None
    assert (desk.interface, desk.is_free) == (phones[0], False)
