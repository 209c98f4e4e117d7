"""The terms in which events, facts and everything above them speak: instants, lengths of time, ids.

An `Instant` is seconds since 1970-01-01 UTC, as AMI prints it in `Timestamp`; the wall clock is never asked. A
`ChannelId` is the Uniqueid, a `CallId` the Linkedid, an `AttemptId` the id of a dialer's attempt and of its channel.
"""

from typing import NewType

Instant = float
Seconds = float
PbxName = str
ChannelId = NewType("ChannelId", str)
CallId = NewType("CallId", str)
AttemptId = NewType("AttemptId", str)

OWN_ID = "queue_log:"
"""The ids begin so of what queue_log does not name: they are none of Asterisk's."""
