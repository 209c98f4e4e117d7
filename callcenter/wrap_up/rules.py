"""What may be chosen in a wrap-up form, and what a filled-in one must say. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds

LONGEST_PROMISE_SECONDS: Seconds = 366 * 86_400

MOST_EARLIER = 20
"""So many versions of a record are kept beside the last one."""


class Kind(StrEnum):
    """What is chosen: why somebody called (a reason, and below it another one), or what came of it."""

    REASON = "reason"
    RESULT = "result"


class Entry(Struct, frozen=True, kw_only=True):
    """One choice as it is edited, with those below it; `id` None is a new one. It has a label in one language at least.

    A reason with `queues` is for the calls of these alone.
    """

    id: int | None = None
    label_en: str = ""
    label_zh: str = ""
    queues: tuple[str, ...] = ()
    choices: tuple["Entry", ...] = ()


class Choice(Struct, frozen=True, kw_only=True):
    """A choice as it is kept. A retired one is offered no more; the records that have it keep it."""

    id: int
    kind: Kind
    parent_id: int | None = None
    label_en: str = ""
    label_zh: str = ""
    is_retired: bool = False

    @property
    def label(self) -> str:
        """The label in either language, for errors."""
        return self.label_en or self.label_zh


# --- what may be chosen -----------------------------------------------------------------------------------------


def check_entries(reasons: Sequence[Entry], results: Sequence[Entry], known: Mapping[int, Choice]) -> None:
    """Raises BadInput naming the field (`reasons.0.choices.2.label_en`) unless these can take the place of `known`."""
    used: set[int] = set()
    for kind, entries in ((Kind.REASON, reasons), (Kind.RESULT, results)):
        for field, entry, parent in _placed(f"{kind}s", entries):
            _check_label(field, entry)
            if entry.id is not None:
                _check_is(field, known.get(entry.id), kind, parent)
                if entry.id in used:
                    raise BadInput("this is there twice", field=f"{field}.id")
                used.add(entry.id)
    if not any(not entry.queues for entry in reasons):
        raise BadInput("one reason at least is for the calls of all queues", field="reasons")
    if not results:
        raise BadInput("there must be a result to choose", field="results")


def _placed(
    field: str, entries: Sequence[Entry], parent: Entry | None = None
) -> Iterator[tuple[str, Entry, Entry | None]]:
    labels: set[str] = set()
    for place, entry in enumerate(entries):
        own = f"{field}.{place}"
        for name in ("label_en", "label_zh"):
            label = getattr(entry, name).strip().casefold()
            if label and f"{name} {label}" in labels:
                raise BadInput("another one is called so", field=f"{own}.{name}")
            labels.add(f"{name} {label}")
        yield own, entry, parent
        yield from _placed(f"{own}.choices", entry.choices, entry)


def _check_label(field: str, entry: Entry) -> None:
    if not entry.label_en.strip() and not entry.label_zh.strip():
        raise BadInput("a label is needed, in one language at least", field=f"{field}.label_en")


def _check_is(field: str, known: Choice | None, kind: Kind, parent: Entry | None) -> None:
    """A choice stays what it was, below what it was: records would say something else otherwise."""
    if known is None or known.kind != kind or known.parent_id != (parent.id if parent else None):
        raise BadInput("there is no such choice here; add a new one", field=f"{field}.id")


# --- what is filled in ------------------------------------------------------------------------------------------


class Filled(Struct, frozen=True, kw_only=True):
    """What an agent says of a conversation: a reason (the lower one, where there are some below), a result, a note.

    `next_at` is a promised call, made by list `list_id`; by the agent alone at first where it `is_mine`.
    """

    reason_id: int
    result_id: int
    note: str = ""
    next_at: Instant | None = None
    list_id: int | None = None
    is_mine: bool = False


class Said(Struct, frozen=True):
    """The choices of a record as it stands: these are kept even where they are retired."""

    reason_id: int | None = None
    result_id: int | None = None


NOTHING_SAID = Said()


def check_filled(filled: Filled, choices: Mapping[int, Choice], before: Said) -> None:
    """Raises BadInput naming the field unless these can be chosen, or were before."""
    _check_chosen("reason_id", filled.reason_id, Kind.REASON, choices, before.reason_id)
    _check_chosen("result_id", filled.result_id, Kind.RESULT, choices, before.result_id)
    if filled.reason_id != before.reason_id and _below(filled.reason_id, choices.values()):
        raise BadInput(f"{choices[filled.reason_id].label}: say which", field="reason_id")
    if (filled.next_at is None) != (filled.list_id is None):
        field = "list_id" if filled.list_id is None else "next_at"
        raise BadInput("a promised call has a time and a callback list", field=field)


def _check_chosen(field: str, chosen: int, kind: Kind, choices: Mapping[int, Choice], before: int | None) -> None:
    choice = choices.get(chosen)
    if choice is None or choice.kind != kind or (choice.is_retired and chosen != before):
        raise BadInput("this cannot be chosen (any more); load the form again", field=field)


def _below(reason_id: int, choices: Collection[Choice]) -> bool:
    return any(choice.parent_id == reason_id and not choice.is_retired for choice in choices)


def check_promised(at: Instant, now: Instant) -> None:
    """Raises BadInput for a promised call that does not lie ahead, within a year."""
    if not now < at < now + LONGEST_PROMISE_SECONDS:
        raise BadInput("The next call must lie ahead, within a year", field="next_at")
