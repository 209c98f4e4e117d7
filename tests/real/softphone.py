"""A SIP phone that is not of our making: baresip, without screen or sound card, played over its own control port."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import wave
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self

import pytest

from callcenter.asterisk import leash
from callcenter.asterisk.ports import PortBlock

PATIENCE_SECONDS = 30
TONE_REPEATS = 60
"""baresip hangs up where the file that it plays ends: a tone of ten seconds lasts for ten minutes."""

CONFIG = """\
# It takes the next port for SIP over TLS, too.
sip_listen 127.0.0.1:{ports.sip}
net_interface 127.0.0.1
rtp_ports {ports.rtp[0]}-{ports.rtp[1]}
ctrl_tcp_listen 127.0.0.1:{ports.http}
audio_source aufile,{tone}
# What is heard goes nowhere: a bridge without another end.
audio_player aubridge,ear
audio_alert aubridge,bell
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
statmode_default off
"""
ACCOUNT = "<sip:{number}@127.0.0.1:{port}>;auth_user={number};auth_pass={secret};regint=600\n"

CALL = re.compile(r"\[line \d+\]\s+\S+\s+(?P<state>[A-Z]+)\s+(?P<hold>\(on hold\))?\s*sip:(?P<peer>[^@\s]+)@")
"""A line of baresip's list of calls."""
LINES = {"INCOMING": "rings", "ESTABLISHED": "in a call"}
"""What the line does in these states of a call; in the others it dials."""


@dataclass(frozen=True)
class View:
    """What the phone itself has: is it registered, what does its line do, with whom, does it hold the other side."""

    is_registered: bool = False
    line: str = "free"
    peer: str = ""
    holds: bool = False


class Softphone:
    """The phone with this number and password, at the PBX on this port of the loopback; it plays this tone in a call.

    Switched on during a `with` block; it never outlives this process (see `leash`).
    """

    def __init__(self, folder: Path, number: str, secret: str, registrar_port: int, tone: Path) -> None:
        program, modules = _installed()
        self._command = (program, "-f", str(folder))
        self._log = folder / "log"
        self._ports = PortBlock.take()
        self._tokens = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._plugged = ExitStack()
        own_tone = folder / "tone.wav"
        with wave.open(str(tone)) as once, wave.open(str(own_tone), "wb") as often:
            often.setparams(once.getparams())
            often.writeframes(once.readframes(once.getnframes()) * TONE_REPEATS)
        (folder / "config").write_text(CONFIG.format(ports=self._ports, tone=own_tone, modules=modules))
        (folder / "accounts").write_text(ACCOUNT.format(number=number, port=registrar_port, secret=secret))

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.switch_off()
        self._ports.release()

    # --- its plug ---------------------------------------------------------------------------------------------------

    def switch_on(self) -> None:
        """Starts the program, which registers by itself."""
        leashed = (sys.executable, "-I", "-S", leash.__file__, *self._command)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(leashed, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        try:
            self._control = self._plugged.enter_context(self._connected(self._process))
        except BaseException:
            self.pull_the_plug()
            raise
        self._answers = self._plugged.enter_context(self._control.makefile("rb"))

    def switch_off(self) -> None:
        """Ends the program as who closes it does: it hangs up and tells the PBX that it is gone."""
        self._end(b"")

    def pull_the_plug(self) -> None:
        """Ends the program so that nobody is told."""
        self._end(leash.KILL)

    def _end(self, word: bytes) -> None:
        self._plugged.close()
        process, self._process = self._process, None
        if process is not None:
            process.communicate(word, timeout=leash.GRACE_SECONDS + 5)

    def _connected(self, process: subprocess.Popen[bytes]) -> socket.socket:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(ConnectionRefusedError):
                return socket.create_connection(("127.0.0.1", self._ports.http), timeout=PATIENCE_SECONDS)
            Event().wait(0.05)
        raise AssertionError(f"baresip does not listen: {self._said()}")

    def _said(self) -> str:
        return self._log.read_text(errors="replace")

    # --- its keys ---------------------------------------------------------------------------------------------------

    def dial(self, number: str) -> None:
        """Dials, and stays on the line until the other side hangs up."""
        self._press("dial", number)

    def answer(self) -> None:
        """Takes the call that rings."""
        self._press("accept")

    def hold(self) -> None:
        """Puts the other side on hold, by a re-INVITE."""
        self._press("hold")

    def take_back(self) -> None:
        """Talks on with whom it holds."""
        self._press("resume")

    def hang_up(self) -> None:
        """Ends its call."""
        self._press("hangup")

    # --- its display ------------------------------------------------------------------------------------------------

    def view(self) -> View:
        """What the phone itself has now; of a program that has ended, nothing."""
        if self._process is None:
            return View()
        is_registered = "OK" in self._press("reginfo")
        calls = [*CALL.finditer(self._press("listcalls"))]
        assert len(calls) <= 1, calls
        if not calls:
            return View(is_registered)
        call = calls[0]
        return View(is_registered, LINES.get(call["state"], "dials"), call["peer"], bool(call["hold"]))

    def _press(self, command: str, params: str = "") -> str:
        """Has baresip do something; what it says to that."""
        assert self._process is not None, "the phone is off"
        token = f"{command} {next(self._tokens)}"
        message = json.dumps({"command": command, "params": params, "token": token}).encode()
        self._control.sendall(b"%d:%b," % (len(message), message))
        while (told := self._read()).get("token") != token:
            pass  # events: what they tell is asked for
        assert told["ok"], told
        return str(told["data"])

    def _read(self) -> dict[str, Any]:
        """The next message: a netstring of JSON."""
        length = b""
        while (byte := self._answers.read(1)) != b":":
            assert byte, f"baresip ended: {self._said()}"
            length += byte
        message: dict[str, Any] = json.loads(self._answers.read(int(length) + 1)[:-1])
        return message


def _installed() -> tuple[str, Path]:
    """The program baresip, and the folder of its modules, which it has to be told."""
    program = shutil.which("baresip")
    if program is None:
        pytest.fail("baresip is not on PATH; scripts/system_packages.sh installs baresip-core")
    libraries = Path(program).resolve().parents[1] / "lib"
    return program, next(folder for path in ("", "*/") for folder in libraries.glob(f"{path}baresip/modules"))
