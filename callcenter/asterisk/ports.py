"""Ports on the loopback for private Asterisks that run side by side, also those of other processes."""

import random
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from callcenter.errors import SetupFailed

FIRST, SIZE, LAST = 10_000, 800, 32_000
"""Below the range of ports for outgoing connections (32768 on), so that none is taken by chance."""


@dataclass(frozen=True, slots=True)
class PortBlock:
    """A block of ports that nobody else takes while it is held: SIP (UDP), AMI (TCP), and the rest for RTP."""

    first: int
    claim: socket.socket

    @property
    def sip(self) -> int:
        """For SIP over UDP."""
        return self.first

    @property
    def ami(self) -> int:
        """For AMI over TCP."""
        return self.first + 1

    @property
    def phones(self) -> int:
        """For a second SIP transport over UDP: phones, where the first belongs to a trunk."""
        return self.first + 2

    @property
    def http(self) -> int:
        """For HTTP over TCP: phones in the browser; the REST interface, where there is one."""
        return self.first + 3

    @property
    def rtp(self) -> tuple[int, int]:
        """The first and the last port for RTP: audio of about 390 channels at a time."""
        return self.first + 10, self.first + SIZE - 1

    @classmethod
    def take(cls) -> Self:
        """Takes a free block, chosen at random; raises SetupFailed when all are taken."""
        blocks = list(range(FIRST, LAST - SIZE + 1, SIZE))
        random.shuffle(blocks)
        for first in blocks:
            with suppress(SetupFailed):
                return cls.at(first)
        raise SetupFailed(f"no free ports between {FIRST} and {LAST} for a private Asterisk")

    @classmethod
    def at(cls, first: int) -> Self:
        """Takes the block that begins at this port; raises SetupFailed when it is taken."""
        claim = _claim(first)
        if claim is None or not (_is_free(socket.SOCK_DGRAM, first) and _is_free(socket.SOCK_STREAM, first + 1)):
            if claim:
                claim.close()
            raise SetupFailed(f"port {first} (UDP) or {first + 1} (TCP) is in use")
        return cls(first, claim)

    def is_sip_served(self) -> bool:
        """Whether somebody listens on the SIP port; who holds the block knows that it can only be its own Asterisk."""
        return not _is_free(socket.SOCK_DGRAM, self.sip)

    def release(self) -> None:
        """Gives the block back. The kernel does it, too, when the process ends."""
        self.claim.close()


def _claim(first: int) -> socket.socket | None:
    """A name in the kernel's abstract namespace: one holder, no file, gone with its holder."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0callcenter-ports-{first}")
    except OSError:
        claim.close()
        return None
    return claim


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
