"""Child processes that print one JSON object a line, and always end with their parent's block."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Child:
    """A module run as a process of its own."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            (sys.executable, "-W", "ignore", "-m", *command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def read(self) -> dict[str, Any]:
        """The next object that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args!r} ended with status {self.process.wait()}")
        result: dict[str, Any] = json.loads(line)
        return result


@contextmanager
def spawned(*command: str) -> Iterator[Child]:
    """Runs a module; it is ended with the block."""
    child = Child(*command)
    try:
        yield child
    finally:
        child.process.kill()
        child.process.wait()
        for pipe in (child.process.stdin, child.process.stdout):
            if pipe is not None:
                pipe.close()
