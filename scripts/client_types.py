"""Writes web/src/api/described.ts: the types of the API for the panel, from the server's own description.

`--json FILE` writes the description itself: OpenAPI 3.1.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from callcenter.app import running
from callcenter.settings import Settings
from scripts.typescript import types_of

FILE = Path(__file__).resolve().parent.parent / "web" / "src" / "api" / "described.ts"


async def described() -> dict[str, Any]:
    """What the application says of itself: it is put together, and nothing of it is served."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Settings(data_folder=Path(folder), pbxs=())) as app:
            return app.web.openapi()


def main() -> None:
    said = asyncio.run(described())
    if sys.argv[1:2] == ["--json"]:
        Path(sys.argv[2]).write_text(json.dumps(said, indent=2, ensure_ascii=False), encoding="utf-8")
        return
    told = types_of(said)
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != told:
        FILE.write_text(told, encoding="utf-8")
        sys.stdout.write(f"{FILE.relative_to(Path.cwd())} is new\n")


if __name__ == "__main__":
    main()
