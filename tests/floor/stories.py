"""A small vocabulary for stories of the floor: who comes, what rings, who answers, holds and hangs up.

A `Diary` has a clock of its own that runs a millisecond with each event, writes down every event in the order in which
Asterisk sends them, applies it to its floor and keeps what came out. Phones are
named by their number (`"1001"` is `PJSIP/1001`), callers by a word; both are also the ids of their channels.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from callcenter.floor import events as e
from callcenter.floor import facts as f
from callcenter.floor.changes import Changes, Surprise
from callcenter.floor.events import AnyEvent, DeviceState, Member
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import CallId, ChannelId

PBX = "pbx1"
NOON = 1_763_812_800.0
TICK = 0.001
CALLER_NUMBER = "13800138000"

FactType = TypeVar("FactType", bound=f.Fact)


def phone(number: str) -> str:
    """The interface of a phone."""
    return number if "/" in number else f"PJSIP/{number}"


def member(agent: str, queue: str = "support", **given: Any) -> Member:
    """A member as Asterisk describes it: here, free, not paused."""
    interface = phone(agent)
    return Member(
        **{
            "queue": queue,
            "interface": interface,
            "name": interface,
            "state_interface": interface,
            "device": DeviceState.NOT_IN_USE,
            **given,
        }
    )


def about(seconds: float) -> Any:
    """Equal within a tenth of a second: a diary's events take a millisecond each."""
    return pytest.approx(seconds, abs=0.1)


class Line:
    """What the diary must remember of one caller to write the next line about him."""

    def __init__(self, channel_id: str, call_id: str) -> None:
        self.channel_id = ChannelId(channel_id)
        self.call_id = CallId(call_id)
        self.queue = ""
        self.joined_at = self.answered_at = 0.0


class Diary:
    """A floor, its clock, everything that happened and everything that remained."""

    def __init__(self, floor: Floor | None = None) -> None:
        self.floor = floor or Floor()
        self.now = NOON
        self.events: list[AnyEvent] = []
        self.facts: list[f.AnyFact] = []
        self.surprises: list[Surprise] = []
        self.last = Changes()
        self._lines: dict[str, Line] = {}
        self._legs: dict[str | tuple[str, str], ChannelId] = {}
        self._leg_count = 0

    # --- time and what came out ---------------------------------------------------------------------------------

    def after(self, seconds: float) -> "Diary":
        """Lets time pass before the next line."""
        self.now += seconds
        return self

    def tell(self, kind: Callable[..., AnyEvent], *fields: Any, **named: Any) -> None:
        """Writes one event into the diary, a millisecond after the one before."""
        self.now += TICK
        self.apply(kind(PBX, self.now, *fields, **named))

    def apply(self, event: AnyEvent) -> None:
        """Applies an event as it is (to repeat one, or to bring it late)."""
        self.events.append(event)
        self.last = self.floor.apply(event)
        self.facts += self.last.facts
        self.surprises += self.last.surprises

    def remained(self, kind: type[FactType]) -> list[FactType]:
        """The facts of one kind, in the order in which they ended."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def visit(self) -> f.QueueVisit:
        """The only visit that ended."""
        [visit] = self.remained(f.QueueVisit)
        return visit

    def visit_outcomes(self) -> list[f.VisitOutcome]:
        """The outcomes of the visits that ended, in their order."""
        return [visit.outcome for visit in self.remained(f.QueueVisit)]

    def talk(self) -> f.Conversation:
        """The only conversation that is handled."""
        [talk] = self.remained(f.Conversation)
        return talk

    def seat(self, agent: str) -> Seat:
        """A seat as it is now."""
        return self.floor.sites[PBX].seats[phone(agent).lower()]

    def state(self, agent: str) -> SeatState:
        """What an agent is doing now."""
        return self.seat(agent).state

    def states(self, agent: str) -> list[SeatState]:
        """What an agent did, spell by spell; spells shorter than ten events are left out."""
        spells = [spell for spell in self.remained(f.SeatSpell) if spell.interface == phone(agent)]
        return [spell.state for spell in spells if spell.until - spell.since > 10 * TICK]

    def leftovers(self) -> list[str]:
        """What is still open: the names of the collections that are not empty."""
        site = self.floor.sites[PBX]
        kinds = ("channels", "calls", "bridges", "visits", "stays", "rings", "attempts", "recordings", "surveys")
        return [kind for kind in kinds if getattr(site, kind)]

    def waiting(self) -> int:
        """How many callers wait now."""
        return sum(len(queue.waiting) for queue in self.floor.sites[PBX].queues.values())

    def leg(self, agent: str, caller: str = "") -> ChannelId:
        """The channel that rang at this phone last, for this caller where one is named."""
        return self._legs[agent, caller] if caller else self._legs[agent]

    # --- agents and their phones --------------------------------------------------------------------------------

    def directory(self, *agents: str, wrap_up: int = 0, queue: str = "support") -> "Diary":
        """The configuration: agents "Agent 1001" at their phones, one queue with its wrap-up time."""
        entries = tuple(e.AgentEntry(number, f"Agent {number}", "day", phone(number)) for number in agents)
        self.tell(e.DirectoryChanged, entries, (e.QueueRules(queue, "Support", wrap_up),))
        return self

    def signs_in(self, agent: str, queue: str = "support", **given: Any) -> "Diary":
        """An agent becomes a member of a queue."""
        self.tell(e.MemberAdded, member(agent, queue, **given))
        return self

    def signs_out(self, agent: str, queue: str = "support") -> "Diary":
        """An agent leaves a queue."""
        self.tell(e.MemberRemoved, queue, phone(agent))
        return self

    def pauses(self, agent: str, reason: str = "meal", queue: str = "support") -> "Diary":
        """An agent asks not to be rung."""
        changed = member(agent, queue, is_paused=True, pause_reason=reason, paused_at=self.now)
        self.tell(e.MemberChanged, changed)
        return self

    def unpauses(self, agent: str, queue: str = "support") -> "Diary":
        """An agent may be rung again."""
        self.tell(e.MemberChanged, member(agent, queue))
        return self

    def device(self, agent: str, state: DeviceState) -> "Diary":
        """Asterisk says what a phone is doing."""
        self.tell(e.DeviceChanged, phone(agent), state)
        return self

    # --- channels -----------------------------------------------------------------------------------------------

    def opens(
        self, channel: str, name: str, *, call: str = "", number: str = "", extension: str = "", is_up: bool = False
    ) -> "Diary":
        """A channel comes to be."""
        self.tell(
            e.ChannelOpened,
            ChannelId(channel),
            CallId(call or channel),
            name,
            number,
            f"Name of {channel}",
            "from-trunk",
            extension,
            is_up,
        )
        return self

    def closes(self, channel: str, cause: int = 16, tech_cause: str = "") -> "Diary":
        """A channel ends."""
        self.tell(e.ChannelClosed, ChannelId(channel), CallId(""), cause, tech_cause)
        return self

    def bridges(self, *channels: str, call: str = "", bridge: str = "") -> "Diary":
        """Channels meet."""
        for channel in channels:
            line = self._lines.get(channel)
            found = call or (line.call_id if line else "")
            self.tell(e.BridgeEntered, ChannelId(channel), CallId(found), bridge or f"bridge of {channels[-1]}")
        return self

    def leaves_bridge(self, channel: str, bridge: str) -> "Diary":
        """A channel goes out of a bridge."""
        self.tell(e.BridgeLeft, ChannelId(channel), bridge)
        return self

    def requests_hangup(self, channel: str) -> "Diary":
        """The far end of a channel hangs up."""
        self.tell(e.HangupRequested, ChannelId(channel))
        return self

    # --- callers in queues --------------------------------------------------------------------------------------

    def calls(self, caller: str, number: str = CALLER_NUMBER) -> "Diary":
        """A caller's call comes in from the trunk."""
        self._lines[caller] = Line(caller, caller)
        self.opens(caller, f"PJSIP/trunk-{caller}", number=number, extension="4001")
        self.tell(e.ChannelUp, ChannelId(caller), CallId(caller), number, "")
        return self

    def joins(self, caller: str, queue: str = "support", position: int = 1) -> "Diary":
        """A caller enters a queue; one who is not here yet calls first."""
        if caller not in self._lines:
            self.calls(caller)
        line = self._lines[caller]
        self.tell(e.CallerJoined, queue, line.channel_id, line.call_id, CALLER_NUMBER, f"Name of {caller}", position)
        line.queue, line.joined_at = queue, self.now
        return self

    def adopts(self, channel: str, queue: str = "") -> "Diary":
        """A channel that is here already becomes a caller (an attempt whose customer answered, one found waiting)."""
        line = self._lines[channel] = Line(channel, channel)
        line.queue, line.joined_at = queue, self.now
        return self

    def is_gone_unseen(self, caller: str, queue: str = "support") -> "Diary":
        """QueueCallerAbandon and Leave of a caller whose call the diary never wrote down."""
        self.tell(e.CallerGone, queue, ChannelId(caller), 1, 1, 5.0)
        self.tell(e.CallerLeft, queue, ChannelId(caller), 1)
        return self

    def gives_up(self, caller: str) -> "Diary":
        """A waiting caller hangs up."""
        return self.requests_hangup(caller).is_gone(caller).closes(caller)

    def is_gone(self, caller: str) -> "Diary":
        """QueueCallerAbandon, then QueueCallerLeave: any end but an answer and a key."""
        line = self._lines[caller]
        self.tell(e.CallerGone, line.queue, line.channel_id, 1, 1, float(int(self.now - line.joined_at)))
        return self.leaves(caller)

    def leaves(self, caller: str) -> "Diary":
        """A caller is in the line no more."""
        line = self._lines[caller]
        self.tell(e.CallerLeft, line.queue, line.channel_id, 1)
        return self

    def queue_returns(self, caller: str, status: str, queue: str = "") -> "Diary":
        """Queue() returned with a QUEUESTATUS; the shipped dialplan tells which queue it was."""
        self.tell(e.QueueResult, ChannelId(caller), CallId(caller), status, CALLER_NUMBER, f"Name of {caller}", queue)
        return self

    def rings(self, agent: str, caller: str) -> "Diary":
        """The caller's queue rings an agent."""
        line = self._lines[caller]
        self._leg_count += 1
        leg = self._legs[agent] = self._legs[agent, caller] = ChannelId(f"{agent}.{self._leg_count}")
        self.opens(leg, f"{phone(agent)}-{self._leg_count:08x}", call=line.call_id, number=agent)
        self.tell(e.MemberRung, line.queue, phone(agent), phone(agent), line.channel_id, line.call_id, leg)
        self.tell(e.DialBegun, line.call_id, line.channel_id, leg, phone(agent), agent)
        self.tell(e.ChannelRinging, leg, line.call_id, agent, CALLER_NUMBER)
        return self

    def does_not_answer(self, agent: str, caller: str, *, seconds: float = 15.0, cause: int = 0) -> "Diary":
        """A ring ran out, or the phone said no with a cause."""
        line, leg = self._lines[caller], self._legs[agent, caller]
        self.tell(e.RingNotAnswered, line.queue, phone(agent), line.channel_id, leg, seconds)
        self.tell(e.DialEnded, leg, "NOANSWER")
        self.tell(e.DialEnded, leg, "CANCEL")
        return self.closes(leg, cause)

    def answers(self, agent: str, caller: str) -> "Diary":
        """An agent takes the caller; the two talk."""
        return self.picks_up(agent, caller).connects(agent, caller)

    def picks_up(self, agent: str, caller: str) -> "Diary":
        """The agent's phone is off the hook; the queue has not connected it yet."""
        leg = self._legs[agent, caller]
        self.tell(e.ChannelUp, leg, CallId(""), agent, CALLER_NUMBER)
        self.tell(e.DialEnded, leg, "ANSWER")
        return self

    def connects(self, agent: str, caller: str) -> "Diary":
        """The queue connects the two."""
        return self.is_connected(agent, caller).meets(agent, caller)

    def meets(self, agent: str, caller: str) -> "Diary":
        """The two come into one bridge."""
        call_id = self._lines[caller].call_id
        return self.bridges(self._legs[agent, caller], caller, call=call_id, bridge=f"bridge of {caller}")

    def is_connected(self, agent: str, caller: str) -> "Diary":
        """AgentConnect: the queue has the two connected, and their bridge is not there yet."""
        line, leg = self._lines[caller], self._legs[agent, caller]
        self.leaves(caller)
        wait = float(int(self.now - line.joined_at))
        line.answered_at = self.now
        self.tell(
            e.MemberConnected, line.queue, phone(agent), phone(agent), line.channel_id, line.call_id, leg, wait, wait
        )
        return self

    def holds(self, agent: str) -> "Diary":
        """The agent puts the other side on hold."""
        self.tell(e.HoldBegun, self._legs[agent])
        return self

    def resumes(self, agent: str) -> "Diary":
        """The agent takes the other side back."""
        self.tell(e.HoldEnded, self._legs[agent])
        return self

    def hangs_up(self, who: str, agent: str, caller: str) -> "Diary":
        """A talk ends: `who` is "caller" or "agent"."""
        leg = self._legs[agent, caller]
        self.requests_hangup(caller if who == "caller" else leg)
        self.completes(agent, caller, who)
        bridge = f"bridge of {caller}"
        return self.leaves_bridge(caller, bridge).leaves_bridge(leg, bridge).closes(caller).closes(leg)

    def lets_go(self, agent: str, caller: str) -> "Diary":
        """The agent hangs up, and the caller goes on in the dialplan."""
        leg, bridge = self._legs[agent, caller], f"bridge of {caller}"
        self.requests_hangup(leg).leaves_bridge(leg, bridge).leaves_bridge(caller, bridge)
        self.queue_returns(caller, "CONTINUE")
        return self.completes(agent, caller, "agent").closes(leg)

    def queue_of(self, caller: str) -> str:
        """The queue that a caller joined last."""
        return self._lines[caller].queue

    def is_asked(self, caller: str, queue: str = "support") -> "Diary":
        """The survey after the call asks a caller for a digit."""
        self.tell(e.CallerSurveyOffered, ChannelId(caller), queue)
        return self

    def presses(self, caller: str, score: int, queue: str = "support") -> "Diary":
        """A caller answers the survey after the call."""
        self.tell(e.CallerSurveyAnswered, ChannelId(caller), queue, score)
        return self

    def completes(self, agent: str, caller: str, reason: str, *, ids: str = "both") -> "Diary":
        """AgentComplete; `ids` says which of its ids are there: both, caller, agent or none."""
        line = self._lines[caller]
        channel = line.channel_id if ids in ("both", "caller") else ""
        leg = self._legs[agent, caller] if ids in ("both", "agent") else ""
        answered_at = line.answered_at or self.now
        wait, talk = float(int(answered_at - line.joined_at)), float(int(self.now - answered_at))
        self.tell(e.MemberCompleted, line.queue, phone(agent), phone(agent), channel, leg, wait, talk, reason)
        return self

    def wrap_up_done(self, agent: str) -> "Diary":
        """The agent says that the work after the call is done."""
        self.tell(e.WrapUpEnded, phone(agent))
        return self

    def ticks(self) -> "Diary":
        """Time passed, nothing else."""
        self.tell(e.Ticked)
        return self

    # --- calls outside queues -----------------------------------------------------------------------------------

    def dials(self, agent: str, number: str, to: str) -> "Diary":
        """An agent dials a number; the channel `to` rings there."""
        self._leg_count += 1
        leg = self._legs[agent] = self._legs[agent, to] = ChannelId(f"{agent}.{self._leg_count}")
        self.opens(leg, f"{phone(agent)}-{self._leg_count:08x}", number=agent, extension=number)
        name = f"{phone(number)}-{self._leg_count:08x}b" if phone(number).lower() in self._seats() else "PJSIP/trunk-b"
        self.opens(to, name, call=leg, number=number)
        self.tell(e.DialBegun, CallId(leg), leg, ChannelId(to), name, f"{number}@trunk")
        self.tell(e.ChannelRinging, ChannelId(to), CallId(leg), number, agent)
        return self

    def _seats(self) -> dict[str, Seat]:
        return self.floor.sites[PBX].seats

    def is_answered(self, agent: str, to: str) -> "Diary":
        """Whom the agent dialled answers."""
        leg = self._legs[agent]
        self.tell(e.ChannelUp, ChannelId(to), CallId(leg), "", agent)
        self.tell(e.DialEnded, ChannelId(to), "ANSWER")
        return self.bridges(leg, to, call=leg)
