"""Tables as the answer to a request: which file, in which language."""

import asyncio
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.service import Account
from callcenter.reports.export import MEDIA_TYPES, Ending, Grid, Language, csv_of, masked_grid, xlsx_of
from callcenter.reports.spans import Span, local

# PostgreSQL cannot be asked for a NUL.
Word = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
When = Annotated[str, Field(max_length=40)]


class FileOptions(BaseModel):
    """How a file is wanted; without a language it is in that of the account."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = None
    bom: bool = True

    def language_for(self, account: Account) -> Language:
        """The language asked for, else the account's, else English."""
        return self.language or ("zh" if account.language == "zh" else "en")


async def file_answer(grid: Grid, account: Account, name: str, ending: Ending, options: FileOptions) -> Response:
    """The table as an attachment, made beside the event loop; without numbers for an account that does not see them."""
    if not account.sees_numbers:
        grid = masked_grid(grid)
    if ending == "csv":
        content = await asyncio.to_thread(csv_of, grid, bom=options.bom)
    else:
        content = await asyncio.to_thread(xlsx_of, grid)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)


def dated(name: str, span: Span, zone: ZoneInfo) -> str:
    """The name of a file of that span: with its first and its last day."""
    first, last = local(span.since, zone).date(), (local(span.until, zone) - timedelta(microseconds=1)).date()
    return f"{name}-{first}" if first == last else f"{name}-{first}-{last}"
