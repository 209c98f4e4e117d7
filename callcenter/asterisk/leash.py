"""Runs one program that must not outlive the process that asked for it.

Started as a process of its own (`python -I -S leash.py COMMAND…`) with a pipe as its standard input. The kernel closes
that pipe when the parent ends, also by `kill -9`: then the program is asked to end (SIGTERM), and killed when it does
not. Should this process itself be killed, the parent-death signal takes the program along. That signal fires when the
*thread* that forked ends, which is why it is used here, where there is one thread, and not in the server, where there
are many.

It imports nothing of the package: it has to start in milliseconds.
"""

import ctypes
import os
import select
import signal
import sys
from typing import NoReturn

KILL = b"k"
"""Written to the pipe: kill the program at once. A closed pipe: end it properly."""

GRACE_SECONDS = 8.0
"""Asterisk needs about one second after SIGTERM to end its calls and to close its recordings."""

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Starts the command, tells its process id on standard output, and waits for either end."""
    child = _start(sys.argv[1:])
    os.write(sys.stdout.fileno(), f"{child}\n".encode())
    # The parent may keep reading until end of file; the program has the log to write to.
    os.close(sys.stdout.fileno())
    ended = os.pidfd_open(child)
    if not _is_over(ended, None):
        _end(child, ended, kill=os.read(sys.stdin.fileno(), 1) == KILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF


def _start(command: list[str]) -> int:
    supervisor = os.getpid()
    child = os.fork()
    if child == 0:
        _become(command, supervisor)
    return child


def _become(command: list[str], supervisor: int) -> NoReturn:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # it died before the line above
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.execv(command[0], command)  # noqa: S606 - the command is the caller's own argument list


def _end(child: int, ended: int, *, kill: bool) -> None:
    os.kill(child, signal.SIGKILL if kill else signal.SIGTERM)
    if not _is_over(ended, GRACE_SECONDS):
        os.kill(child, signal.SIGKILL)


def _is_over(ended: int, seconds: float | None) -> bool:
    """Waits for the program's end (True) or for the seconds to pass; without seconds, for word from the parent."""
    watched = [ended] if seconds is not None else [ended, sys.stdin.fileno()]
    return ended in select.select(watched, [], [], seconds)[0]


if __name__ == "__main__":
    sys.exit(main())
