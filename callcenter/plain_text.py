"""Text that every database can be asked for: PostgreSQL knows no NUL."""

from typing import Annotated

from pydantic import Field

PlainText = Annotated[str, Field(pattern=r"^[^\x00]*$")]

VISIBLE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""A line in which something can be seen."""
