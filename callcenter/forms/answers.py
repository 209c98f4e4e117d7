"""What the routes of record forms and offers answer, for the API's description (docs/api.md, Callback records)."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from callcenter.dialer.answers import ListName
from callcenter.dialer.rules import Outcome, TargetState
from callcenter.floor.terms import Instant
from callcenter.forms.records import Standing
from callcenter.forms.rules import Question, Result
from callcenter.told import Like

RecordAnswers = dict[str, bool | float | str | list[str]]
"""By question, each as its kind has it."""


class RecordForm(TypedDict):
    """A version of the form of a list; version 0 has no questions."""

    id: int | None
    version: int
    questions: list[Annotated[dict[str, Any], Like(Question)]]
    created_at: Instant | None
    created_by: str


class SheetTarget(TypedDict):
    """Who is called back."""

    id: int
    number: str
    dial_number: str
    time_zones: str
    name: str
    attributes: dict[str, str]
    state: TargetState
    attempts: int
    owner_agent: str


class SheetAttempt(TypedDict):
    """A call to a target."""

    id: int
    number: str
    placed_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    outcome: Outcome | None
    agent_number: str
    pbx: str
    call_id: str | None


class CallbackRecord(TypedDict):
    """What was written down about a callback."""

    answers: RecordAnswers
    result: Result
    note: str
    next_step: str
    next_at: Instant | None
    next_agent: str
    filled_at: Instant
    changed_at: Instant
    filled_by: str


class Sheet(TypedDict):
    """What is before an agent in a callback."""

    target: SheetTarget
    attempt: SheetAttempt | None
    form: RecordForm
    record: CallbackRecord | None
    list: ListName


class OfferPast(TypedDict):
    """An earlier attempt at the same target."""

    placed_at: Instant
    outcome: Outcome | None
    agent_number: str


class Offer(TypedDict):
    """A callback that an agent looks at before it is called; `is_personal`: the agent promised it."""

    id: int
    agent_number: str
    offered_at: Instant
    until: Instant
    is_personal: bool
    sheet: Sheet
    history: list[OfferPast]


class Offered(TypedDict):
    """An offer, if there is one."""

    offer: Offer | None


class OfferAccepted(TypedDict):
    """The attempt that is placed."""

    attempt: int


class PromisedCallback(TypedDict):
    """A target that an agent promised to call at `due_at`, and may call before; `is_running`: its list is dialled."""

    id: int
    number: str
    name: str
    due_at: Instant
    attempts: int
    list: ListName
    is_running: bool


class PromisedCallbacks(TypedDict):
    """What an agent promised, in order of time: the first 100."""

    callbacks: list[PromisedCallback]


class OwnCallbacks(TypedDict):
    """The callback in which an agent talks, or talked last; the one offered; and how the agent stands in this hour."""

    sheet: Sheet | None
    offer: Offer | None
    standing: Annotated[dict[str, Any], Like(Standing, "HourStanding")]
