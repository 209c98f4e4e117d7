"""What a list may be made of: the input of its routes, checked field by field (docs/api.md, Callbacks)."""

from datetime import date
from typing import Annotated, Any

from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from callcenter.dialer.asking import Decision
from callcenter.dialer.holidays import is_known
from callcenter.dialer.rules import NEVER_REDIALLED, Mode, Outcome, Then
from callcenter.dialer.windows import minute_of

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Attempts = Annotated[int, Field(ge=1, le=50)]
ListId = Annotated[int, Field(ge=1, le=2**53)]
Weekday = Annotated[int, Field(ge=1, le=7)]
TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]

MAX_DELAY_SECONDS = 30 * 86400
CLEARABLE = ("escalation_list_id",)
"""The fields of a list that may be none: an explicit null says so."""


class Shape(BaseModel):
    """Input: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid")


class SpanShape(Shape):
    """From one time of the clock up to another; "24:00" is midnight."""

    from_: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "SpanShape":
        if minute_of(self.from_) >= minute_of(self.until):
            raise ValueError("a window must open before it closes; cut one over midnight in two")
        return self


class WindowShape(SpanShape):
    """A span on these weekdays (1 is Monday)."""

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]


class ExceptionShape(Shape):
    """A date with spans of its own; none: closed."""

    date: date
    windows: Annotated[list[SpanShape], Field(max_length=20)] = []
    note: Annotated[str, Field(max_length=200)] = ""


class CalendarShape(Shape):
    """Whose holidays are skipped, whether make-up days are worked, on whose clock, and the exceptions."""

    region: str = ""
    skips_holidays: bool = True
    works_make_up_days: bool = True
    uses_customer_clock: bool = False
    exceptions: Annotated[list[ExceptionShape], Field(max_length=366)] = []

    @field_validator("region")
    @classmethod
    def _known_holidays(cls, region: str) -> str:
        if region and not is_known(region):
            raise ValueError(f"no holidays are known for {region!r}; use a country's code such as CN, or DE-BY")
        return region


class RuleShape(Shape):
    """What to do after an outcome."""

    delay_seconds: Annotated[float, Field(ge=10, le=MAX_DELAY_SECONDS)]
    max_attempts: Attempts
    next_number: bool = False
    then: Then = Then.CLOSE


class ListChanges(Shape):
    """The fields of a list that may be changed; absent ones stay."""

    name: Name | None = None
    pbx: str | None = None
    queue: str | None = None
    windows: Annotated[list[WindowShape], Field(max_length=50)] | None = None
    rules: dict[Outcome, RuleShape] | None = None
    max_attempts: Attempts | None = None
    max_attempts_per_day: Attempts | None = None
    calendar: CalendarShape | None = None
    mode: Mode | None = None
    trunk: str | None = None
    reserved_seats: Annotated[int, Field(ge=0, le=1000)] | None = None
    abandon_target: Annotated[float, Field(ge=0.001, le=0.1)] | None = None
    preview_seconds: Annotated[float, Field(ge=5, le=3600)] | None = None
    personal_seconds: Annotated[float, Field(ge=60, le=30 * 86400)] | None = None
    escalation_list_id: ListId | None = None
    hourly_goal: Annotated[int, Field(ge=0, le=1000)] | None = None
    detect_machine: bool | None = None
    region: str | None = None

    @field_validator("rules")
    @classmethod
    def _may_be_redialled(cls, rules: dict[Outcome, RuleShape] | None) -> dict[Outcome, RuleShape] | None:
        wrong = sorted(o for o, rule in (rules or {}).items() if o in NEVER_REDIALLED and rule.max_attempts != 1)
        if wrong:
            raise ValueError(f"after {', '.join(wrong)} nobody is called again at the same number: max_attempts is 1")
        return rules

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        if region is not None and region not in SUPPORTED_REGIONS:
            raise ValueError(f"unknown region {region!r}; use a country's code such as CN")
        return region

    def fields(self) -> dict[str, Any]:
        """The columns that were given."""
        cleared = {name: None for name in CLEARABLE if name in self.model_fields_set}
        return cleared | self.model_dump(mode="json", by_alias=True, exclude_none=True)


class NewList(ListChanges):
    """A list to make."""

    name: Name
    queue: str


class DecisionShape(Shape):
    """What becomes of a target that waits for a person; with `call`, from when on it is called (absent: now)."""

    decision: Decision
    due_at: Annotated[float, Field(gt=0, le=4e9)] | None = None


class BanShape(Shape):
    """A number, or with `is_prefix` the beginning of numbers (`+` and digits), that nobody is to call."""

    number: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{1,14}$")]
    is_prefix: bool = False
    expires_at: Annotated[float, Field(gt=0, le=4e9)] | None = None
    source: Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    note: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class Bans(Shape):
    """Entries to add, all or none."""

    entries: Annotated[list[BanShape], Field(min_length=1, max_length=10_000)]


class StopShape(Shape):
    """Why all dialling stops; with `hangs_up` calls that nobody has answered are hung up, too."""

    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    hangs_up: bool = True
