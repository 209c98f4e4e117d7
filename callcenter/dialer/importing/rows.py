"""What each row of a file becomes: a target, an entry of the do-not-call list, or an error that names its line. Pure.

Every bad row and every duplicate is told with its line; nothing is guessed.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from callcenter.dialer.calendar import all_zones
from callcenter.dialer.importing.columns import NUMBERS, Columns, Kind, Role, checked, word_of
from callcenter.dialer.importing.sheets import Broken, Record, read_file
from callcenter.dialer.numbers import (
    CellRefused,
    RowFault,
    read_banned,
    read_line,
    read_number,
    read_possible,
    without_extension,
)
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant

MAX_ROWS = 100_000
MAX_VALUE_LENGTH = 1000
MAX_LENGTHS: Mapping[Role, int] = {
    Role.NAME: 200,
    Role.OWNER_AGENT: 64,
    Role.SOURCE: 64,
    Role.NOTE: 500,
    Role.REFERENCE: 100,
    Role.LABEL: 64,
    Role.CONSENT_HOW: 200,
}
MAX_NAME_LENGTH = MAX_LENGTHS[Role.NAME]
PRIORITIES = range(1, 10)
"""1 is called first; 5 where nothing is said."""
USUAL_PRIORITY = 5
YES_OR_NO: Mapping[str, bool] = dict.fromkeys(("yes", "y", "true", "1", "是"), True) | dict.fromkeys(
    ("no", "n", "false", "0", "否"), False
)
LAST_DAY: Instant = 4e9
"""The last moment that a record can hold."""


class Known(StrEnum):
    """From where a duplicate is known."""

    FROM_FILE = "from_file"
    FROM_LIST = "from_list"
    FROM_OTHER_LIST = "from_other_list"
    FROM_CUSTOMERS = "from_customers"


class Policy(StrEnum):
    """What becomes of a number that came before: left out, its values taken over, or an error."""

    SKIP = "skip"
    MERGE = "merge"
    REFUSE = "refuse"
    ALLOW = "allow"


class Plan(Struct, frozen=True):
    """How a file is read. `region` is where national numbers are, `zone` whose midnight a date begins with.

    `roles` None: the header says what the columns are. `keeps_extension`: an extension is shown to the agent instead of
    being an error. `due_days` are added to the due date. `agents` are those that may own a target (none: anybody).
    `levels`, `attributes` and `consents` are those of customers: how a file may call them (`word_of`), and their codes.
    """

    region: str
    kind: Kind = Kind.TARGETS
    roles: tuple[Role, ...] | None = None
    keeps_extension: bool = False
    due_days: int = 0
    zone: str = "UTC"
    agents: frozenset[str] = frozenset()
    levels: dict[str, str] = {}
    attributes: dict[str, str] = {}
    consents: dict[str, str] = {}


class Row(Struct, frozen=True):
    """A good row: `number` is E.164 (`+` and digits). `priority`, `due_at`: None where nothing is said.

    Of a do-not-call list `is_prefix` says that it is how numbers begin; expiry, source and note are attributes.
    Of a customer each of `labels` stands behind its number, `consent` "" says nothing, and `do_not_call` is of all
    numbers.
    """

    line: int
    number: str
    name: str
    attributes: dict[str, str]
    other_numbers: tuple[str, ...] = ()
    priority: int | None = None
    owner_agent: str = ""
    time_zones: str = ""
    due_at: Instant | None = None
    is_prefix: bool = False
    level: str = ""
    reference: str = ""
    note: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    consent: str = ""
    consent_at: Instant | None = None
    consent_how: str = ""
    do_not_call: bool = False


class RowError(Struct, frozen=True):
    """What is wrong in which line (from 1, the header's) and column; "" where it concerns the whole row.

    `reason` says it in English, with what `code` cannot tell: a limit, a country.
    """

    line: int
    column: str
    value: str
    code: RowFault
    reason: str


class Duplicate(Struct, frozen=True):
    """A number that came before: in line `first_line` of the file, or (None) in this or another list."""

    line: int
    number: str
    code: Known
    first_line: int | None


class Sheet(Struct, frozen=True):
    """What a file holds. `merges` are rows whose number the list has already, and whose values it is to take over."""

    rows: list[Row]
    errors: list[RowError]
    duplicates: list[Duplicate]
    row_count: int
    merges: list[Row] = []


# --- rows -------------------------------------------------------------------------------------------------------


def read_sheet(content: bytes, region: str) -> Sheet:
    """Reads a file of targets whose header says what its columns are; later rows with one number are left out.

    Raises BadInput where the file as a whole cannot be read: size, encoding, header.
    """
    plan = Plan(region)
    columns, records = records_of(content, plan)
    found = [become(record, columns, plan) for record in records]
    return without_twins(sheet_of(found), Policy.SKIP, columns.number_name)


def sheet_of(found: Sequence[Row | RowError]) -> Sheet:
    """The rows and the errors apart."""
    rows = [one for one in found if isinstance(one, Row)]
    errors = [one for one in found if isinstance(one, RowError)]
    return Sheet(rows, errors, [], len(found))


def records_of(content: bytes, plan: Plan) -> tuple[Columns, list[Record | Broken]]:
    """The columns of a file and its records. Raises BadInput where the file as a whole cannot be read."""
    names, found = read_file(content)
    columns = checked(names, plan.roles, plan.kind, plan.attributes)
    records = list(islice(found, MAX_ROWS + 1))
    if len(records) > MAX_ROWS:
        raise BadInput(f"The file has more than {MAX_ROWS} rows; import it in parts", field="file")
    return columns, records


def first_records(content: bytes, plan: Plan, count: int) -> tuple[Columns, list[Record | Broken]]:
    """The columns of a file and its first records. Raises BadInput where they cannot be read."""
    names, found = read_file(content)
    return checked(names, plan.roles, plan.kind, plan.attributes), list(islice(found, count))


def become(record: Record | Broken, columns: Columns, plan: Plan) -> Row | RowError:
    """What becomes of one record."""
    if isinstance(record, Broken):
        return RowError(record.line, "", "", RowFault.NOT_CSV, record.reason)
    return _row(*record, columns, plan)


def _row(line: int, values: Sequence[str], columns: Columns, plan: Plan) -> Row | RowError:
    if len(values) > len(columns.names):
        spare = values[len(columns.names)]
        return RowError(line, "", spare, RowFault.TOO_MANY_VALUES, "more values than columns")
    cells = [value.strip() for value in values] + [""] * (len(columns.names) - len(values))
    row = Row(line, "", "", {})
    for name, role, text in zip(columns.names, columns.roles, cells, strict=True):
        limit = MAX_LENGTHS.get(role, MAX_VALUE_LENGTH)
        if role is not Role.IGNORE and len(text) > limit:
            return RowError(line, name, text[:50] + "…", RowFault.TOO_LONG, f"longer than {limit} characters")
        try:
            row = _with(row, name, role, text, plan)
        except CellRefused as error:
            return RowError(line, name, text, error.fault, str(error))
    return replace(row, labels=_labels(row, columns, cells)) if Role.LABEL in columns.roles else row


def _labels(row: Row, columns: Columns, cells: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What the numbers of a row are called: each by the label that stands behind it."""
    number, others, found = "", iter(row.other_numbers), dict[str, str]()
    for role, text in zip(columns.roles, cells, strict=True):
        if role in NUMBERS and text:
            number = row.number if role is Role.NUMBER else next(others)
        elif role in NUMBERS:
            number = ""
        elif role is Role.LABEL and number and text:
            found[number] = text
    return tuple(found.items())


def _with(row: Row, name: str, role: Role, text: str, plan: Plan) -> Row:
    """The row with one more cell. Raises CellRefused for what the cell must not hold."""
    if not text and role not in EVEN_EMPTY:
        return row
    return CELLS[plan.kind][role](row, name, text, plan)


def _with_number(row: Row, _name: str, text: str, plan: Plan) -> Row:
    line = read_line(text, plan.region)
    if not plan.keeps_extension:
        line = without_extension(line)
    shown = {"extension": line.extension} if line.extension else {}
    zones = row.time_zones or line.time_zones
    return replace(row, number=line.number, time_zones=zones, attributes=row.attributes | shown)


def _with_banned(row: Row, _name: str, text: str, plan: Plan) -> Row:
    number, is_prefix = read_banned(text, plan.region)
    return replace(row, number=number, is_prefix=is_prefix)


def _priority(text: str) -> int:
    if not text.isdecimal() or int(text) not in PRIORITIES:
        raise CellRefused(RowFault.BAD_PRIORITY, f"a priority is {PRIORITIES[0]} (first) to {PRIORITIES[-1]}")
    return int(text)


def _agent(text: str, agents: Collection[str]) -> str:
    if agents and text not in agents:
        raise CellRefused(RowFault.UNKNOWN_AGENT, "no agent has this number")
    return text


def _zone(text: str) -> str:
    if text not in all_zones():
        raise CellRefused(RowFault.UNKNOWN_TIME_ZONE, "no such time zone; write one such as Asia/Shanghai")
    return text


def _day(text: str, plan: Plan, days: int = 0) -> Instant:
    """The beginning of a date in the centre's zone, or the time if there is one."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-")) if len(text) > len("2026-1-1") else _short(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(plan.zone))
        return due_after(local, days)
    except (ValueError, OverflowError):
        raise CellRefused(RowFault.BAD_DATE, "not a date; write 2026-11-30 or 2026-11-30 09:30") from None


def _short(text: str) -> datetime:
    return datetime.strptime(text.replace("/", "-"), "%Y-%m-%d")  # noqa: DTZ007 - the caller gives it a zone


def due_after(moment: datetime, days: int) -> Instant:
    """So many days after a moment, at the same time of its clock."""
    return (moment + timedelta(days=days)).timestamp()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a date."""
    return datetime.combine(day, time(0), zone)


def _with_other(row: Row, number: str) -> Row:
    return replace(row, other_numbers=(*row.other_numbers, number))


def _level(text: str, plan: Plan) -> str:
    level = plan.levels.get(word_of(text))
    if level is None:
        raise CellRefused(RowFault.UNKNOWN_LEVEL, "the settings know no such level")
    return level


def _consent(text: str, plan: Plan) -> str:
    consent = plan.consents.get(word_of(text))
    if consent is None:
        raise CellRefused(RowFault.BAD_CONSENT, "consent is given, withdrawn or unknown")
    return consent


def _consent_day(text: str, plan: Plan) -> Instant:
    at = _day(text, plan)
    if not 0 < at <= LAST_DAY:
        raise CellRefused(RowFault.BAD_DATE, "no day on which consent can have been asked for")
    return at


def _yes_or_no(text: str) -> bool:
    said = YES_OR_NO.get(word_of(text))
    if said is None:
        raise CellRefused(RowFault.NOT_YES_OR_NO, "neither yes nor no")
    return said


def _attribute_of_customer(row: Row, name: str, text: str, plan: Plan) -> Row:
    return _noted(row, plan.attributes[word_of(name)], text) if text else row


def _noted(row: Row, name: str, text: str) -> Row:
    return replace(row, attributes=row.attributes | {name: text})


def _expiring(row: Row, _name: str, text: str, plan: Plan) -> Row:
    return _noted(row, Role.EXPIRES, str(_day(text, plan)))


Cell = Callable[[Row, str, str, Plan], Row]

_CELLS: Mapping[Role, Cell] = {
    Role.NUMBER: _with_number,
    Role.OTHER_NUMBER: lambda row, _, text, plan: _with_other(row, read_number(text, plan.region)),
    Role.NAME: lambda row, _, text, _plan: replace(row, name=text),
    Role.PRIORITY: lambda row, _, text, _plan: replace(row, priority=_priority(text)),
    Role.OWNER_AGENT: lambda row, _, text, plan: replace(row, owner_agent=_agent(text, plan.agents)),
    Role.TIME_ZONE: lambda row, _, text, _plan: replace(row, time_zones=_zone(text)),
    Role.DUE_DATE: lambda row, _, text, plan: replace(row, due_at=_day(text, plan, plan.due_days)),
    Role.ATTRIBUTE: lambda row, name, text, _plan: _noted(row, name, text),
    Role.EXPIRES: _expiring,
    Role.SOURCE: lambda row, _, text, _plan: _noted(row, Role.SOURCE, text),
    Role.NOTE: lambda row, _, text, _plan: _noted(row, Role.NOTE, text),
    Role.LEVEL: lambda row, _, text, plan: replace(row, level=_level(text, plan)),
    Role.REFERENCE: lambda row, _, text, _plan: replace(row, reference=text),
    Role.LABEL: lambda row, _name, _text, _plan: row,  # with its number: _labels
    Role.CONSENT: lambda row, _, text, plan: replace(row, consent=_consent(text, plan)),
    Role.CONSENT_AT: lambda row, _, text, plan: replace(row, consent_at=_consent_day(text, plan)),
    Role.CONSENT_HOW: lambda row, _, text, _plan: replace(row, consent_how=text),
    Role.DO_NOT_CALL: lambda row, _, text, _plan: replace(row, do_not_call=_yes_or_no(text)),
    Role.IGNORE: lambda row, _name, _text, _plan: row,
}

CELLS: Mapping[Kind, Mapping[Role, Cell]] = {
    Kind.TARGETS: _CELLS,
    Kind.DO_NOT_CALL: {**_CELLS, Role.NUMBER: _with_banned},
    Kind.CUSTOMERS: {
        **_CELLS,
        Role.NUMBER: lambda row, _, text, plan: replace(row, number=read_possible(text, plan.region)),
        Role.OTHER_NUMBER: lambda row, _, text, plan: _with_other(row, read_possible(text, plan.region)),
        Role.ATTRIBUTE: _attribute_of_customer,
        Role.NOTE: lambda row, _, text, _plan: replace(row, note=text),
    },
}
"""What a cell of each role adds to its row, by what the rows become."""

EVEN_EMPTY = frozenset({Role.NUMBER, Role.ATTRIBUTE})
"""A number must be there; an attribute is kept, so that every target of a file has the same."""


# --- duplicates -------------------------------------------------------------------------------------------------


def without_twins(sheet: Sheet, policy: Policy, column: str) -> Sheet:
    """The sheet with each number once: the first of its rows, by `merge` with what the later ones say."""
    first: dict[str, Row] = {}
    duplicates, errors = list(sheet.duplicates), list(sheet.errors)
    for row in sheet.rows:
        earlier = first.setdefault(row.number, row)
        if earlier is row:
            continue
        if policy is Policy.REFUSE:
            reason = f"the same number as in line {earlier.line}"
            errors.append(RowError(row.line, column, row.number, RowFault.TWICE_IN_FILE, reason))
            continue
        duplicates.append(Duplicate(row.line, row.number, Known.FROM_FILE, earlier.line))
        if policy is Policy.MERGE:
            first[row.number] = merged(earlier, row)
    return Sheet(list(first.values()), _by_line(errors), duplicates, sheet.row_count, sheet.merges)


def merged(row: Row, other: Row) -> Row:
    """A row with what another of the same number says besides; the more urgent priority counts."""
    priorities = [one for one in (row.priority, other.priority) if one is not None]
    consenting = other if other.consent else row
    return replace(
        row,
        name=other.name or row.name,
        attributes=row.attributes | {name: value for name, value in other.attributes.items() if value},
        other_numbers=tuple(dict.fromkeys((*row.other_numbers, *other.other_numbers))),
        priority=min(priorities, default=None),
        owner_agent=other.owner_agent or row.owner_agent,
        time_zones=other.time_zones or row.time_zones,
        due_at=other.due_at if other.due_at is not None else row.due_at,
        level=other.level or row.level,
        reference=other.reference or row.reference,
        note=other.note or row.note,
        labels=tuple(dict((*row.labels, *other.labels)).items()),
        consent=consenting.consent,
        consent_at=consenting.consent_at,
        consent_how=consenting.consent_how,
        do_not_call=row.do_not_call or other.do_not_call,
    )


def without_known(
    sheet: Sheet,
    known: frozenset[str],
    policy: Policy = Policy.SKIP,
    column: str = "",
    origin: Known = Known.FROM_LIST,
) -> Sheet:
    """The sheet without the numbers that are there already: they become duplicates without a first line."""
    rest = _set_apart(sheet, known, policy, Duplicate(0, "", origin, None), column)
    if policy is not Policy.MERGE:
        return rest
    return replace(rest, merges=[row for row in sheet.rows if row.number in known])


def without_busy(sheet: Sheet, busy: frozenset[str], policy: Policy, column: str = "") -> Sheet:
    """The sheet without the numbers that another active list is to call, unless that is allowed."""
    if policy is Policy.ALLOW:
        return sheet
    return _set_apart(sheet, busy, policy, Duplicate(0, "", Known.FROM_OTHER_LIST, None), column)


FAULTS = {
    Known.FROM_LIST: (RowFault.ON_LIST, "the list has this number already"),
    Known.FROM_OTHER_LIST: (RowFault.ON_OTHER_LIST, "another active list has this number"),
    Known.FROM_CUSTOMERS: (RowFault.IS_CUSTOMER, "a customer has this number already"),
}


def _set_apart(sheet: Sheet, known: frozenset[str], policy: Policy, like: Duplicate, column: str) -> Sheet:
    """The sheet without the rows whose number is known: they are errors if they are refused, else duplicates."""
    apart = [row for row in sheet.rows if row.number in known]
    errors, duplicates = list(sheet.errors), list(sheet.duplicates)
    if policy is Policy.REFUSE:
        code, reason = FAULTS[like.code]
        errors += [RowError(row.line, column, row.number, code, reason) for row in apart]
    else:
        duplicates += [replace(like, line=row.line, number=row.number) for row in apart]
    rows = [row for row in sheet.rows if row.number not in known]
    by_line = sorted(duplicates, key=lambda duplicate: duplicate.line)
    return Sheet(rows, _by_line(errors), by_line, sheet.row_count, sheet.merges)


def _by_line(errors: list[RowError]) -> list[RowError]:
    return sorted(errors, key=lambda error: error.line)
