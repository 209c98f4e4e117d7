"""Configuration templates that stay readable as configuration.

`@{name}` is a value. Lines between `;@ each NAME` and `;@ end` (comments to Asterisk) are repeated for each row of
NAME, with the row's values beside the others; no row, no lines. There is nothing else: no nesting, no conditions.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from callcenter.errors import Conflict

Row = Mapping[str, object]

MARK = "; Rendered by callcenter from its settings. Changes belong there: this file is written anew.\n"
"""The first line of every file that was rendered; a file without it is somebody else's."""

_EACH = re.compile(r"^;@ each (\w+)\n(.*?)^;@ end\n", re.MULTILINE | re.DOTALL)
_VALUE = re.compile(r"@\{(\w+)\}")


def fill(text: str, values: Row, rows: Mapping[str, Sequence[Row]]) -> str:
    """The text with its repeated lines and values put in; KeyError when the template names what is not there.

    A value is put in once and not looked into: nothing in it is a template.
    """
    parts = _EACH.split(text)  # text, NAME, lines, text, NAME, lines, … text
    filled = [_put(parts[0], values)]
    for name, lines, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        filled += [_put(lines, {**values, **row}) for row in rows[name]]
        filled.append(_put(after, values))
    return "".join(filled)


def _put(text: str, values: Row) -> str:
    return _VALUE.sub(lambda found: str(values[found[1]]), text)


def render_folder(
    templates: Path, folder: Path, values: Row, rows: Mapping[str, Sequence[Row]], *, force: bool = False
) -> list[Path]:
    """Fills every template under `templates` into `folder` and returns the files written.

    Raises Conflict, before anything is written, when a file is there that was not rendered; `force` overwrites it.
    The files hold passwords: only their owner and its group can read them.
    """
    texts = {
        folder / template.relative_to(templates): MARK + fill(template.read_text(), values, rows)
        for template in sorted(templates.rglob("*.conf"))
    }
    foreign = [file for file in texts if file.exists() and not file.read_text(errors="replace").startswith(MARK)]
    if foreign and not force:
        raise Conflict(f"not written by callcenter, and not overwritten: {', '.join(map(str, foreign))} (--force)")
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, text)
    return list(texts)


def _write(file: Path, text: str) -> None:
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as stream:
        stream.write(text)
    partial.replace(file)
