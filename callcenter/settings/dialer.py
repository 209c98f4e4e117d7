"""What the dialer may do, and over which trunks."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from callcenter.settings.part import DialString, Part, TimeOfDay, Word


class NumberLimit(Part):
    """At most so many calls to one number, whatever lists it is on, on so many days of the customer (1: today)."""

    attempts: Annotated[int, Field(ge=1, le=100)]
    days: Annotated[int, Field(ge=1, le=31)] = 1


class TrunkSettings(Part):
    """One more way out: its dial string, the caller id shown there (None: the dialer's), and its caps for each PBX.

    0 is without limit.
    """

    name: Word
    dial_string: DialString
    caller_id: str | None = None
    max_calls: Annotated[int, Field(ge=0, le=10_000)] = 0
    calls_per_second: Annotated[float, Field(ge=0, le=1000)] = 0


class DialerSettings(Part):
    """How callbacks leave: the trunk's dial string and the caller id shown to customers; and what no list may exceed.

    Nobody is called before `earliest` or from `latest` on, on the customer's own clock. `max_calls` and
    `calls_per_second` hold for the calls of `dial_string` on each PBX; 0 is without limit. A list may name one of
    `trunks` instead. Abandoned calls are counted over `abandon_window_seconds`.
    """

    dial_string: DialString = "PJSIP/{number}@trunk"
    caller_id: str = ""
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 30
    earliest: TimeOfDay = "08:00"
    latest: TimeOfDay = "21:00"
    number_limits: tuple[NumberLimit, ...] = (NumberLimit(attempts=4), NumberLimit(attempts=12, days=7))
    max_calls: Annotated[int, Field(ge=0, le=10_000)] = 200
    calls_per_second: Annotated[float, Field(ge=0, le=1000)] = 10
    abandon_window_seconds: Annotated[float, Field(ge=60, le=31 * 86_400)] = 3600
    trunks: tuple[TrunkSettings, ...] = ()

    @model_validator(mode="after")
    def _day_begins_before_it_ends(self) -> "DialerSettings":
        if self.earliest >= self.latest:
            raise ValueError("earliest must be before latest")
        return self

    @field_validator("trunks")
    @classmethod
    def _names_differ(cls, trunks: tuple[TrunkSettings, ...]) -> tuple[TrunkSettings, ...]:
        names = [trunk.name for trunk in trunks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two trunks are called {', '.join(twice)}: a list names its trunk")
        return trunks
