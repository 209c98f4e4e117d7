"""Blocks of ports: one holder, and never a port that is in use."""

import socket
import subprocess
import sys

import pytest

from callcenter.asterisk import ports
from callcenter.asterisk.ports import PortBlock
from callcenter.errors import SetupFailed


def test_two_blocks_share_no_port() -> None:
    one, other = PortBlock.take(), PortBlock.take()
    try:
        used = [{block.sip, block.ami, block.phones, *range(block.rtp[0], block.rtp[1] + 1)} for block in (one, other)]
        assert not used[0] & used[1]
        assert len(used[0]) == 3 + block_size(one)
    finally:
        one.release()
        other.release()


def block_size(block: PortBlock) -> int:
    return block.rtp[1] - block.rtp[0] + 1


def test_a_block_is_for_one_holder_until_it_is_released() -> None:
    block = PortBlock.take()
    with pytest.raises(SetupFailed, match=str(block.first)):
        PortBlock.at(block.first)
    block.release()
    PortBlock.at(block.first).release()


def test_another_process_cannot_take_a_held_block() -> None:
    block = PortBlock.take()
    try:
        code = f"from callcenter.asterisk.ports import PortBlock; PortBlock.at({block.first})"
        other = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True)
        assert f"port {block.first} " in other.stderr
    finally:
        block.release()


@pytest.mark.parametrize(("kind", "offset"), [(socket.SOCK_DGRAM, 0), (socket.SOCK_STREAM, 1)])
def test_a_port_that_somebody_else_uses_is_not_taken(kind: socket.SocketKind, offset: int) -> None:
    block = PortBlock.take()
    block.release()
    with socket.socket(socket.AF_INET, kind) as somebody:
        somebody.bind(("127.0.0.1", block.first + offset))
        with pytest.raises(SetupFailed):
            PortBlock.at(block.first)
    PortBlock.at(block.first).release()


def test_when_every_block_is_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    block = PortBlock.take()
    monkeypatch.setattr(ports, "FIRST", block.first)
    monkeypatch.setattr(ports, "LAST", block.first + ports.SIZE)
    try:
        with pytest.raises(SetupFailed, match="no free ports"):
            PortBlock.take()
    finally:
        block.release()
