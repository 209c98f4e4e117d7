"""What the routes of retention answer, for the API's description (docs/api.md, Retention)."""

from typing import NotRequired

from typing_extensions import TypedDict

from callcenter.calls.answers import Deletion
from callcenter.floor.terms import Instant
from callcenter.retention.rules import Scope


class CallTag(TypedDict):
    """A tag on a call."""

    tag: str
    at: Instant
    by: str


class CallTags(TypedDict):
    """The tags on a call."""

    tags: list[CallTag]


class KnownTag(TypedDict):
    """A tag in use, and on how many calls it is."""

    tag: str
    calls: int


class KnownTags(TypedDict):
    """The tags in use, those on most calls first."""

    tags: list[KnownTag]


class HoldEnd(TypedDict):
    """When a hold ended, by whom and why."""

    at: Instant
    by: str
    reason: str


class CallHold(TypedDict):
    """A hold: while it lasts, nothing of the call is deleted."""

    id: int
    pbx: str
    call_id: str
    number: str | None
    started_at: Instant | None
    at: Instant
    by: str
    reason: str
    ended: HoldEnd | None


class CallHolds(TypedDict):
    """Holds, newest first."""

    holds: list[CallHold]


class HoldPlaced(CallHolds):
    """The hold that was placed, and all of the call."""

    id: int


class RuleTold(TypedDict):
    """A rule of retention as it is called."""

    scope: Scope
    label: str
    days: int


class CallRetention(CallTags):
    """Until when a call's recordings are kept (null: for ever), by which rule; holds for who manages them."""

    is_held: bool
    rule: RuleTold | None
    until: Instant | None
    holds: NotRequired[list[CallHold]]


class RetentionRule(RuleTold):
    """A rule of retention."""

    id: int
    subject: str
    created_at: Instant
    created_by: str


class RetentionRules(TypedDict):
    """The rules, in the order in which kinds decide."""

    rules: list[RetentionRule]


class RuleMade(TypedDict):
    """The rule that was made."""

    id: int


class DueCounted(TypedDict):
    """How much there is."""

    calls: int
    recordings: int
    files: int
    bytes: int


class DueByRule(DueCounted, RuleTold):
    """How much a rule lets go."""

    rule_id: int


class DueSum(DueCounted):
    """What a run would delete now, what holds keep, and how many recordings are not found."""

    at: Instant
    by_rule: list[DueByRule]
    held: DueCounted
    not_found: int


class DueRecording(RuleTold):
    """A recording that a run would delete, and by which rule."""

    rule_id: int
    recording_id: int
    pbx: str
    call_id: str
    number: str | None
    began_at: Instant
    files: int
    bytes: int


class DueRecordings(TypedDict):
    """A page of them; `next` is the cursor of the following one."""

    recordings: list[DueRecording]
    next: int | None


class Deleted(Deletion):
    """A recording that was deleted; `sha256` is of what it was."""

    id: int
    recording_id: int
    pbx: str
    call_id: str
    number: str | None
    began_at: Instant | None
    files: int
    bytes: int
    sha256: str


class DeletionsPage(TypedDict):
    """A page of the log of deletions, newest first; `next` is the cursor of the following one."""

    deletions: list[Deleted]
    next: int | None
