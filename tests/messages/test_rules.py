"""Whom a message reaches, and how it stands, without a server."""

import pytest

from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.errors import BadInput, Conflict
from callcenter.floor.events import AgentEntry, DeviceState, Member
from callcenter.floor.seat import Seat
from callcenter.floor.terms import PbxName
from callcenter.messages.rules import Standing, To, Whom, addressees, check_open, standing

TEAM_A, SALES = scope_of(["Team A"], []), scope_of([], ["sales"])


def _seat(number: str, team: str = "", *queues: str, pbx: str = "north") -> Seat:
    interface = f"PJSIP/{number or 'hall'}"
    members = {queue: Member(queue, interface, number, interface, DeviceState.NOT_IN_USE) for queue in queues}
    return Seat(PbxName(pbx), interface, agent_number=number, agent_name=f"Agent {number}", team=team, members=members)


SEATS = [
    _seat("1003", "Team B", "sales"),
    _seat("1001", "Team A"),
    _seat("1001", "Team A", pbx="south"),
    _seat("1002", "Team B"),
    _seat("", "", "sales"),
]
EVERYBODY = Whom(To.EVERYBODY)


@pytest.mark.parametrize(
    ("whom", "scope", "reached"),
    [
        (EVERYBODY, EVERYTHING, "1001 1002 1003"),
        (EVERYBODY, TEAM_A, "1001"),
        (EVERYBODY, SALES, "1003"),
        (Whom(To.TEAM, team="Team B"), EVERYTHING, "1002 1003"),
        (Whom(To.TEAM, team="Team B"), SALES, "1003"),
        (Whom(To.AGENTS, agents=("1003", "1001", "1003")), EVERYTHING, "1001 1003"),
    ],
)
def test_a_message_reaches_each_agent_once_within_the_scope(whom: Whom, scope: Scope, reached: str) -> None:
    assert [one.number for one in addressees(whom, SEATS, scope)] == reached.split()


def test_a_message_reaches_who_has_no_phone_and_sits_nowhere_now() -> None:
    known = (AgentEntry("1004", "Ada", "Team A", ""), AgentEntry("1001", "Agent 1001", "Team A", "PJSIP/1001"))
    assert [one.number for one in addressees(EVERYBODY, SEATS, TEAM_A, known)] == ["1001", "1004"]
    assert [one.number for one in addressees(EVERYBODY, SEATS, SALES, known)] == ["1003"]


@pytest.mark.parametrize(
    ("whom", "scope", "field"),
    [
        (Whom(To.TEAM, team="Team C"), EVERYTHING, "team"),
        (Whom(To.TEAM, team="Team B"), TEAM_A, "team"),
        (Whom(To.TEAM, team=""), EVERYTHING, "team"),
        (Whom(To.AGENTS, agents=("1001", "1009")), EVERYTHING, "agents"),
        (Whom(To.AGENTS, agents=("1001", "1002")), TEAM_A, "agents"),
        (Whom(To.AGENTS, agents=("",)), EVERYTHING, "agents"),
        (Whom(To.AGENTS), EVERYTHING, "to"),
        (EVERYBODY, scope_of(["Team C"], []), "to"),
    ],
)
def test_whom_one_does_not_see_one_does_not_write_to(whom: Whom, scope: Scope, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        addressees(whom, SEATS, scope)
    assert refused.value.field == field


def test_a_message_is_open_until_it_expires_or_is_withdrawn() -> None:
    assert [standing(10, None, now) for now in (9, 10)] == [Standing.OPEN, Standing.EXPIRED]
    assert [standing(10, 5, now) for now in (9, 10)] == [Standing.WITHDRAWN] * 2
    check_open(Standing.OPEN)
    for how, word in ((Standing.EXPIRED, "expired"), (Standing.WITHDRAWN, "withdrawn")):
        with pytest.raises(Conflict, match=word):
            check_open(how)
