"""Everything that can happen on the floor: one frozen class each, named in the past tense.

Every event says at which PBX (`pbx`) and when (`at`) it happened.
"""

from enum import StrEnum

from msgspec import Struct

from callcenter.floor.facts import AnyFact
from callcenter.floor.terms import AttemptId, CallId, ChannelId, Instant, PbxName, Seconds


class LinkState(StrEnum):
    """The state of the connection to one PBX; only `live` means that what is shown is true now."""

    CONNECTING = "connecting"
    SURVEYING = "surveying"
    LIVE = "live"
    DOWN = "down"
    REFUSED = "refused"


class DeviceState(StrEnum):
    """What Asterisk says of a device (docs/asterisk.md, `DeviceStateChange.State`)."""

    UNKNOWN = "unknown"
    NOT_IN_USE = "not_in_use"
    IN_USE = "in_use"
    BUSY = "busy"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    RINGING = "ringing"
    RING_IN_USE = "ring_in_use"
    ON_HOLD = "on_hold"


class ListeningMode(StrEnum):
    """What a listener does: hears both sides; speaks to the agent alone; speaks to both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class Part(Struct, frozen=True, gc=False):
    """A record inside an event."""


class Event(Struct, frozen=True, gc=False, tag=True):
    """Something that happened at `pbx`, at `at`."""

    pbx: PbxName
    at: Instant


class Member(Part, frozen=True):
    """An interface in one queue, as Asterisk describes it in every member event and in QueueStatus.

    `wrap_up_seconds` 0 means "the queue's". `state_interface` is the phone behind a Local interface, else `interface`.
    """

    queue: str
    interface: str
    name: str
    state_interface: str
    device: DeviceState
    is_paused: bool = False
    pause_reason: str = ""
    is_dynamic: bool = True
    penalty: int = 0
    wrap_up_seconds: int = 0
    last_call_at: Instant = 0.0
    paused_at: Instant = 0.0


class WaitingCaller(Part, frozen=True):
    """A caller found waiting in a queue by a survey."""

    queue: str
    channel_id: ChannelId
    position: int
    number: str
    caller_name: str
    wait_seconds: Seconds


class OpenChannel(Part, frozen=True):
    """A channel found open by a survey; `bridge_id` is empty while it is in none."""

    channel_id: ChannelId
    call_id: CallId
    name: str
    is_up: bool
    number: str
    caller_name: str
    bridge_id: str
    age_seconds: Seconds
    application: str = ""
    extension: str = ""
    connected_number: str = ""


class LoggedTalk(Part, frozen=True):
    """A queue's talk that queue_log says was under way; `leg_id` is the channel that was rung, `agent` a member's name.

    `began_at` is a whole second.
    """

    channel_id: ChannelId
    queue: str
    agent: str
    leg_id: ChannelId
    began_at: Instant


# --- the PBX and the link to it ---------------------------------------------------------------------------------


class LinkChanged(Event, frozen=True):
    """The link to the PBX changed; `detail` says why in words that an operator understands."""

    state: LinkState
    detail: str = ""


class ConnectionBegan(Event, frozen=True):
    """A connection to the PBX began: whatever happened after `at` and before the next survey was not heard.

    `at` is the newest instant of the connection before (0 where there was none: `is_first`).
    """

    is_first: bool = False


class GapSettled(Event, frozen=True):
    """What queue_log tells of a gap, told once after the survey at `until`.

    `facts` ended in it, `talks` were under way at its end, `waiting` are the stays (channel and queue) that were;
    `has_start`: Asterisk started meanwhile. `is_readable` False: nothing could be read.
    """

    until: Instant
    facts: "tuple[AnyFact, ...]" = ()
    talks: tuple[LoggedTalk, ...] = ()
    has_start: bool = False
    is_readable: bool = True
    waiting: tuple[tuple[ChannelId, str], ...] = ()


class PbxStarted(Event, frozen=True):
    """Asterisk has just started: nothing that was open before it is open now."""


class PbxStopped(Event, frozen=True):
    """Asterisk announced that it stops."""


class Surveyed(Event, frozen=True):
    """The whole state of the PBX after a (re)connect. `channels` or `devices` is None where it was not asked for."""

    queues: tuple[str, ...]
    members: tuple[Member, ...]
    waiting: tuple[WaitingCaller, ...]
    channels: tuple[OpenChannel, ...] | None = None
    devices: tuple[tuple[str, DeviceState], ...] | None = None


# --- channels ---------------------------------------------------------------------------------------------------


class ChannelOpened(Event, frozen=True):
    """A channel came to be (Newchannel)."""

    channel_id: ChannelId
    call_id: CallId
    name: str
    number: str
    caller_name: str
    context: str
    extension: str
    is_up: bool


class ChannelUp(Event, frozen=True):
    """A channel was answered (Newstate, state 6)."""

    channel_id: ChannelId
    call_id: CallId
    number: str
    connected_number: str


class ChannelRinging(Event, frozen=True):
    """A channel's phone rings (Newstate, state 5)."""

    channel_id: ChannelId
    call_id: CallId
    number: str
    connected_number: str


class HangupRequested(Event, frozen=True):
    """The far end of a channel hung up; the channel closes soon."""

    channel_id: ChannelId


class ChannelClosed(Event, frozen=True):
    """A channel ended. `cause` is the Q.850 cause, `tech_cause` the SIP code ("" where the end was nominal)."""

    channel_id: ChannelId
    call_id: CallId
    cause: int
    tech_cause: str = ""


class DialBegun(Event, frozen=True):
    """`caller_id` ("" for an Originate) dials the channel `channel_id`."""

    call_id: CallId
    caller_id: ChannelId
    channel_id: ChannelId
    channel_name: str
    dialled: str


class DialEnded(Event, frozen=True):
    """Dialling `channel_id` ended with Asterisk's DIALSTATUS. Comes twice for a cancelled queue ring."""

    channel_id: ChannelId
    status: str
    forwarded_to: str = ""


class BridgeEntered(Event, frozen=True):
    """A channel entered a bridge; from here on its call is `call_id`."""

    channel_id: ChannelId
    call_id: CallId
    bridge_id: str


class BridgeLeft(Event, frozen=True):
    """A channel left a bridge."""

    channel_id: ChannelId
    bridge_id: str


class HoldBegun(Event, frozen=True):
    """The phone of this channel put the other side on hold; `by_code`: by a code in the call and not by itself."""

    channel_id: ChannelId
    by_code: bool = False


class HoldEnded(Event, frozen=True):
    """The phone of this channel took the other side back. Never comes when the call ends on hold."""

    channel_id: ChannelId


class LocalJoined(Event, frozen=True):
    """The halves of a Local channel (LocalBridge)."""

    one_id: ChannelId
    two_id: ChannelId


class LocalOptimised(Event, frozen=True):
    """A Local pair was taken out of the path (LocalOptimizationBegin): `source_id` takes the place of the half at the
    other end, which is `one_id` where an agent's phone is behind it."""

    one_id: ChannelId
    two_id: ChannelId
    source_id: ChannelId


class BlindTransferred(Event, frozen=True):
    """A successful blind transfer: `transferer_id` sent `transferee_id` to an extension."""

    transferer_id: ChannelId
    transferee_id: ChannelId
    extension: str
    context: str


class AttendedTransferred(Event, frozen=True):
    """A successful attended transfer: the transferer's two legs end, the others talk on."""

    first_leg_id: ChannelId
    second_leg_id: ChannelId
    transferee_id: ChannelId
    target_id: ChannelId


class RecordingBegun(Event, frozen=True):
    """MixMonitor began to write `path` (as the PBX sees it) for the call of this channel."""

    channel_id: ChannelId
    call_id: CallId
    path: str


class RecordingPaused(Event, frozen=True):
    """Nothing of what is said is kept in the files of this channel; silence of the same length stands there."""

    channel_id: ChannelId


class RecordingResumed(Event, frozen=True):
    """What is said is kept again in the files of this channel, or was all the time."""

    channel_id: ChannelId


class ListeningBegan(Event, frozen=True):
    """A listener of ours hears the channel `channel_id` now, in this mode; a change of mode ends one and begins one."""

    listener_id: ChannelId
    listener_name: str
    channel_id: ChannelId
    mode: ListeningMode


class ListeningEnded(Event, frozen=True):
    """A listener hears the channel no longer."""

    listener_id: ChannelId


# --- queues -----------------------------------------------------------------------------------------------------


class CallerJoined(Event, frozen=True):
    """A caller entered a queue. The stay's key is (channel_id, queue, n-th join)."""

    queue: str
    channel_id: ChannelId
    call_id: CallId
    number: str
    caller_name: str
    position: int


class CallerLeft(Event, frozen=True):
    """A caller left the queue, for whatever reason: before MemberConnected for answered calls, after
    CallerGone for others; alone it is an exit by key."""

    queue: str
    channel_id: ChannelId
    position: int


class CallerGone(Event, frozen=True):
    """AMI's QueueCallerAbandon: the stay ended unanswered. *Not* "hung up": timeout, empty and withdraw send it too."""

    queue: str
    channel_id: ChannelId
    position: int
    original_position: int
    wait_seconds: Seconds


class QueueResult(Event, frozen=True):
    """The dialplan variable QUEUESTATUS was set on a caller's channel: why Queue() returned.

    `queue` is known where the shipped dialplan runs Queue(): its extensions are named after the queues.
    """

    channel_id: ChannelId
    call_id: CallId
    status: str
    number: str = ""
    caller_name: str = ""
    queue: str = ""


class MemberRung(Event, frozen=True):
    """A queue rings a member for a caller; `ring_id` is the member's channel."""

    queue: str
    interface: str
    member_name: str
    channel_id: ChannelId
    call_id: CallId
    ring_id: ChannelId


class RingNotAnswered(Event, frozen=True):
    """A ring ended unanswered (also busy, declined, unreachable: the leg's cause tells)."""

    queue: str
    interface: str
    channel_id: ChannelId
    ring_id: ChannelId
    ring_seconds: Seconds


class MemberConnected(Event, frozen=True):
    """A member and a caller were connected. Whole seconds, equal to queue_log's CONNECT."""

    queue: str
    interface: str
    member_name: str
    channel_id: ChannelId
    call_id: CallId
    ring_id: ChannelId
    wait_seconds: Seconds
    ring_seconds: Seconds


class MemberCompleted(Event, frozen=True):
    """The talk of a queue call ended; either id may be "" (docs/asterisk.md, "Queues").

    `reason` is caller, agent or transfer. `talk_seconds` includes hold, as in queue_log.
    """

    queue: str
    interface: str
    member_name: str
    channel_id: ChannelId
    ring_id: ChannelId
    wait_seconds: Seconds
    talk_seconds: Seconds
    reason: str


class MemberDumped(Event, frozen=True):
    """The agent hung up in the announcement; the caller stays in the queue."""

    queue: str
    interface: str
    channel_id: ChannelId
    ring_id: ChannelId


class MemberAdded(Event, frozen=True):
    """An interface became a member of a queue."""

    member: Member


class MemberChanged(Event, frozen=True):
    """A member's pause, penalty, device state or wrap-up time changed, or was said again."""

    member: Member


class MemberRemoved(Event, frozen=True):
    """An interface is no longer a member of a queue."""

    queue: str
    interface: str


class DeviceChanged(Event, frozen=True):
    """The state of a device (`PJSIP/1001`), whether or not it is a member."""

    device: str
    state: DeviceState


# --- ours -------------------------------------------------------------------------------------------------------


class WrapUpEnded(Event, frozen=True):
    """The agent at this interface said that the work after the call is done."""

    interface: str


class HelpAsked(Event, frozen=True):
    """The agent at this interface asks for help."""

    interface: str


class HelpTaken(Event, frozen=True):
    """Somebody is on the way to help the agent at this interface."""

    interface: str
    by: str


class HelpEnded(Event, frozen=True):
    """The agent at this interface needs no help any more, or had it."""

    interface: str


class OriginateEnded(Event, frozen=True):
    """Asterisk's answer to an Originate of ours: the first leg answered, or nothing came of it (docs/asterisk.md)."""

    attempt_id: AttemptId
    channel_id: ChannelId
    succeeded: bool
    reason: int


class MachineAnswered(Event, frozen=True):
    """The dialplan's detection says that a machine answered this attempt."""

    attempt_id: AttemptId


class PersonAnswered(Event, frozen=True):
    """The dialplan's detection found no machine where this attempt was answered."""

    attempt_id: AttemptId


class CallbackRequested(Event, frozen=True):
    """A caller pressed the key that asks for a callback: the dialplan says it when Queue() has let him go."""

    channel_id: ChannelId
    queue: str


class CallerSurveyOffered(Event, frozen=True):
    """The dialplan asks a caller whose agent hung up how satisfied they are."""

    channel_id: ChannelId
    queue: str


class CallerSurveyAnswered(Event, frozen=True):
    """A caller pressed a digit in the survey after the call: `score` is 1 to 5, and 5 is the best."""

    channel_id: ChannelId
    queue: str
    score: int


class RecordingPauseAsked(Event, frozen=True):
    """An agent pressed the code at the phone of this channel: nothing of the call shall be kept for a while."""

    channel_id: ChannelId


class RecordingResumeAsked(Event, frozen=True):
    """An agent pressed the code at the phone of this channel: the call shall be kept again."""

    channel_id: ChannelId


class LineMeasured(Event, frozen=True):
    """What Asterisk counted (RTP and RTCP) on the line of a phone, at its end: packets, and lengths of time.

    `heard` and `lost` are of what the phone sent, `jitter_seconds` too; `sent` went to the phone, which said that it
    `missed` some. `rtt_seconds` is 0 where the phone sent no report.
    """

    channel_id: ChannelId
    heard: int
    lost: int
    sent: int
    missed: int
    jitter_seconds: Seconds
    rtt_seconds: Seconds


class AgentEntry(Part, frozen=True):
    """One agent of the directory: who sits behind an interface; "" where the agent has no phone of their own."""

    number: str
    name: str
    team: str
    interface: str


class DeskPhone(Part, frozen=True):
    """A phone at which any agent may sit down: its own number, and where it stands."""

    number: str
    label: str
    interface: str


class QueueRules(Part, frozen=True):
    """How one queue's stays are judged; kept with each fact so that a later change rewrites nothing."""

    queue: str
    label: str = ""
    wrap_up_seconds: int = 0
    service_level_seconds: Seconds = 15.0
    service_level_variant: str = "offered_without_short_abandons"
    short_abandon_seconds: Seconds = 5.0


WRAP_UP_REASON = "wrap_up"
"""The reason with which a member is paused that has asked for more time after a call: wrap-up, and no pause of ours."""


class PauseRules(Part, frozen=True):
    """How pauses with one reason are judged: whether the desk is left, and for how long at most (0: no limit)."""

    reason: str
    is_away: bool = False
    limit_seconds: Seconds = 0.0


class DirectoryChanged(Event, frozen=True):
    """The configured agents, queues, pauses and desk phones of a PBX; seats get their names from it."""

    agents: tuple[AgentEntry, ...]
    queues: tuple[QueueRules, ...]
    pauses: tuple[PauseRules, ...] = ()
    phones: tuple[DeskPhone, ...] = ()


class Ticked(Event, frozen=True):
    """Time passed: what falls due by `at` (the end of a wrap-up) falls due now. `pbx` is the PBX concerned."""


AnyEvent = (
    LinkChanged
    | ConnectionBegan
    | GapSettled
    | PbxStarted
    | PbxStopped
    | Surveyed
    | ChannelOpened
    | ChannelUp
    | ChannelRinging
    | HangupRequested
    | ChannelClosed
    | DialBegun
    | DialEnded
    | BridgeEntered
    | BridgeLeft
    | HoldBegun
    | HoldEnded
    | LocalJoined
    | LocalOptimised
    | BlindTransferred
    | AttendedTransferred
    | RecordingBegun
    | RecordingPaused
    | RecordingResumed
    | ListeningBegan
    | ListeningEnded
    | CallerJoined
    | CallerLeft
    | CallerGone
    | QueueResult
    | MemberRung
    | RingNotAnswered
    | MemberConnected
    | MemberCompleted
    | MemberDumped
    | MemberAdded
    | MemberChanged
    | MemberRemoved
    | DeviceChanged
    | WrapUpEnded
    | HelpAsked
    | HelpTaken
    | HelpEnded
    | OriginateEnded
    | MachineAnswered
    | PersonAnswered
    | CallbackRequested
    | CallerSurveyOffered
    | CallerSurveyAnswered
    | RecordingPauseAsked
    | LineMeasured
    | RecordingResumeAsked
    | DirectoryChanged
    | Ticked
)
