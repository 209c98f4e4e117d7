"""What is asked of Asterisk so that a seat gets where somebody wants it, and who may want it: without side effects."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from callcenter.accounts.rules import Permission, own_agent
from callcenter.errors import BadInput, Conflict, NotAllowed, PhoneIsAway, PhoneIsTaken
from callcenter.floor import commands as c
from callcenter.floor import recordings
from callcenter.floor.events import WRAP_UP_REASON
from callcenter.floor.facts import SeatState
from callcenter.floor.seat import UNREACHABLE_DEVICES, Channel, Seat, Talk
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId, ChannelId
from callcenter.settings import AgentSettings

OWN: Permission = "work_seat"
EVERY: Permission = "control_seats"


@dataclass(frozen=True, slots=True)
class Wish:
    """Commands, and when the floor shows what they were for; without commands it is so already."""

    commands: tuple[c.AnyCommand, ...]
    is_shown: Callable[[], bool]


# --- who ----------------------------------------------------------------------------------------------------------


def check_may_work(permissions: Collection[Permission], agent_number: str | None, seat: Seat) -> None:
    """Raises NotAllowed unless with these permissions this agent may work at the seat: one's own, or any."""
    if EVERY in permissions:
        return
    if seat.agent_number != own_agent(agent_number):
        raise NotAllowed(f"this is not the seat of agent {agent_number}; other seats need the permission {EVERY}")


def queues_to_join(
    permissions: Collection[Permission], own: tuple[str, ...], chosen: Collection[str] | None
) -> tuple[str, ...]:
    """The queues to sign in to: those chosen, else the agent's `own`. Who may work at one seat has no others.

    Raises BadInput.
    """
    if chosen is None:
        if not own:
            raise BadInput("the settings give this seat no queues; choose some", field="queues")
        return own
    if not chosen:
        raise BadInput("choose at least one queue", field="queues")
    check_given(permissions, own, chosen)
    return tuple(dict.fromkeys(chosen))


def check_given(
    permissions: Collection[Permission], own: Collection[str], queues: Collection[str], field: str = "queues"
) -> None:
    """Raises BadInput unless with these permissions one may join and leave the queues: one's `own`, or any."""
    foreign = next((queue for queue in queues if queue not in own), None)
    if foreign is not None and EVERY not in permissions:
        raise BadInput(f"the settings do not give you the queue {foreign[:60]!r}", field=field)


def check_penalty(permissions: Collection[Permission], penalty: int) -> None:
    """Raises BadInput for a penalty that somebody gives themselves: that they are rung later, others say."""
    if penalty and EVERY not in permissions:
        raise BadInput(f"a penalty needs the permission {EVERY}", field="penalty")


# --- what ---------------------------------------------------------------------------------------------------------


def join(seat: Seat, name: str, queues: Iterable[str], penalty: int = 0) -> Wish:
    """Becomes a member of these queues; a seat that is paused stays so in the new ones."""
    wanted = tuple(queues)
    reason = seat.pause_reason if seat.is_rung_by_none else ""
    commands = tuple(
        c.AddMember(
            seat.pbx,
            queue=queue,
            interface=_joins_as(seat),
            name=name,
            penalty=penalty,
            is_paused=seat.is_rung_by_none,
            pause_reason=reason,
        )
        for queue in wanted
        if queue not in seat.members
    )
    return Wish(commands, lambda: seat.members.keys() >= set(wanted))


def sit_down(site: Site, seat: Seat, agent: AgentSettings, queues: Iterable[str]) -> Wish:
    """The agent signs in at a desk phone, and leaves the phone where he was before.

    Raises PhoneIsTaken where somebody else sits, PhoneIsAway where it could not be rung, Conflict while the agent is in
    a call elsewhere.
    """
    is_own = seat.agent_number == agent.number
    if not (is_own or seat.is_vacant):
        raise PhoneIsTaken(f"{seat.agent_name} is signed in there; sign out there first, or take another phone")
    if seat.device in UNREACHABLE_DEVICES:
        raise PhoneIsAway("the phone is not registered with Asterisk: it could not be rung")
    return moved(site, seat, agent.number, join(seat, agent.name, queues))


def moved(site: Site, seat: Seat, agent_number: str, wish: Wish) -> Wish:
    """With this wish the agent comes to the seat: from, or to, a desk phone he is moved. Raises Conflict in a call."""
    others = [
        other
        for other in site.seats.values()
        if agent_number and other.agent_number == agent_number and other is not seat and other.members
        if other.desk is not None or seat.desk is not None
    ]
    in_a_call = next((other for other in others if other.channels), None)
    if in_a_call is not None:
        place = in_a_call.desk.label if in_a_call.desk else in_a_call.interface
        raise Conflict(f"the agent is in a call at {place}; the move has to wait until it is over")
    left = [leave(other, tuple(other.members)) for other in others]
    commands = tuple(command for one in left for command in one.commands)
    return Wish((*commands, *wish.commands), lambda: wish.is_shown() and all(one.is_shown() for one in left))


def leave(seat: Seat, queues: Iterable[str]) -> Wish:
    """Is a member of these queues no longer."""
    unwanted = tuple(queues)
    commands = tuple(
        c.RemoveMember(seat.pbx, queue=queue, interface=seat.members[queue].interface)
        for queue in unwanted
        if queue in seat.members
    )
    return Wish(commands, lambda: seat.members.keys().isdisjoint(unwanted))


def set_penalty(seat: Seat, queue: str, penalty: int) -> Wish:
    """Is rung after the members of that queue with a smaller penalty. Raises Conflict where the seat is not in it."""
    member = seat.members.get(queue)
    if member is None:
        raise Conflict(f"the seat is not in the queue {queue[:60]!r}; add it first", field="queue")
    wanted = c.SetPenalty(seat.pbx, queue=queue, interface=member.interface, penalty=penalty)

    def is_shown() -> bool:
        return queue in seat.members and seat.members[queue].penalty == penalty

    return Wish(() if is_shown() else (wanted,), is_shown)


def pause(seat: Seat, reason: str, known: Collection[str]) -> Wish:
    """Is rung by no queue, for this reason; during a call, from its end on.

    Raises BadInput for a reason that is not configured, Conflict for a seat that is signed out.
    """
    if reason not in known:
        raise BadInput(f"there is no pause reason {reason[:60]!r}; known are {', '.join(known)}", field="reason")
    _check_signed_in(seat)

    def is_shown() -> bool:
        return bool(seat.members) and all(
            member.is_paused and member.pause_reason == reason for member in seat.members.values()
        )

    commands = () if is_shown() else tuple(c.PauseMember(seat.pbx, one, reason) for one in _interfaces(seat))
    return Wish(commands, is_shown)


def ready(seat: Seat) -> Wish:
    """Takes calls again: the pause is over, and the work after the call, too. Raises Conflict when signed out."""
    _check_signed_in(seat)

    def is_paused() -> bool:
        return any(member.is_paused for member in seat.members.values())

    unpaused = unpause(seat) if is_paused() else ()
    return Wish((*unpaused, *_wrapped_up(seat)), lambda: not is_paused() and seat.wrap_up_ends_at is None)


def extend_wrap_up(seat: Seat) -> Wish:
    """Has more time for the work after the call: Asterisk rings the seat in no queue, for the reason of wrap-up.

    Raises Conflict for a seat that is not in wrap-up.
    """
    if seat.state is not SeatState.WRAP_UP:
        raise Conflict("the seat is not in wrap-up; more time is asked for after a call")
    commands = tuple(c.PauseMember(seat.pbx, one, WRAP_UP_REASON) for one in _interfaces(seat))
    return Wish(commands, lambda: seat.extended_until is not None)


def end_wrap_up(seat: Seat) -> Wish:
    """The work after the call is done, also where more time was asked for."""
    unpaused = () if seat.extended_until is None else unpause(seat)
    return Wish((*unpaused, *_wrapped_up(seat)), lambda: seat.wrap_up_ends_at is None)


def unpause(seat: Seat) -> tuple[c.AnyCommand, ...]:
    """What has the queues ring the seat again."""
    return tuple(c.UnpauseMember(seat.pbx, one) for one in _interfaces(seat))


def _wrapped_up(seat: Seat) -> tuple[c.AnyCommand, ...]:
    return () if seat.wrap_up_until is None else (c.EndWrapUp(seat.pbx, interface=seat.interface),)


def ask_for_help(seat: Seat) -> Wish:
    """Supervisors see that the agent asks for help. Raises Conflict when signed out and in no call."""
    if not seat.channels:
        _check_signed_in(seat)
    commands = () if seat.help_since is not None else (c.AskForHelp(seat.pbx, interface=seat.interface),)
    return Wish(commands, lambda: seat.help_since is not None)


def take_help(seat: Seat, by: str) -> Wish:
    """The agent sees who comes. Raises Conflict where no help is asked for, or somebody else comes already."""
    if seat.help_since is None:
        raise Conflict("the agent asks for no help (any more)")
    if seat.help_by not in ("", by):
        raise Conflict(f"{seat.help_by} is on the way already")
    commands = () if seat.help_by else (c.TakeHelp(seat.pbx, interface=seat.interface, by=by),)
    return Wish(commands, lambda: seat.help_by == by)


def end_help(seat: Seat) -> Wish:
    """No help is asked for any more."""
    commands = () if seat.help_since is None else (c.EndHelp(seat.pbx, interface=seat.interface),)
    return Wish(commands, lambda: seat.help_since is None)


def hang_up(seat: Seat, call_id: str) -> Wish:
    """The seat's part in this call is over. Raises Conflict when the seat is not in it (any more)."""
    channels = _legs(seat, call_id)
    commands = tuple(c.HangUp(seat.pbx, channel_id=channel_id) for channel_id in channels)
    return Wish(commands, lambda: seat.channels.keys().isdisjoint(channels))


def pause_recording(site: Site, seat: Seat, call_id: str) -> Wish:
    """Nothing more of this call is kept in any recording. Raises Conflict where there is none, or no such call."""
    return _recorded(site, seat, call_id, is_paused=True)


def resume_recording(site: Site, seat: Seat, call_id: str) -> Wish:
    """Every recording of this call goes on. Raises Conflict where there is none, or no such call."""
    return _recorded(site, seat, call_id, is_paused=False)


def _recorded(site: Site, seat: Seat, call_id: str, *, is_paused: bool) -> Wish:
    _legs(seat, call_id)
    call = CallId(call_id)
    if not any(recordings.of_call(site, call)):
        raise Conflict("this call is not being recorded", field="call_id")
    commands = recording_commands(site, call, is_paused=is_paused)
    return Wish(commands, lambda: not recording_commands(site, call, is_paused=is_paused))


def recording_commands(site: Site, call_id: CallId, *, is_paused: bool) -> tuple[c.AnyCommand, ...]:
    """What pauses, or resumes, those recordings of a call that are not so already: on whichever channels they are."""
    command = c.PauseRecording if is_paused else c.ResumeRecording
    others = [
        channel_id
        for channel_id, recording in recordings.of_call(site, call_id)
        if (recording.paused_since is not None) != is_paused
    ]
    return tuple(command(site.pbx, channel_id=channel_id) for channel_id in dict.fromkeys(others))


def talking_leg(seat: Seat, call_id: str) -> tuple[Channel, Talk]:
    """The channel on which the seat talks in a call, and that talk. Raises Conflict when it does not (any more)."""
    for channel in seat.channels.values():
        if channel.call_id == call_id and channel.talk is not None:
            return channel, channel.talk
    raise Conflict("the seat is not talking in this call any more", field="call_id")


def _legs(seat: Seat, call_id: str) -> list[ChannelId]:
    """The seat's channels in a call. Raises Conflict when it is not in it (any more)."""
    channels = [channel.channel_id for channel in seat.channels.values() if channel.call_id == call_id]
    if not channels:
        raise Conflict("the seat is not in this call any more", field="call_id")
    return channels


def _check_signed_in(seat: Seat) -> None:
    if not seat.members:
        raise Conflict("the seat is signed out; sign in first")


def _interfaces(seat: Seat) -> list[str]:
    """As what the seat is a member: a Local interface may stand for the phone."""
    return sorted({member.interface for member in seat.members.values()})


def _joins_as(seat: Seat) -> str:
    return next(iter(_interfaces(seat)), seat.interface)
