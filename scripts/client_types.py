"""Writes web/src/api/described.ts: the types of the API for the panel, from the server's own description."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from callcenter.app import running
from callcenter.description_types import types_of
from callcenter.settings import Settings

FILE = Path(__file__).resolve().parent.parent / "web" / "src" / "api" / "described.ts"


async def described() -> dict[str, Any]:
    """What the application says of itself: it is put together, and nothing of it is served."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Settings(data_folder=Path(folder))) as app:
            return app.web.openapi()


def main() -> None:
    told = types_of(asyncio.run(described()))
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != told:
        FILE.write_text(told, encoding="utf-8")
        sys.stdout.write(f"{FILE.relative_to(Path.cwd())} is new\n")


if __name__ == "__main__":
    main()
