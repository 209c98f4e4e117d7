"""What the routes of alerts answer, for the API's description (docs/api.md, Alerts)."""

from typing import NotRequired

from typing_extensions import TypedDict

from callcenter.alerts.kinds import Compares, Measure, Scope, Severity
from callcenter.floor.terms import Instant, Seconds


class AlertWho(TypedDict, total=False):
    """Who or what an alert is about; which of these there are depends on its subject."""

    pbx: str
    interface: str
    agent_number: str
    agent_name: str
    team: str
    queue: str
    label: str
    call_id: str | None
    number: str
    reason: str
    detail: str
    name: str
    list: str
    ticket: str
    seats: "list[str]"


class _Alert(TypedDict):
    alert_id: str
    kind: str
    severity: Severity
    subject_kind: str
    subject_id: str
    who: AlertWho
    since: Instant
    raised_at: Instant
    threshold: float
    value: float
    is_lasting: bool
    acknowledged_at: Instant | None


class AlertRecord(_Alert):
    """An alert, open or past; `value` is the worst that there was."""

    rule_id: int
    cleared_at: Instant | None
    acknowledged_by: str
    note: str


class Alert(_Alert):
    """An open alert, as the live feed shows it; a wallboard is not told who took notice, and what they wrote."""

    rule_id: NotRequired[int]
    sound: NotRequired[bool]
    acknowledged_by: NotRequired[str]
    note: NotRequired[str]


class AlertSubject(TypedDict):
    """What an alert is about: an entity of the live feed."""

    kind: str
    id: str


class AlertTold(TypedDict):
    """An alert, as webhooks are told it: raised, cleared, or when somebody took notice.

    `is_test`: it is an example, by which a rule's channels are tried out.
    """

    alert_id: str
    rule_id: int
    kind: str
    severity: Severity
    subject: AlertSubject
    who: AlertWho
    since: Instant
    raised_at: Instant
    cleared_at: Instant | None
    value: float
    threshold: float
    text_en: str
    text_zh: str
    acknowledged_by: NotRequired[str]
    note: NotRequired[str]
    is_test: NotRequired[bool]


class AlertsPage(TypedDict):
    """A page of alerts, newest first; `next` is the cursor of the following one."""

    alerts: list[AlertRecord]
    next: int | None


class AlertOption(TypedDict):
    """A number of a kind's own: its default and its bounds."""

    default: float
    least: float
    most: float
    measure: Measure
    label_en: str
    label_zh: str


class AlertKind(TypedDict):
    """A kind of alert rule."""

    id: str
    label_en: str
    label_zh: str
    text_en: str
    text_zh: str
    told_en: str
    told_zh: str
    measure: Measure
    compares: Compares
    threshold: float
    scopes: list[Scope]
    severity: Severity
    has_limits: bool
    least: float
    most: float
    options: dict[str, AlertOption]
    is_lasting: bool


class AlertKinds(TypedDict):
    """The kinds of alert rules."""

    kinds: list[AlertKind]


AlertWindow = TypedDict(
    "AlertWindow", {"weekdays": list[int], "from": str, "until": str, "threshold": NotRequired[float | None]}
)
AlertWindow.__doc__ = "When a rule holds, and its threshold then (null: its own)."


class AlertRule(TypedDict):
    """An alert rule; `limits` are thresholds by pause reason."""

    id: int
    kind: str
    is_enabled: bool
    severity: Severity
    scope: Scope
    names: list[str]
    threshold: float
    limits: dict[str, Seconds]
    options: dict[str, float]
    windows: list[AlertWindow]
    raise_after_seconds: Seconds
    clear_after_seconds: Seconds
    clear_margin: float
    sound: bool
    webhook: bool
    mail: list[str]
    is_shipped: bool


class AlertRules(TypedDict):
    """All alert rules."""

    rules: list[AlertRule]


class AlertTested(TypedDict):
    """To how many an example was sent."""

    webhooks: int
    mails: int
