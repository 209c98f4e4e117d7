"""What the routes of erasures answer, for the API's description (docs/api.md, Erasure)."""

from typing import Literal

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant

ErasureState = Literal["asked", "running", "done"]


class HeldCall(TypedDict):
    """A call that a hold keeps."""

    pbx: str
    call_id: str


class HeldBack(TypedDict):
    """Calls that holds keep, the first of them by name."""

    kind: Literal["held"]
    count: int
    calls: list[HeldCall]


class BansKept(TypedDict):
    """Entries of the do-not-call list, which stay so that nobody is called."""

    kind: Literal["do_not_call"]
    count: int


class JournalKept(TypedDict):
    """The journal, which is gone by itself at that time."""

    kind: Literal["journal"]
    until: Instant


class QueueLogKept(TypedDict):
    """The PBX's own queue_log."""

    kind: Literal["queue_log"]


Kept = HeldBack | BansKept | JournalKept | QueueLogKept


class EarlierErasure(TypedDict):
    """An erasure of the same person."""

    id: int
    at: Instant
    reference: str
    state: ErasureState


class EarlierErasures(TypedDict):
    """The erasures of these numbers, newest first."""

    erasures: list[EarlierErasure]


class ErasureDryRun(TypedDict):
    """What is held of a person by kind, what an erasure would keep, and what stands in its way."""

    numbers: list[str]
    counts: dict[str, int]
    kept: list[Kept]
    other_numbers: list[str]
    in_call: bool
    erased: list[EarlierErasure]


class ErasureAsked(TypedDict):
    """The erasure that was asked for."""

    id: int


class Erasure(EarlierErasure):
    """An erasure and how far it is; `said` is why it waits, `ends` the last two digits of each number."""

    by: str
    reason: str
    step: str
    steps_done: int
    steps: int
    said: str
    ends: list[str]
    kept: list[Kept]
    ended_at: Instant | None
    counts: dict[str, int]
    removes_do_not_call: bool


class WholeErasure(Erasure):
    """One erasure with the digests of its numbers."""

    digests: list[str]


class ErasuresPage(TypedDict):
    """A page of erasures, newest first; `next` is the cursor of the following one."""

    erasures: list[Erasure]
    next: int | None
