"""Shifts."""

from typing import Annotated

from pydantic import Field

from callcenter.settings.part import Part, Word

ShiftReason = Annotated[tuple[Word, ...], Field(max_length=20)]


class ShiftReasons(Part):
    """For which reasons a pause is what a part of a shift of this kind is for (docs/guide.md, Shifts)."""

    on_post: ShiftReason = ()
    briefing: ShiftReason = ("meeting",)
    break_: Annotated[ShiftReason, Field(alias="break")] = ("break",)
    meal: ShiftReason = ("meal",)
    training: ShiftReason = ("training",)
    meeting: ShiftReason = ("meeting",)
    closing: ShiftReason = ("paperwork",)


class ShiftSettings(Part):
    """How the time of agents is held against their shifts."""

    reasons: ShiftReasons = ShiftReasons()
