"""The leash: a program never outlives the process that asked for it, whoever is killed."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from callcenter.asterisk import leash

LEASH = (sys.executable, "-I", "-S", leash.__file__)
PATIENT = (sys.executable, "-c", "import signal; print('ready', flush=True); signal.pause()")
STUBBORN = (
    sys.executable, "-c",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()",
)  # fmt: skip
PARENT = """
import os, signal, subprocess, sys
leashed = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(leashed.pid, leashed.stdout.readline().decode().strip(), flush=True)
signal.pause()
"""


class Ending:
    """Watches a process that is not our child; its end is seen even if its number is used again."""

    def __init__(self, pid: int) -> None:
        self.watch = os.pidfd_open(pid)

    def came(self, seconds: float) -> bool:
        return bool(select.select([self.watch], [], [], seconds)[0])


def start(program: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], int]:
    process = subprocess.Popen(
        (*LEASH, *program), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    pid = int(process.stdout.readline())
    process.stdout.close()
    assert process.stderr.readline() == b"ready\n", "the program's output goes to standard error"
    return process, pid


def end(process: subprocess.Popen[bytes], word: bytes = b"") -> int:
    assert process.stdin
    assert process.stderr
    process.stdin.write(word)
    process.stdin.close()
    process.stderr.close()
    return process.wait(20)


def test_a_closed_pipe_ends_the_program_properly() -> None:
    process, pid = start(PATIENT)
    ending = Ending(pid)
    assert end(process) == -signal.SIGTERM & 0xFF
    assert ending.came(0)


def test_a_program_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hurried = tmp_path / "leash.py"
    hurried.write_text(Path(leash.__file__).read_text().replace("GRACE_SECONDS = 8.0", "GRACE_SECONDS = 0.1"))
    monkeypatch.setitem(globals(), "LEASH", (*LEASH[:3], str(hurried)))
    process, pid = start(STUBBORN)
    ending = Ending(pid)
    assert end(process) == -signal.SIGKILL & 0xFF
    assert ending.came(0)


def test_a_word_kills_at_once() -> None:
    process, pid = start(STUBBORN)
    ending = Ending(pid)
    assert end(process, leash.KILL) == -signal.SIGKILL & 0xFF
    assert ending.came(0)


def test_a_program_that_ends_by_itself_ends_the_leash_with_its_status() -> None:
    program = (sys.executable, "-c", "print('ready', flush=True); input(); raise SystemExit(7)")
    process = subprocess.Popen(
        (*LEASH, *program), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin
    assert process.wait(20) == 1, "no input: the pipe is the leash's alone"
    assert process.stderr
    assert b"EOFError" in process.stderr.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream
        stream.close()


@pytest.mark.parametrize("killed", ["parent", "leash"])
def test_whoever_is_killed_the_program_goes_too(killed: str) -> None:
    parent = subprocess.Popen(
        (sys.executable, "-c", PARENT, *LEASH, *PATIENT), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert parent.stdout
    assert parent.stderr
    leash_pid, program_pid = (int(number) for number in parent.stdout.readline().split())
    ending = Ending(program_pid)
    assert not ending.came(0)
    os.kill(parent.pid if killed == "parent" else leash_pid, signal.SIGKILL)
    assert ending.came(10), "the program outlived"
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    parent.stderr.close()
