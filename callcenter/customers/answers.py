"""What the routes of customers answer, for the API's description (docs/api.md, Customers)."""

from typing import Any, Literal

from typing_extensions import TypedDict

from callcenter.calls.answers import AgentName
from callcenter.customers.rules import Consent
from callcenter.dialer.answers import LastOutcome, ListName
from callcenter.floor.facts import Direction
from callcenter.floor.terms import Instant, Seconds
from callcenter.forms.answers import SheetAttempt


class CustomerNumber(TypedDict):
    """A number of a customer, and whether it must not be called; `do_not_call_until` null: for ever."""

    number: str
    label: str
    do_not_call: bool
    do_not_call_until: Instant | None


class _Record(TypedDict):
    name: str
    reference: str
    level: str
    attributes: dict[str, str]
    consent: Consent
    consent_at: Instant | None
    consent_how: str
    note: str


class Customer(_Record):
    """A customer's record."""

    id: int
    version: int
    created_at: Instant
    created_by: str
    changed_at: Instant
    changed_by: str
    numbers: list[CustomerNumber]


class RingCustomer(TypedDict):
    """Somebody who has the number of a ring."""

    id: int
    name: str
    reference: str
    level: str


class RingOutside(TypedDict):
    """What the CRM says of a caller; `link` is the customer's page there."""

    name: str
    level: str
    link: str


class PhoneRing(TypedDict):
    """A phone begins to ring, for this call."""

    pbx: str
    interface: str
    agent_number: str
    call_id: str
    number: str
    queue: str
    direction: Direction | None
    at: Instant


class RingTold(PhoneRing):
    """A phone begins to ring. It is news for 30 s: whoever does not take it until then is never told.

    `crm` is null where the CRM knows nobody, fails, or takes longer than half a second.
    """

    customers: list[RingCustomer]
    crm: RingOutside | None


class CustomersPage(TypedDict):
    """A page of customers; `next` is the cursor of the following one."""

    customers: list[Customer]
    next: int | None


class CustomersFound(TypedDict):
    """Whose a number is; it is "" where it is none that could be called."""

    number: str
    customers: list[Customer]


class CustomerPop(CustomersFound):
    """Whom one's own call is with, and what to open for them; `address` is "" where nothing is."""

    address: str
    opens_by_itself: bool


class PastCall(TypedDict):
    """A call with a customer."""

    pbx: str
    call_id: str
    direction: Direction
    number: str
    queues: list[str]
    agents: list[AgentName]
    outcome: str
    talk_seconds: Seconds | None
    has_recording: bool


class PastRecord(TypedDict):
    """What an agent wrote down about a callback."""

    result: str
    note: str
    next_step: str
    next_at: Instant | None
    filled_at: Instant
    filled_by: str


class PastCallback(SheetAttempt):
    """An attempt to call a customer back."""

    record: PastRecord | None
    list: ListName


class PastTicket(TypedDict):
    """A ticket of a customer, in a few words."""

    id: int
    ticket: str
    type: str
    subject: str
    state: Literal["open", "waiting", "closed"]
    outcome: str
    closed_at: Instant | None


class PastReview(TypedDict):
    """A review of a call with a customer, in a few words."""

    id: int
    agent_number: str
    agent_name: str
    score: float | None
    state: str
    talked_at: Instant


class CustomerEvent(TypedDict):
    """Something that happened: a call, a callback, or a ticket was opened."""

    at: Instant
    call: PastCall | None
    callback: PastCallback | None
    ticket: PastTicket | None
    reviews: list[PastReview]


class CustomerHistory(TypedDict):
    """What happened, newest first; `next` is the cursor of what was before."""

    events: list[CustomerEvent]
    next: Instant | None


class ComingCallback(TypedDict):
    """A callback that is still to be made."""

    id: int
    number: str
    due_at: Instant | None
    attempts: int
    last_outcome: LastOutcome | None
    owner_agent: str
    list: ListName


class ComingCallbacks(TypedDict):
    """The callbacks that are still to be made to a customer."""

    callbacks: list[ComingCallback]


class MergedNumber(TypedDict):
    """A number of a merged record."""

    number: str
    label: str


class MergedRecord(_Record):
    """What a merged record says."""

    numbers: list[MergedNumber]


class CustomerMerge(TypedDict):
    """A merge: each field that it changed, as it was and as it became, the numbers that it added, and what the other
    record says."""

    id: int
    gone_id: int
    gone_name: str
    said: MergedRecord
    changed: dict[str, list[Any]]
    added: list[str]
    merged_at: Instant
    merged_by: str
    undone_at: Instant | None
    undone_by: str
    can_be_undone: bool


class CustomerMerges(TypedDict):
    """Who was merged into a customer."""

    merges: list[CustomerMerge]
