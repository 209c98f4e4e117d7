"""Text that every database can be asked for: PostgreSQL knows no NUL."""

from typing import Annotated

from pydantic import Field

PlainText = Annotated[str, Field(pattern=r"^[^\x00]*$")]
