"""Asking for calls and hanging up, one call at a time, with everything that a telephone may answer."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from callcenter.dialer import placing
from callcenter.dialer.attempts import OpenAttempt
from callcenter.dialer.placing import End, Placing, Withdrawal
from callcenter.dialer.reserving import Reservation
from callcenter.dialer.rules import Outcome, outcome_of
from callcenter.errors import BadInput, OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.commands import AnyCommand, HangUp, PlaceCall
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId, ChannelId
from callcenter.settings import DialerSettings

RESERVED = Reservation(AttemptId("attempt-1"), 7, "pbx1", "support", "+8613800138000", False, 100.0)
IN_AIR = OpenAttempt(RESERVED.attempt_id, RESERVED.list_id, RESERVED.pbx, RESERVED.queue)


class Telephone:
    """Answers each command with the next of `answers`, then with success."""

    def __init__(self, *answers: Exception | None) -> None:
        self._answers = iter(answers)
        self.commands: list[AnyCommand] = []
        self.before_answer: Callable[[], Awaitable[object]] | None = None
        self.asked = asyncio.Event()
        self.hung_up = asyncio.Event()

    async def send(self, command: AnyCommand) -> None:
        self.commands.append(command)
        self.asked.set()
        if self.before_answer is not None:
            await self.before_answer()
        answer = next(self._answers, None)
        if answer is not None:
            raise answer
        if isinstance(command, HangUp):
            self.hung_up.set()


def placing_with(phone: Telephone, clock: Callable[[], float] = lambda: 100.0) -> tuple[Placing, list[End]]:
    ends: list[End] = []
    return Placing(phone, DialerSettings(), clock, ends.append), ends


def place(calls: Placing, seconds_ago: float = 0.0) -> None:
    calls.place(RESERVED, asyncio.get_running_loop().time() - seconds_ago)


async def test_a_call_is_not_asked_for_long_after_its_attempt_was_committed() -> None:
    phone = Telephone()
    calls, ends = placing_with(phone)
    place(calls, seconds_ago=placing.SEND_WITHIN_SECONDS + 0.1)
    await calls.settled(RESERVED.list_id)
    assert phone.commands == []
    assert ends == [Withdrawal(RESERVED.attempt_id)]


async def test_an_emergency_halts_every_list_and_lifting_it_not_those_that_were_halted_before() -> None:
    calls, ends = placing_with(Telephone())
    calls.halt(8)
    calls.halt(None)
    place(calls)
    await calls.settled(None)
    assert ends == [Withdrawal(RESERVED.attempt_id)]
    calls.resume(None)
    assert (calls.is_halted(7), calls.is_halted(8)) == (False, True)


async def test_a_paused_list_lets_a_call_under_way_ring_on() -> None:
    phone = Telephone()
    answer = asyncio.Event()
    calls, _ = placing_with(phone)
    phone.before_answer = answer.wait
    place(calls)
    await phone.asked.wait()
    calls.halt(RESERVED.list_id)
    answer.set()
    await calls.settled(RESERVED.list_id)
    await calls.close()
    assert [type(command) for command in phone.commands] == [PlaceCall]


async def test_a_list_that_was_halted_in_the_last_moment_is_not_called() -> None:
    phone = Telephone()
    calls, ends = placing_with(phone)
    place(calls)
    calls.halt(RESERVED.list_id)
    await calls.settled(RESERVED.list_id)
    assert phone.commands == []
    assert ends == [Withdrawal(RESERVED.attempt_id)]


@pytest.mark.parametrize("refusal", [PhoneRefused("no"), BadInput("no", field="number")])
async def test_a_refused_call_failed(refusal: Exception) -> None:
    calls, ends = placing_with(Telephone(refusal))
    place(calls)
    await calls.settled(RESERVED.list_id)
    [end] = ends
    assert isinstance(end, AttemptResult)
    assert (end.attempt_id, end.ended_at, outcome_of(end)) == (RESERVED.attempt_id, 100.0, Outcome.FAILED)


async def test_a_call_that_cannot_be_sent_never_left_and_the_link_is_given_a_moment() -> None:
    now = [100.0]
    calls, ends = placing_with(Telephone(PhoneUnreachable("down")), lambda: now[0])
    place(calls)
    await calls.settled(RESERVED.list_id)
    assert ends == [Withdrawal(RESERVED.attempt_id)]
    assert calls.is_down("pbx1")
    assert not calls.is_down("pbx2")
    assert calls.pauses_end() == 105.0
    now[0] = 105.0
    assert not calls.is_down("pbx1")
    assert calls.pauses_end() is None


@pytest.mark.parametrize("answer", [OutcomeUnknown("no answer"), RuntimeError("a bug")])
async def test_a_call_that_may_have_been_sent_stays_open_and_is_never_repeated(answer: Exception) -> None:
    phone = Telephone(answer)
    calls, ends = placing_with(phone)
    place(calls)
    await calls.settled(RESERVED.list_id)
    assert ends == []
    assert [type(command) for command in phone.commands] == [PlaceCall]


async def test_a_call_that_was_under_way_when_its_list_was_halted_is_hung_up() -> None:
    phone = Telephone()
    answer = asyncio.Event()
    calls, _ = placing_with(phone)
    phone.before_answer = answer.wait
    place(calls)
    await phone.asked.wait()
    calls.halt(RESERVED.list_id)
    calls.calm(RESERVED.list_id, [])
    answer.set()
    await calls.settled(RESERVED.list_id)
    async with asyncio.timeout(5):
        await phone.hung_up.wait()
    assert phone.commands[1] == HangUp("pbx1", ChannelId(RESERVED.attempt_id))


async def test_hanging_up_is_tried_again_until_the_channel_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "HANG_UP_PAUSE_SECONDS", 0)
    phone = Telephone(PhoneRefused("No such channel"), PhoneRefused("No such channel"))
    calls, _ = placing_with(phone)
    calls.calm(RESERVED.list_id, [IN_AIR])
    async with asyncio.timeout(5):
        await phone.hung_up.wait()
    assert [type(command) for command in phone.commands] == [HangUp] * 3
    await calls.close()


@pytest.mark.parametrize("answer", [PhoneUnreachable("down"), OutcomeUnknown("no answer")])
async def test_hanging_up_without_a_link_is_not_repeated(answer: Exception, caplog: pytest.LogCaptureFixture) -> None:
    phone = Telephone(answer)
    calls, _ = placing_with(phone)
    calls.calm(RESERVED.list_id, [IN_AIR])
    await phone.asked.wait()
    assert "may ring on" in caplog.text
    await calls.close()
    assert len(phone.commands) == 1


def test_a_trunk_rests_after_failures_in_a_row_only() -> None:
    calls, _ = placing_with(Telephone())
    for outcome in (Outcome.FAILED, Outcome.FAILED, Outcome.BUSY, Outcome.FAILED, Outcome.FAILED):
        calls.note("pbx1", "", outcome)
        assert not calls.is_resting("pbx1", "")
    calls.note("pbx1", "", Outcome.FAILED)
    assert calls.is_resting("pbx1", "")
    calls.note("pbx1", "", Outcome.NO_ANSWER)
    assert not calls.is_resting("pbx1", "")
