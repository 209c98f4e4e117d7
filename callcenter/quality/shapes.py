"""What the routes of quality take and tell, checked field by field (docs/api.md, Review forms)."""

from typing import Annotated, Any

from msgspec import convert, to_builtins
from pydantic import Field

from callcenter.forms.shapes import Identity, Row, Shape
from callcenter.quality.rules import MOST_ITEMS, ItemKind
from callcenter.quality.scoring import Score
from callcenter.quality.service import Content, Versioned

__all__ = ["AnswersShape", "FormShape", "NewFormShape", "Row", "form_shape", "score_shape"]

Label = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Guidance = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
Points = Annotated[float, Field(ge=0, le=1_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class LabelShape(Shape):
    """A text in both languages, on one line."""

    en: Label = ""
    zh: Label = ""


class GuidanceShape(Shape):
    """A text in both languages, of several lines."""

    en: Guidance = ""
    zh: Guidance = ""


class OptionShape(Shape):
    """What can be chosen."""

    id: Identity
    label: LabelShape
    share: Share


class ConditionShape(Shape):
    """Which answer of an earlier item has this one asked."""

    item: Identity
    any_of: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=50)]


class ItemShape(Shape):
    """An item."""

    id: Identity
    kind: ItemKind
    label: LabelShape
    points: Points
    guidance: GuidanceShape = GuidanceShape()
    steps: Annotated[int, Field(ge=0, le=1_000)] | None = None
    options: Annotated[tuple[OptionShape, ...], Field(max_length=50)] = ()
    is_fatal: bool = False
    asked_if: ConditionShape | None = None


class SectionShape(Shape):
    """A section."""

    id: Identity
    label: LabelShape
    items: Annotated[list[ItemShape], Field(max_length=MOST_ITEMS)]


class NewFormShape(Shape):
    """A form to make."""

    name: LabelShape
    sections: Annotated[list[SectionShape], Field(max_length=50)]

    def content(self) -> Content:
        """What it asks."""
        return convert(self.model_dump(include={"name", "sections"}), Content)


class FormShape(NewFormShape):
    """A form to make the next version of; `version` is the one that it was made from."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class AnswersShape(NewFormShape):
    """A form that is being built, with answers to try it by."""

    answers: Annotated[dict[Identity, Any], Field(max_length=MOST_ITEMS)]


def form_shape(one: Versioned) -> dict[str, Any]:
    """A form as it is told."""
    form = {name: getattr(one.form, name) for name in ("id", "shipped_as", "retired_at", "retired_by")}
    told = ("version", "name", "sections", "created_at", "created_by")
    return form | {name: getattr(one.version, name) for name in told}


def score_shape(score: Score) -> dict[str, Any]:
    """A score as it is told."""
    told: dict[str, Any] = to_builtins(score)
    return told
