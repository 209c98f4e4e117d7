"""`callcenter replay` of a recorded stream, against bare panoramisk that parses and dispatches the same bytes.

Ours goes from the bytes to the figures (events → floor → account → tally); the baseline feeds panoramisk's protocol in
pieces as a socket would, with one `*` callback that does nothing. Processes of their own, turns interleaved.
"""

import asyncio
import json
import logging
import statistics
import sys
import time
from pathlib import Path

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from bench import streams
from bench.processes import spawned
from callcenter.asterisk.replay_figures import replay_figures
from callcenter.floor.tally import Thresholds

EVENTS = 100_000
TURNS = 5
PIECE_BYTES = 1 << 16
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def pieces_of(path: Path) -> tuple[list[bytes], int]:
    """The stream, lengthened by repetition, as a socket would deliver it; and how many events it has."""
    stream, events = streams.lengthened(path, EVENTS)
    return [stream[at : at + PIECE_BYTES] for at in range(0, len(stream), PIECE_BYTES)], events


async def bare(pieces: list[bytes]) -> None:
    """panoramisk's own parser and dispatcher, without a socket."""
    manager = Manager()
    manager.register_event("*", lambda manager, message: None)
    protocol = AMIProtocol()
    protocol.connection_made(_Nowhere())
    protocol.factory, protocol.encoding = manager, manager.config["encoding"]
    protocol.data_received(BANNER)
    for piece in pieces:
        protocol.data_received(piece)


class _Nowhere:
    """A transport that leads nowhere."""

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def get_extra_info(self, name: str) -> None:
        """Nothing is known."""


def ours(pieces: list[bytes]) -> None:
    """The whole command but for reading the file and printing."""
    figures, _ = replay_figures(pieces, "pbx1", Thresholds())
    assert figures["totals"]["offered"], "nothing was counted"


def measure() -> list[dict[str, object]]:
    """Rows of the result, one a stream."""
    return [_compare(name) for name in ("UNFILTERED", "FILTERED")]


def _compare(name: str) -> dict[str, object]:
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(TURNS):
        for who, found in rates.items():
            with spawned("bench.replaying", who, name) as child:
                found.append(child.read()["rate"])
    ratios = [mine / base for base, mine in zip(rates["bare"], rates["ours"], strict=True)]
    return {
        "stream": name.lower(),
        "panoramisk events/s": round(statistics.median(rates["bare"])),
        "replay events/s": round(statistics.median(rates["ours"])),
        "ratio": round(statistics.median(ratios), 2),
    }


def main(who: str, name: str) -> None:
    """Prints events per second of one of the two."""
    pieces, events = pieces_of(getattr(streams, name))
    began = time.perf_counter()
    if who == "bare":
        asyncio.run(bare(pieces))
    else:
        ours(pieces)
    print(json.dumps({"rate": events / (time.perf_counter() - began)}), flush=True)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    main(*sys.argv[1:])
