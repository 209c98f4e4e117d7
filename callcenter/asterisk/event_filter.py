"""Which manager events Asterisk sends to the server: exactly those that the server reads."""

from callcenter.asterisk.installation import Version

EVENTS = (
    "FullyBooted", "Shutdown", "Reload",
    "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon",
    "AgentCalled", "AgentRingNoAnswer", "AgentConnect", "AgentComplete", "AgentDump",
    "QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberStatus", "QueueMemberPenalty",
    "Newchannel", "Newstate", "Hangup", "HangupRequest", "DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave",
    "Hold", "Unhold", "BlindTransfer", "AttendedTransfer", "LocalBridge", "LocalOptimizationBegin",
    "LocalOptimizationEnd", "OriginateResponse", "UserEvent", "DeviceStateChange", "MixMonitorMute",
    "ChanSpyStart", "ChanSpyStop",
)  # fmt: skip
"""Events by name. NewConnectedLine and NewCallerid are left out: later events carry what they tell."""

VARIABLES = ("QUEUESTATUS", "MIXMONITOR_FILENAME")
"""The two variables whose VarSet is wanted: how a stay in a queue ended, and where a recording is written."""

_ADVANCED_SINCE = {18: Version(18, 26), 20: Version(20, 11), 22: Version(22, 1)}


def reads_advanced_filters(version: Version) -> bool:
    """Filters by event name (hashed, cheap) exist since 18.26, 20.11 and 22.1; elsewhere, only regular expressions."""
    since = _ADVANCED_SINCE.get(version.major)
    return version.major > max(_ADVANCED_SINCE) if since is None else version >= since


def legacy_filters() -> list[str]:
    """The same choice as regular expressions over the whole text of an event, which begins with its name."""
    return [f"^Event: ({'|'.join(EVENTS)})[[:cntrl:]]",
            f"^Event: VarSet[[:cntrl:]].*[[:cntrl:]]Variable: ({'|'.join(VARIABLES)})[[:cntrl:]]"]  # fmt: skip
