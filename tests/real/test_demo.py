"""The demo itself, as a newcomer runs it: bounded with a report, and until Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("asterisk_tree")]

START_SECONDS, STOP_SECONDS = 60, 30


def processes_with(words: str) -> list[str]:
    """The command lines that name `words`, of this machine's processes."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words in command:
            found.append(command)
    return found


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where the demo keeps everything."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def demo(scratch: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A running demo with the arguments of the test's parameter."""
    arguments = [argument.format(folder=scratch.parent) for argument in request.param]
    process = subprocess.Popen(
        [sys.executable, "-m", "callcenter.cli", "demo", "--no-browser", "--seed", "3", *arguments],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(scratch)},
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("demo", [["--seconds", "30", "--report", "{folder}/report.json"]], indirect=True)
def test_a_bounded_run_agrees_with_asterisk_and_leaves_nothing(demo: subprocess.Popen[str], scratch: Path) -> None:
    told, _ = demo.communicate(timeout=START_SECONDS + 30 + STOP_SECONDS)
    report = json.loads((scratch.parent / "report.json").read_text())
    assert report["differences"] == []
    assert report["errors"] == []
    assert demo.returncode == 0, told
    assert report["offered"] >= 10
    assert report["queue_log"]["outcomes"].items() <= report["outcomes"].items()
    assert report["recordings"]["expected"] == report["recordings"]["linked"] == report["recordings"]["audible"] > 0
    assert report["callbacks"]["dialled"] >= 5
    assert len(report["callbacks"].keys() - {"dialled", "reached"}) + (report["callbacks"]["reached"] > 0) >= 3
    assert report["live"]["deltas"] > 0
    assert 0 < report["live"]["event_to_client_ms"]["p50"] < 250
    assert list(scratch.iterdir()) == []
    assert processes_with(str(scratch)) == []


@pytest.mark.parametrize("demo", [[]], indirect=True)
def test_ctrl_c_ends_everything(demo: subprocess.Popen[str], scratch: Path) -> None:
    assert demo.stdout is not None
    assert any("Ctrl-C ends it." in line for line in demo.stdout)
    assert len(processes_with(str(scratch))) >= 2
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=STOP_SECONDS)
    assert demo.returncode == 0
    assert list(scratch.iterdir()) == []
    assert processes_with(str(scratch)) == []
