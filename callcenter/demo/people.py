"""The people of the outside world at work: they carry out the scripts of `cast` on real lines."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from itertools import count

from msgspec.structs import replace

from callcenter.demo.ari import Channel, Gone
from callcenter.demo.cast import (
    Answer,
    Answering,
    Customer,
    Destination,
    Habit,
    Reaction,
    after_call,
    answering,
    customers,
)
from callcenter.demo.lines import Line, Lines, first_of
from callcenter.floor.terms import Seconds
from callcenter.settings import AgentSettings, Settings

UNALLOCATED, BUSY, DECLINED = 1, 17, 21
"""Q.850 causes that Asterisk's SIP channel turns into 404, 486 and 403."""

MACHINE_SECONDS = 15.0
"""How long an answering machine goes on talking."""

HELLO_AFTER_SECONDS, SILENCE_SECONDS = 0.2, 3.0
"""AMD() takes a short word and 0.8 s of silence for a person (ami.md, 4.3)."""

LONGEST_CALLBACK_SECONDS = 25.0
"""Whoever was called back and reaches nobody hangs up then; a talk is ended by the agent long before."""


class Meetings:
    """Tells a customer that an agent takes the call: on a real line it is the voice that tells.

    A moment early, so that nobody gives up in the very moment of the answer.
    """

    def __init__(self) -> None:
        self._expected: dict[str, asyncio.Event] = {}

    def expect(self, number: str) -> asyncio.Event:
        """Set when an agent answers a call from or to this number."""
        met = self._expected[_digits(number)] = asyncio.Event()
        return met

    def happen(self, number: str) -> None:
        """An agent has answered this number."""
        if met := self._expected.get(_digits(number)):
            met.set()


class Doors:
    """Whether the day goes on: nothing new begins once `closed` is set."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def rest(self, seconds: Seconds) -> bool:
        """Waits so long; False as soon as the doors close."""
        await first_of(self.closed, seconds=seconds)
        return not self.closed.is_set()


class Outside:
    """Everybody outside, as one: takes every call that comes in, and sends customers to the centre."""

    def __init__(self, settings: Settings, destinations: Iterable[Destination], seed: int) -> None:
        self.doors = Doors()
        self.meetings = Meetings()
        self.phones = {agent.number: Softphone(self, agent, settings, seed) for agent in settings.agents}
        self.lines: Lines
        self._settings = settings
        self._seed = seed
        self._destinations = {_digits(person.number): person for person in destinations}

    async def take(self, line: Line, channel: Channel) -> None:
        """Somebody called `channel.dialplan.exten`: a softphone, or a customer on the callback list."""
        number = channel.dialplan.exten
        if phone := self.phones.get(number):
            await phone.rung(line, channel.caller.number)
        elif person := self._destinations.get(_digits(number)):
            await self._called_back(line, person)
        else:
            await line.hang_up(UNALLOCATED)

    async def sign_in_all(self) -> None:
        """Everybody comes to work: each phone dials the code for it."""
        async with asyncio.TaskGroup() as coming:
            for phone in self.phones.values():
                coming.create_task(phone.dial(self._settings.feature_codes.sign_in))

    async def let_customers_in(self) -> None:
        """Customers call, each at the time of the script, until the doors close."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for customer in customers(self._seed):
            if not await self.doors.rest(began + customer.at - loop.time()):
                return
            self.lines.play(self._visit(customer))

    async def _visit(self, customer: Customer) -> None:
        extension = self._settings.queues[customer.queue].extension
        met = self.meetings.expect(customer.number)
        line = await self.lines.call(f"PJSIP/{extension}@centre", f'"{customer.name}" <{customer.number}>')
        with suppress(Gone):
            await self._wait_and_talk(line, met, customer)
        again = customer.returns_after_seconds
        if not met.is_set() and again is not None and await self.doors.rest(again):
            await self._visit(replace(customer, returns_after_seconds=None, key="", patience_seconds=30.0))

    async def _wait_and_talk(self, line: Line, met: asyncio.Event, customer: Customer) -> None:
        await first_of(line.over, met, seconds=customer.patience_seconds)
        if met.is_set():
            await line.speak()
            if await line.lasts(customer.talk_seconds):
                await line.hang_up()
        elif customer.key and not line.over.is_set():
            await line.press(customer.key)
            await line.over.wait()
        else:
            await line.hang_up()

    async def _called_back(self, line: Line, person: Destination) -> None:
        match person.reaction:
            case Reaction.BUSY:
                return await line.hang_up(BUSY)
            case Reaction.UNALLOCATED:
                return await line.hang_up(UNALLOCATED)
            case Reaction.REJECTS:
                return await line.hang_up(DECLINED)
        await line.ring()
        if person.reaction is Reaction.NO_ANSWER:
            await line.over.wait()
        elif await line.lasts(person.after_seconds):
            await line.answer()
            await (self._machine(line) if person.reaction is Reaction.MACHINE else self._talk(line, person))
        return None

    async def _machine(self, line: Line) -> None:
        await line.speak()
        if await line.lasts(MACHINE_SECONDS):
            await line.hang_up()

    async def _talk(self, line: Line, person: Destination) -> None:
        """Says hello, hears nothing for as long as machine detection takes, then talks until the agent hangs up."""
        if await line.lasts(HELLO_AFTER_SECONDS):
            await line.greet()
        if await line.lasts(SILENCE_SECONDS):
            await line.end_silence()
            await line.speak()
            await line.lasts(LONGEST_CALLBACK_SECONDS)
        await line.hang_up()


class Softphone:
    """An agent at a phone: takes calls, dials feature codes."""

    def __init__(self, outside: Outside, agent: AgentSettings, settings: Settings, seed: int) -> None:
        self._outside = outside
        self._number = agent.number
        self._codes = settings.feature_codes
        self._reasons = settings.pause_reasons
        self._seed = seed
        self._rings = count()
        self._calls = count()

    async def rung(self, line: Line, caller: str) -> None:
        """A call comes in."""
        script = answering(self._seed, self._number, next(self._rings))
        if script.answer is Answer.BUSY:
            return await line.hang_up(BUSY)
        await line.ring()
        if script.answer is Answer.RINGS_OUT:
            await line.over.wait()
        elif await line.lasts(script.after_seconds):
            if script.answer is Answer.DECLINES:
                return await line.hang_up(DECLINED)
            with suppress(Gone):
                await self._talk(line, caller, script)
            await self._after_call()
        return None

    async def dial(self, code: str) -> None:
        """Dials a feature code and listens until the centre hangs up."""
        line = await self._outside.lines.call(f"PJSIP/{code}@{self._number}", self._number)
        await line.over.wait()

    async def _talk(self, line: Line, caller: str, script: Answering) -> None:
        self._outside.meetings.happen(caller)
        await line.answer()
        await line.speak()
        rest = script.talk_seconds
        if script.hold_after_seconds is not None and await line.lasts(script.hold_after_seconds):
            await line.hold()
            await line.lasts(script.hold_seconds)
            await line.take_back()
            rest -= script.hold_after_seconds + script.hold_seconds
        if await line.lasts(rest):
            await line.hang_up()

    async def _after_call(self) -> None:
        script = after_call(self._seed, self._number, next(self._calls))
        if script.habit is Habit.WAITS or not await self._outside.doors.rest(script.after_seconds):
            return
        leave, come_back = self._way_out(script.habit, script.choice)
        await self.dial(leave)
        if come_back:
            await self._outside.doors.rest(script.for_seconds)
            await self.dial(come_back)

    def _way_out(self, habit: Habit, choice: float) -> tuple[str, str]:
        """What to dial to go, and what to dial to come back ("" when there is nothing to come back from)."""
        if habit is Habit.PAUSES:
            reason = self._reasons[int(choice * len(self._reasons))]
            return self._codes.pause + reason.digit, self._codes.unpause
        if habit is Habit.SIGNS_OUT:
            return self._codes.sign_out, self._codes.sign_in
        return self._codes.wrap_up_done, ""


def _digits(number: str) -> str:
    return number.lstrip("+").removeprefix("86")
