"""What is unusual in how agents work."""

from typing import Annotated

from pydantic import Field

from callcenter.settings.part import Part, Seconds


class PatternSettings(Part):
    """From how many within `window_seconds` on what an agent does is unusual (docs/guide.md, Unusual patterns)."""

    window_seconds: Annotated[float, Field(ge=60, le=86_400)] = 3600
    sign_ins: Annotated[int, Field(ge=2)] = 4
    short_pauses: Annotated[int, Field(ge=2)] = 4
    short_pause_seconds: Annotated[float, Field(gt=0)] = 60
    rejections: Annotated[int, Field(ge=1)] = 3
    rings_not_answered: Annotated[int, Field(ge=1)] = 3
    callbacks_delayed: Annotated[int, Field(ge=1)] = 3
    callback_pause_seconds: Seconds = 10
    long_wrap_ups: Annotated[int, Field(ge=1)] = 3
    wrap_up_ratio: Annotated[float, Field(ge=1)] = 2.0
    wrap_up_excess_seconds: Seconds = 30
