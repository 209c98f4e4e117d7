"""The routes of alerts and their rules (docs/api.md, Alerts)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import Permission
from callcenter.accounts.service import Account
from callcenter.alerts import answers, service
from callcenter.alerts.kinds import Kind, Scope, Severity
from callcenter.alerts.register import Register
from callcenter.alerts.rules import KINDS
from callcenter.alerts.service import Filter
from callcenter.alerts.tables import AlertRecord, AlertRule
from callcenter.alerts.watch import Acknowledged, Watch
from callcenter.delivery.rules import check_recipients
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.plain_text import PlainText
from callcenter.store.engine import Sessions

SEE: Permission = "see_alerts"
MANAGE: Permission = "manage_alerts"

Finite = Annotated[float, Field(allow_inf_nan=False)]
Pause = Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)]
Weekday = Annotated[int, Field(ge=1, le=7)]
TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
ShortText = Annotated[PlainText, Field(max_length=200)]
RuleId = Annotated[int, Field(ge=1, le=2**53)]

BOUNDS: Mapping[str, tuple[float, float]] = {"seconds": (1, 86400), "count": (0, 100_000), "share": (0, 1)}
"""What a threshold may be, by what a kind measures."""


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid")


class WindowShape(Shape):
    """On these weekdays (1 is Monday) from one time of the centre's clock up to another, over midnight too."""

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    from_: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay
    threshold: Finite | None = None


class RuleChanges(Shape):
    """The fields of a rule that may be changed; absent ones stay."""

    is_enabled: bool | None = None
    severity: Severity | None = None
    scope: Scope | None = None
    names: Annotated[list[ShortText], Field(max_length=200)] | None = None
    threshold: Finite | None = None
    limits: dict[ShortText, Pause] | None = None
    options: dict[str, Finite] | None = None
    windows: Annotated[list[WindowShape], Field(max_length=50)] | None = None
    raise_after_seconds: Pause | None = None
    clear_after_seconds: Pause | None = None
    clear_margin: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    sound: bool | None = None
    webhook: bool | None = None
    mail: Annotated[list[ShortText], Field(max_length=50)] | None = None

    def fields(self) -> dict[str, Any]:
        """The columns that were given."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"kind"})


class NewRule(RuleChanges):
    """A rule to make; what is absent is as the kind comes."""

    kind: str


class Note(Shape):
    """What somebody writes when taking notice of an alert."""

    note: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")] = ""


Seer = Annotated[Account, requires(SEE, reach="scoped")]


@dataclass(frozen=True)
class Desk:
    """What the routes work with; `wake` tells the outbox that something waits in it."""

    sessions: Sessions
    watch: Watch
    register: Register
    wake: Callable[[], None]
    clock: Callable[[], Instant]


def alert_routes(desk: Desk) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(route_class=OnceRoute)
    _alert_routes(routes, desk)
    _rule_routes(routes, desk)
    return routes


def _alert_routes(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/api/alerts", response_model=answers.AlertsPage)
    async def alerts(  # noqa: PLR0913 - the filters
        account: Seer,
        state: Annotated[str, Query(pattern="^(open|cleared|all)$")] = "all",
        kind: ShortText = "",
        severity: ShortText = "",
        agent: ShortText = "",
        queue: ShortText = "",
        team: ShortText = "",
        since: Annotated[float | None, Query(alias="from")] = None,
        to: float | None = None,
        cursor: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        wanted = Filter(
            is_open=None if state == "all" else state == "open",
            kind=kind,
            severity=severity,
            agent=agent,
            queue=queue,
            team=team,
            scope=account.scope,
            since=since,
            until=to,
            before=cursor,
        )
        page = await service.history(desk.sessions, wanted, limit)
        return {"alerts": [_alert(row) for row in page], "next": page[-1].id if len(page) == limit else None}

    @routes.post("/api/alerts/{alert_id}/acknowledge", response_model=answers.AlertRecord)
    async def acknowledge(alert_id: ShortText, given: Note, account: Seer) -> Any:
        now = desk.clock()
        await desk.register.flush()
        row = await service.acknowledge(desk.sessions, alert_id, account.name, given.note, now, account.scope)
        desk.watch.acknowledge(alert_id, Acknowledged(now, account.name, given.note))
        desk.wake()
        return _alert(row)

    @routes.get("/api/alert-kinds", response_model=answers.AlertKinds, dependencies=[requires(SEE, reach="shared")])
    async def kinds() -> dict[str, Any]:
        return {"kinds": [_kind(kind) for kind in KINDS.values()]}


def _rule_routes(routes: APIRouter, desk: Desk) -> None:
    may = [requires(MANAGE)]

    async def in_force() -> None:
        desk.watch.set_rules(await service.rules(desk.sessions))

    @routes.get("/api/alert-rules", response_model=answers.AlertRules, dependencies=[requires(SEE)])
    async def rules() -> dict[str, Any]:
        rows = await service.rule_rows(desk.sessions)
        return {"rules": [_rule(row) for row in rows if row.kind in KINDS]}

    @routes.post("/api/alert-rules", response_model=answers.AlertRule, status_code=201, dependencies=may)
    async def create(new: NewRule) -> dict[str, Any]:
        if new.kind not in KINDS:
            raise BadInput(f"there is no kind of rule {new.kind!r}", field="kind")
        fields = new.fields()
        _check(KINDS[new.kind], fields)
        row = await service.add_rule(desk.sessions, {"kind": new.kind, **fields})
        await in_force()
        return _rule(row)

    @routes.patch("/api/alert-rules/{rule_id}", response_model=answers.AlertRule, dependencies=may)
    async def change(rule_id: RuleId, changes: RuleChanges) -> dict[str, Any]:
        fields = changes.fields()
        _check(KINDS[(await service.one_rule(desk.sessions, rule_id)).kind], fields)
        row = await service.change_rule(desk.sessions, rule_id, fields)
        await in_force()
        return _rule(row)

    @routes.delete("/api/alert-rules/{rule_id}", status_code=204, dependencies=may)
    async def remove(rule_id: RuleId) -> None:
        await service.delete_rule(desk.sessions, rule_id)
        await in_force()

    @routes.post(
        "/api/alert-rules/{rule_id}/test", response_model=answers.AlertTested, status_code=202, dependencies=may
    )
    async def test(rule_id: RuleId) -> dict[str, int]:
        sent = await service.test_fire(desk.sessions, rule_id, desk.clock())
        desk.wake()
        return sent


def _check(kind: Kind, fields: dict[str, Any]) -> None:
    """Raises BadInput for what this kind cannot be; fills options up with the kind's own."""
    if fields.get("scope", "all") not in kind.scopes:
        raise BadInput(f"{kind.id} is for {', '.join(kind.scopes)}", field="scope")
    least, most = BOUNDS[kind.measure]
    thresholds = [("threshold", fields.get("threshold"))]
    thresholds += [("windows", window.get("threshold")) for window in fields.get("windows", ())]
    for field, threshold in thresholds:
        if threshold is not None and not least <= threshold <= most:
            raise BadInput(f"a threshold of {kind.id} is {least:g} to {most:g}", field=field)
    if fields.get("limits") and not kind.has_limits:
        raise BadInput(f"{kind.id} has no limits by reason", field="limits")
    if fields.get("mail"):
        try:
            check_recipients(fields["mail"])
        except BadInput as error:
            raise BadInput(error.message, field="mail") from error
    if "options" in fields:
        fields["options"] = _options(kind, fields["options"])


def _options(kind: Kind, given: Mapping[str, float]) -> dict[str, float]:
    for name, value in given.items():
        option = kind.options.get(name)
        if option is None:
            raise BadInput(f"{kind.id} has no option {name!r}", field=f"options.{name}")
        if not option.least <= value <= option.most:
            raise BadInput(f"{name} is {option.least:g} to {option.most:g}", field=f"options.{name}")
    return {name: given.get(name, option.default) for name, option in kind.options.items()}


def _alert(row: AlertRecord) -> dict[str, Any]:
    names = ("alert_id", "rule_id", "kind", "severity", "subject_kind", "subject_id", "who", "since", "raised_at")
    more = ("threshold", "value", "is_lasting", "cleared_at", "acknowledged_at", "acknowledged_by", "note")
    return {name: getattr(row, name) for name in (*names, *more)}


def _rule(row: AlertRule) -> dict[str, Any]:
    names = ("id", "kind", "is_enabled", "severity", "scope", "names", "threshold", "limits", "options", "windows")
    more = ("raise_after_seconds", "clear_after_seconds", "clear_margin", "sound", "webhook", "mail")
    return {name: getattr(row, name) for name in (*names, *more)} | {"is_shipped": row.shipped is not None}


def _kind(kind: Kind) -> dict[str, Any]:
    names = ("id", "label_en", "label_zh", "text_en", "text_zh", "told_en", "told_zh", "measure", "compares")
    more = ("threshold", "scopes", "severity", "has_limits")
    least, most = BOUNDS[kind.measure]
    options = {name: option._asdict() for name, option in kind.options.items()}
    lasts = kind.measure == "seconds"
    return {name: getattr(kind, name) for name in (*names, *more)} | {
        "least": least,
        "most": most,
        "options": options,
        "is_lasting": lasts,
    }
