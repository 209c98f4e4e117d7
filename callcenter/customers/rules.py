"""What a customer's record may hold, and what becomes of two that are merged: decisions without side effects."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

from callcenter.errors import BadInput, NotAllowed
from callcenter.floor.terms import Instant

NAME_LENGTH = 200
REFERENCE_LENGTH = 100
LABEL_LENGTH = 64
VALUE_LENGTH = 1000
HOW_LENGTH = 200
NOTE_LENGTH = 20_000
MOST_NUMBERS = 50
NAME_KEY_LENGTH = 400


class Consent(StrEnum):
    """Whether the customer lets the centre call."""

    UNASKED = ""
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Number(Struct, frozen=True):
    """A number of a customer, `+` and digits, and what it is called."""

    number: str
    label: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """What is known of a customer, as somebody writes it down."""

    name: str = ""
    reference: str = ""
    level: str = ""
    attributes: dict[str, str] = {}
    consent: str = Consent.UNASKED
    consent_at: Instant | None = None
    consent_how: str = ""
    note: str = ""
    numbers: tuple[Number, ...] = ()


FIELDS = tuple(name for name in Record.__struct_fields__ if name != "numbers")
"""Those of a record that are columns of the customer."""


def check_sees(permissions: Collection[str]) -> None:
    """Raises NotAllowed for somebody who may not see customers, where a route is let in by another permission."""
    if "see_customers" not in permissions:
        raise NotAllowed("whose number this is needs the permission see_customers")


def name_key(name: str) -> str:
    """A name as it is compared: width, case and spaces make no difference."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(folded.split())[:NAME_KEY_LENGTH]


def check_record(record: Record, levels: Collection[str], attributes: Collection[str]) -> None:
    """Raises BadInput naming the field at fault."""
    if not record.name.strip() and not record.numbers:
        raise BadInput("A customer has a name or a number", field="name")
    if record.level and record.level not in levels:
        raise BadInput(f"The settings know no level {record.level!r}", field="level")
    unknown = next((name for name in record.attributes if name not in attributes), None)
    if unknown is not None:
        raise BadInput(f"The settings know no attribute {unknown!r}", field="attributes")
    if record.consent and record.consent_at is None:
        raise BadInput("Say when consent was given or withdrawn", field="consent_at")
    check_numbers(record.numbers)


def check_numbers(numbers: Sequence[Number]) -> None:
    """Raises BadInput for a number that is there twice."""
    known = [one.number for one in numbers]
    for nth, number in enumerate(known):
        if number in known[:nth]:
            raise BadInput(f"{number} is there twice", field=f"numbers.{nth}")


# --- merging ----------------------------------------------------------------------------------------------------


def merged(kept: Record, gone: Record, levels: Sequence[str] = ()) -> Record:
    """The kept record with what only the other one knows; `levels` are those of the settings, the highest first.

    Both notes stand in it, and the higher level. Consent that either withdrew is withdrawn; of two alike the later
    one counts.
    """
    consent = max(kept, gone, key=_consent_rank)
    every = (*kept.numbers, *gone.numbers)
    labels = {one.number: one.label for one in reversed(every) if one.label}
    order = dict.fromkeys(one.number for one in every)
    return Record(
        name=kept.name or gone.name,
        reference=kept.reference or gone.reference,
        level=min(kept.level, gone.level, key=lambda level: _level_rank(level, levels)),
        attributes=gone.attributes | {name: value for name, value in kept.attributes.items() if value},
        consent=consent.consent,
        consent_at=consent.consent_at,
        consent_how=consent.consent_how,
        note="\n\n".join(dict.fromkeys(note for note in (kept.note, gone.note) if note)),
        numbers=tuple(Number(number, labels.get(number, "")) for number in order),
    )


def _consent_rank(record: Record) -> tuple[bool, bool, Instant]:
    return record.consent == Consent.WITHDRAWN, bool(record.consent), record.consent_at or 0.0


def _level_rank(level: str, levels: Sequence[str]) -> tuple[bool, int]:
    """Lower for a higher one; one that the settings do not know (any more) is above none at all."""
    return not level, levels.index(level) if level in levels else len(levels)


def differences(before: Record, after: Record) -> dict[str, list[Any]]:
    """Each field that a merge changed, as it was and as it became; of attributes each name (`attributes.x`).

    `labels` are those of numbers that it had already, each with its number.
    """
    old, new = _flat(before), _flat(after)
    changed: dict[str, list[Any]] = {
        name: [old.get(name), value] for name, value in new.items() if value != old.get(name)
    }  # fmt: skip
    labels = {one.number: one.label for one in after.numbers}
    named = [one for one in before.numbers if labels.get(one.number, one.label) != one.label]
    if named:
        changed[LABELS] = [
            [[one.number, one.label] for one in named],
            [[one.number, labels[one.number]] for one in named],
        ]
    return changed


class MergeChange(Struct, frozen=True):
    """What a merge changes of the kept record: each field as it was and as it became, and the numbers that it got.

    `stays` is what the other record says and the kept one does not say after it.
    """

    changed: dict[str, list[Any]]
    added: list[str]
    stays: dict[str, Any] = {}


def foreseen(kept: Record, gone: Record, levels: Sequence[str] = ()) -> tuple[Record, MergeChange]:
    """The kept record after a merge, and what that changes."""
    after = merged(kept, gone, levels)
    had = {number.number for number in kept.numbers}
    added = [number.number for number in after.numbers if number.number not in had]
    return after, MergeChange(differences(kept, after), added, staying(gone, after))


def staying(gone: Record, after: Record) -> dict[str, Any]:
    """What a merged record says that the one does not say into which it was merged."""
    said = _flat(after)
    stays = {name: value for name, value in _flat(gone).items() if value and value != said.get(name)}
    labels = {one.number: one.label for one in after.numbers}
    named = [[one.number, one.label] for one in gone.numbers if one.label and one.label != labels.get(one.number)]
    shown = {name: value for name, value in stays.items() if name not in ("note", "consent_at")}
    return shown | ({LABELS: named} if named else {})


def unmerged(now: Record, changed: Mapping[str, Sequence[Any]], added: Collection[str]) -> Record:
    """A record as it was before a merge; what somebody changed since then stays as it is now."""
    flat, labels = _flat(now), dict[str, tuple[str, str]]()
    for name, (before, after) in changed.items():
        if name == LABELS:
            labels = {number: (old, new) for (number, old), (_, new) in zip(before, after, strict=True)}
        elif flat.get(name) == after:
            flat[name] = before
    attributes = {
        name.removeprefix(ATTRIBUTE): value for name, value in flat.items() if name.startswith(ATTRIBUTE)
    }  # fmt: skip
    fields = {name: value for name, value in flat.items() if not name.startswith(ATTRIBUTE)}
    numbers = tuple(_unlabelled(one, labels.get(one.number)) for one in now.numbers if one.number not in added)
    kept = {name: value for name, value in attributes.items() if value is not None}
    return Record(**fields, attributes=kept, numbers=numbers)


def _unlabelled(number: Number, label: tuple[str, str] | None) -> Number:
    """The number with the label that it had before a merge, unless somebody has changed it since."""
    return Number(number.number, label[0]) if label is not None and number.label == label[1] else number


ATTRIBUTE = "attributes."
LABELS = "labels"


def _flat(record: Record) -> dict[str, Any]:
    fields = {name: value for name, value in structs.asdict(record).items() if name not in ("attributes", "numbers")}
    return fields | {ATTRIBUTE + name: value for name, value in record.attributes.items()}
