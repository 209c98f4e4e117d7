"""What a column of an imported file means, and what its header lets one guess. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from callcenter.errors import BadInput


class Role(StrEnum):
    """What a column is. `attribute` is kept for the agent to see; `due_date` says when to call.

    `label` says what the number in the column before it is called. `consent` says whether a customer lets the centre
    call, the other two since when and how they said so; `do_not_call` that nobody is to call any of their numbers.
    """

    NUMBER = "number"
    OTHER_NUMBER = "other_number"
    NAME = "name"
    PRIORITY = "priority"
    OWNER_AGENT = "owner_agent"
    TIME_ZONE = "time_zone"
    DUE_DATE = "due_date"
    ATTRIBUTE = "attribute"
    EXPIRES = "expires"
    SOURCE = "source"
    NOTE = "note"
    LEVEL = "level"
    REFERENCE = "reference"
    LABEL = "label"
    CONSENT = "consent"
    CONSENT_AT = "consent_at"
    CONSENT_HOW = "consent_how"
    DO_NOT_CALL = "do_not_call"
    IGNORE = "ignore"


class Kind(StrEnum):
    """What the rows of a file become."""

    TARGETS = "targets"
    DO_NOT_CALL = "do_not_call"
    CUSTOMERS = "customers"


ROLES: Mapping[Kind, tuple[Role, ...]] = {
    Kind.TARGETS: (
        Role.NUMBER, Role.OTHER_NUMBER, Role.NAME, Role.PRIORITY, Role.OWNER_AGENT, Role.TIME_ZONE, Role.DUE_DATE,
        Role.ATTRIBUTE, Role.IGNORE,
    ),
    Kind.DO_NOT_CALL: (Role.NUMBER, Role.EXPIRES, Role.SOURCE, Role.NOTE, Role.IGNORE),
    Kind.CUSTOMERS: (
        Role.NUMBER, Role.OTHER_NUMBER, Role.LABEL, Role.NAME, Role.LEVEL, Role.REFERENCE, Role.NOTE, Role.CONSENT,
        Role.CONSENT_AT, Role.CONSENT_HOW, Role.DO_NOT_CALL, Role.ATTRIBUTE, Role.IGNORE,
    ),
}  # fmt: skip
"""What columns of such a file may be."""

REPEATED = frozenset({Role.OTHER_NUMBER, Role.LABEL, Role.ATTRIBUTE, Role.IGNORE})
"""Several columns may be each of these."""

NUMBERS = frozenset({Role.NUMBER, Role.OTHER_NUMBER})
OF_CONSENT = frozenset({Role.CONSENT_AT, Role.CONSENT_HOW})
"""They say more of what the column of consent says."""
PERMITTING = frozenset({Role.CONSENT, Role.DO_NOT_CALL}) | OF_CONSENT
"""They say whether a customer may be called: only who may write so into a record by hand may import it."""

WORDS: Mapping[Role, frozenset[str]] = {
    Role.NUMBER: frozenset(
        {"number", "phone", "phone number", "telephone", "tel", "mobile", "mobile number", "cell", "msisdn",
         "电话", "电话号码", "手机", "手机号", "手机号码", "号码", "联系电话"}
    ),
    Role.OTHER_NUMBER: frozenset(
        {"other number", "second number", "number 2", "phone 2", "mobile 2", "alternative phone", "work phone",
         "home phone", "备用电话", "其他电话", "其他号码", "电话2", "手机2"}
    ),
    Role.NAME: frozenset(
        {"name", "full name", "customer", "customer name", "contact", "姓名", "客户", "客户姓名", "联系人"}
    ),
    Role.PRIORITY: frozenset({"priority", "优先级"}),
    Role.OWNER_AGENT: frozenset(
        {"owner", "owner agent", "agent", "agent number", "工号", "坐席", "负责坐席", "坐席工号"}
    ),
    Role.TIME_ZONE: frozenset({"time zone", "timezone", "tz", "时区"}),
    Role.DUE_DATE: frozenset({"due", "due date", "due at", "call on", "callback date", "回访日期", "回电日期"}),
    Role.EXPIRES: frozenset({"expires", "expires at", "expiry", "until", "到期", "失效日期", "有效期"}),
    Role.SOURCE: frozenset({"source", "origin", "来源"}),
    Role.LEVEL: frozenset({"level", "tier", "级别", "客户级别", "等级"}),
    Role.REFERENCE: frozenset({"reference", "customer id", "customer number", "id", "客户编号", "外部编号", "编号"}),
    Role.LABEL: frozenset(
        {"label", "label 1", "label 2", "label 3", "number label", "phone label", "other label", "second label",
         "phone 2 label", "mobile label", "标签", "标签1", "标签2", "标签3", "号码标签", "电话标签", "其他标签"}
    ),
    Role.CONSENT: frozenset({"consent", "consent to be called", "许可", "致电许可", "同意", "致电同意"}),
    Role.CONSENT_AT: frozenset(
        {"consent at", "consent since", "consent date", "许可时间", "许可日期", "同意时间", "同意日期"}
    ),
    Role.CONSENT_HOW: frozenset({"consent how", "consent source", "许可方式", "同意方式"}),
    Role.DO_NOT_CALL: frozenset({"do not call", "dnc", "no calls", "禁呼", "免打扰", "请勿致电", "勿呼"}),
    Role.NOTE: frozenset({"note", "notes", "comment", "reason", "备注", "说明", "原因"}),
}  # fmt: skip
"""Headers that say what a column is, in small letters, with spaces for `_` and `-`."""


class Columns(Struct, frozen=True):
    """The columns of a file: their names and what they are, in order."""

    names: tuple[str, ...]
    roles: tuple[Role, ...]

    def place(self, role: Role) -> int | None:
        """Where the only column of this role stands."""
        return self.roles.index(role) if role in self.roles else None

    @property
    def number_name(self) -> str:
        """The name of the column with the number."""
        return self.names[self.roles.index(Role.NUMBER)]


def word_of(name: str) -> str:
    """A header as it is compared."""
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def proposed(names: Sequence[str], kind: Kind, attributes: Collection[str] = ()) -> tuple[Role, ...]:
    """What the columns called so are likely to be; a second one with a number is another number.

    Of customers only these `attributes` (as `word_of` has them) are kept.
    """
    roles: list[Role] = []
    for name in names:
        role = _guess(name, kind, attributes)
        if role in roles and role not in REPEATED:
            is_other = role is Role.NUMBER and kind is not Kind.DO_NOT_CALL
            role = Role.OTHER_NUMBER if is_other else _rest(name, kind, attributes)
        roles.append(role)
    return tuple(roles)


def _guess(name: str, kind: Kind, attributes: Collection[str]) -> Role:
    word = word_of(name)
    found = (role for role in ROLES[kind] if word in WORDS.get(role, ()))
    return next(found, _rest(name, kind, attributes))


def _rest(name: str, kind: Kind, attributes: Collection[str]) -> Role:
    is_kept = word_of(name) in attributes if kind is Kind.CUSTOMERS else name and kind is Kind.TARGETS
    return Role.ATTRIBUTE if is_kept else Role.IGNORE


def checked(
    names: Sequence[str], roles: Sequence[Role] | None, kind: Kind, attributes: Collection[str] = ()
) -> Columns:
    """The columns with what somebody (or None: the header) says of them. Raises BadInput naming the column at fault."""
    said = proposed(names, kind, attributes) if roles is None else tuple(roles)
    field = "file" if roles is None else "columns"
    if len(said) != len(names):
        raise BadInput(f"The file has {len(names)} columns, not {len(said)}", field=field)
    for role in Role:
        count = said.count(role)
        if count and role not in ROLES[kind]:
            raise BadInput(f"No column of such a file is {role}", field=field)
        if count > 1 and role not in REPEATED:
            raise BadInput(f"{count} columns are to be {role}; one can be", field=field)
    if Role.NUMBER not in said:
        how = "The first row must name one column 'number' (or 'phone', '电话')"
        raise BadInput(how if roles is None else "One column must be the number", field=field)
    nameless = next(
        (at for at, (n, r) in enumerate(zip(names, said, strict=True)) if not n and r is Role.ATTRIBUTE), -1
    )
    if nameless >= 0:
        raise BadInput(f"Column {nameless + 1} has no name: nobody could tell what it shows", field=field)
    if kind is Kind.CUSTOMERS:
        _check_attributes(names, said, attributes)
        _check_company(names, said, field)
    return Columns(tuple(names), said)


def _check_attributes(names: Sequence[str], said: Sequence[Role], attributes: Collection[str]) -> None:
    for name, role in zip(names, said, strict=True):
        if role is Role.ATTRIBUTE and word_of(name) not in attributes:
            raise BadInput(f"The settings know no attribute {name!r} of customers", field="columns")


def _check_company(names: Sequence[str], said: Sequence[Role], field: str) -> None:
    """Raises BadInput for a column that says something of another one, where that is not there."""
    for at, (name, role) in enumerate(zip(names, said, strict=True)):
        if role is Role.LABEL and NUMBERS.isdisjoint(said[:at]):
            raise BadInput(f"No number stands before the column {name!r}, which is to label one", field=field)
        if role in OF_CONSENT and Role.CONSENT not in said:
            raise BadInput(f"No column is the consent of which {name!r} says more", field=field)
