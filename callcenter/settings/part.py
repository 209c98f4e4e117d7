"""What every section of the settings is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
Seconds = Annotated[float, Field(ge=0)]
Sound = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*$", min_length=1, max_length=80)
]
DialString = Annotated[str, Field(pattern=r"^[^{}]*\{number\}[^{}]*$")]
TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Part(BaseModel):
    """A section of the settings: an unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
