"""Everything that we may ask of the telephone system, and the protocol of whoever carries it out.

A command never edits live state: it asks, and the state moves when the event comes back.
"""

from typing import Protocol

from msgspec import Struct

from callcenter.floor.events import ListeningMode
from callcenter.floor.terms import AttemptId, ChannelId, PbxName, Seconds


class Command(Struct, frozen=True):
    """Something asked of the PBX named `pbx`."""

    pbx: PbxName


class AddMember(Command, frozen=True):
    """Sign an interface in to a queue, where it `is_paused` (for that reason) from the beginning on."""

    queue: str
    interface: str
    name: str
    penalty: int = 0
    is_paused: bool = False
    pause_reason: str = ""


class RemoveMember(Command, frozen=True):
    """Sign an interface out of a queue."""

    queue: str
    interface: str


class SetPenalty(Command, frozen=True):
    """Have an interface rung later, or earlier, than others in a queue of which it is a member."""

    queue: str
    interface: str
    penalty: int


class TellDesk(Command, frozen=True):
    """Tell the dialplan who sits at a desk phone (both by their numbers): calls to the agent ring there."""

    desk: str
    agent_number: str


class PauseMember(Command, frozen=True):
    """Pause an interface in every queue of which it is a member (or in `queue` alone)."""

    interface: str
    reason: str
    queue: str | None = None


class UnpauseMember(Command, frozen=True):
    """Make an interface ready again in every queue of which it is a member (or in `queue` alone)."""

    interface: str
    queue: str | None = None


class EndWrapUp(Command, frozen=True):
    """Say that the work after the call at this interface is done."""

    interface: str


class AskForHelp(Command, frozen=True):
    """Say that the agent at this interface asks for help."""

    interface: str


class TakeHelp(Command, frozen=True):
    """Say that somebody is on the way to help the agent at this interface."""

    interface: str
    by: str


class EndHelp(Command, frozen=True):
    """Say that the agent at this interface needs no help any more."""

    interface: str


class PlaceCall(Command, frozen=True):
    """Dial `number` through `dial_string`; whoever answers goes to `queue` of the callback context.

    `attempt_id` becomes the id of the channel, so that the attempt is found again whatever happens. `number` has been
    validated (`+` and digits only). `ring_seconds` is how long it may ring. Unless `patience_seconds` is 0, a customer
    for whom no agent gets free in so many whole seconds hears a message instead of waiting in the queue.

    With `agent_interface` that agent's phone is called first, the channel is his, and it dials the number when he has
    picked up: no queue, no detection.
    """

    attempt_id: AttemptId
    number: str
    dial_string: str
    queue: str
    ring_seconds: Seconds
    caller_id: str = ""
    detect_machine: bool = False
    patience_seconds: Seconds = 0
    agent_interface: str = ""


class HangUp(Command, frozen=True):
    """End a channel."""

    channel_id: ChannelId


class MoveToFront(Command, frozen=True):
    """Put a waiting caller before all whose priority is smaller; only a survey tells that it was done.

    `channel_name` is that of the caller's channel: Asterisk knows a waiting caller by no other word.
    """

    queue: str
    channel_name: str
    priority: int


class MoveToQueue(Command, frozen=True):
    """Take a waiting caller out of the line and to the end of that of another queue of the shipped dialplan."""

    channel_id: ChannelId
    queue: str


class MoveToAgent(Command, frozen=True):
    """Take a waiting caller out of the line and ring the phone of this agent of the shipped dialplan."""

    channel_id: ChannelId
    agent_number: str


class PressKey(Command, frozen=True):
    """Take this key as pressed on the phone of a channel that talks."""

    channel_id: ChannelId
    key: str


class Transfer(Command, frozen=True):
    """Send the other side of this agent's channel to an extension that agents may dial; the agent's part ends."""

    channel_id: ChannelId
    extension: str


class Consult(Command, frozen=True):
    """Have the agent of this channel talk with an extension that agents may dial, while the other side hears music."""

    channel_id: ChannelId
    extension: str


class CancelConsult(Command, frozen=True):
    """Bring the agent of this channel back to the side that hears music."""

    channel_id: ChannelId


class PauseRecording(Command, frozen=True):
    """Keep nothing of what is said in the files of this channel until they are resumed: silence stands there."""

    channel_id: ChannelId


class ResumeRecording(Command, frozen=True):
    """Keep again what is said in the files of this channel."""

    channel_id: ChannelId


class Listen(Command, frozen=True):
    """Call the phone at `interface`, which listens to the channel `channel_id` in this mode once it has picked up.

    `listener_id` becomes the id of the phone's channel (`listening.listener_id`).
    """

    listener_id: ChannelId
    interface: str
    channel_id: ChannelId
    mode: ListeningMode


class SwitchListening(Command, frozen=True):
    """Have the channel of a listener go on in another mode."""

    listener_id: ChannelId
    mode: ListeningMode


AnyCommand = (
    AddMember
    | RemoveMember
    | SetPenalty
    | TellDesk
    | PauseMember
    | UnpauseMember
    | EndWrapUp
    | AskForHelp
    | TakeHelp
    | EndHelp
    | PlaceCall
    | HangUp
    | MoveToFront
    | MoveToQueue
    | MoveToAgent
    | PressKey
    | Transfer
    | Consult
    | CancelConsult
    | PauseRecording
    | ResumeRecording
    | Listen
    | SwitchListening
)


class Phone(Protocol):
    """Carries out commands. A write is never repeated and never kept for later."""

    async def send(self, command: AnyCommand) -> None:
        """Returns once Asterisk accepted the command.

        Raises PhoneRefused (nothing happened), PhoneUnreachable (not sent), OutcomeUnknown (sent, no answer in time).
        """
        ...
