"""Which Asterisk this machine can run: the one on its PATH, or a tree that was fetched without root."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from typing_extensions import override

from callcenter.errors import SetupFailed

NEEDED_MODULES = ("chan_pjsip.so", "app_queue.so", "app_mixmonitor.so", "res_musiconhold.so", "app_amd.so")
"""Without these an installed Asterisk cannot run the shipped dialplans (some distributions split them off)."""


class Version(NamedTuple):
    """An Asterisk release; compares in release order."""

    major: int
    minor: int = 0
    patch: int = 0

    @override
    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


OLDEST = Version(18)
"""The oldest Asterisk whose queue, MixMonitor and manager events the server reads."""


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk that can be started: its command, release, and where its modules and its sounds are."""

    command: tuple[str, ...]
    version: Version
    modules: Path
    data: Path


def parse_version(text: str) -> Version | None:
    """The release in the output of `asterisk -V`; None when there is none (a development build)."""
    found = re.search(r"Asterisk (?:certified[/-])?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return Version(*(int(part or 0) for part in found.groups())) if found else None


def version_of(command: tuple[str, ...]) -> Version | None:
    """Asks an Asterisk for its release; None when it does not start or does not say."""
    try:
        answer = subprocess.run(  # noqa: S603 - the command is ours
            (*command, "-V"), capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stdout)


def installed() -> Installation | None:
    """The Asterisk on PATH, if it is new enough and complete; None otherwise."""
    program = shutil.which("asterisk")
    if program is None:
        return None
    version = version_of((program,))
    modules = next((folder for folder in _module_folders() if _is_complete(folder)), None)
    data = next((folder for folder in _data_folders() if (folder / "documentation").is_dir()), None)
    if version is None or version < OLDEST or modules is None or data is None:
        return None
    return Installation((program,), version, modules, data)


def unpacked(tree: Path) -> Installation:
    """The Asterisk in a fetched tree, started through the tree's own loader and libraries.

    Raises SetupFailed when the tree has no Asterisk that starts here.
    """
    loader = next(
        (
            found
            for folder in ("usr/lib64", "usr/lib", "lib64", "lib")
            for found in sorted(tree.glob(f"{folder}/**/ld-linux*.so.*"))
        ),
        None,
    )
    program = tree / "usr/sbin/asterisk"
    modules = next(tree.glob("usr/lib/**/asterisk/modules"), None)
    if loader is None or modules is None or not program.exists():
        raise SetupFailed(f"the fetched Asterisk in {tree} is not whole; type: callcenter pbx fetch --again")
    libraries = {library.parent for library in tree.glob("**/libc.so.6")}
    libraries |= {tree / "usr" / folder.relative_to(tree) for folder in libraries if "usr" not in folder.parts}
    libraries |= {modules.parent.parent}
    path = ":".join(str(folder) for folder in sorted(libraries))
    command = (str(loader), "--library-path", path, str(program))
    version = version_of(command)
    if version is None:
        raise SetupFailed(f"the fetched Asterisk in {tree} does not start; type: callcenter pbx fetch --again")
    return Installation(command, version, modules, tree / "usr/share/asterisk")


def _module_folders() -> list[Path]:
    library = Path("/usr/lib")
    return [
        *sorted(library.glob("*-linux-gnu*/asterisk/modules")),
        library / "asterisk/modules",
        Path("/usr/lib64/asterisk/modules"),
    ]


def _data_folders() -> tuple[Path, ...]:
    return Path("/usr/share/asterisk"), Path("/var/lib/asterisk")


def _is_complete(modules: Path) -> bool:
    return all((modules / name).exists() for name in NEEDED_MODULES)
