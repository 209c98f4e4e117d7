"""A restart changes nothing: recorded streams, cut anywhere, go on from a checkpoint and the journal behind it."""

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.asterisk import marks
from callcenter.asterisk.intake import Intake, Memory
from callcenter.asterisk.journal import Journal, Position, read_from
from callcenter.asterisk.messages import END
from callcenter.floor.changes import Entities
from callcenter.floor.events import AgentEntry, AnyEvent, DirectoryChanged, QueueRules, Ticked
from callcenter.floor.facts import AnyFact
from callcenter.floor.floor import Floor
from callcenter.live import checkpoint

HERE = Path(__file__).parent
STREAMS = ("filtered", "situations", "restarts", "scenes", "busy")
DIRECTORY = DirectoryChanged(
    "pbx1",
    0.0,
    tuple(AgentEntry(str(number), f"Agent {number}", "team", f"PJSIP/{number}") for number in range(1001, 1059)),
    (QueueRules("support", wrap_up_seconds=3), QueueRules("sales", wrap_up_seconds=2)),
)


class Saved(NamedTuple):
    """What a checkpoint holds."""

    site: bytes
    memory: Memory
    position: Position


class Server:
    """The floor of one PBX, what it told, and the journal that it keeps."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.floor = Floor()
        self.facts: list[AnyFact] = []
        self.intake = Intake("pbx1", self._happened)
        self._journal = journal

    def hear(self, data: bytes) -> None:
        """AMI says something; then the clock ticks, as old as what was heard."""
        self.intake.feed(data, self._journal.append if self._journal else None)
        site = self.floor.sites["pbx1"]
        due_at = site.fell_due_at(site.now + 0.7)
        if due_at is not None:
            self.tell(Ticked("pbx1", due_at))

    def tell(self, event: marks.Told) -> None:
        """Something that no PBX says."""
        if self._journal:
            self._journal.append(marks.told(event))
        self._happened(event)

    def _happened(self, event: AnyEvent) -> None:
        self.facts += self.floor.apply(event).facts

    def save(self) -> Saved | None:
        """A checkpoint, where there may be one."""
        memory = self.intake.memory
        position = self._journal.position if self._journal else Position("", 0)
        if memory is None or position is None:
            return None
        return Saved(checkpoint.frozen(self.floor.sites["pbx1"]).packed(), memory, position)

    def restore(self, saved: Saved) -> "Server":
        """Goes on from a checkpoint."""
        self.floor.sites["pbx1"] = checkpoint.thawed(saved.site, "pbx1")
        self.intake.memory = saved.memory
        return self


@cache
def messages(stream: str) -> list[bytes]:
    return [message + END for message in gzip.decompress((HERE / f"{stream}.ami.gz").read_bytes()).split(END)[:-1]]


@cache
def whole(stream: str) -> tuple[list[AnyFact], Entities]:
    """Facts and snapshot of the run that nothing interrupts."""
    server = Server()
    server.tell(DIRECTORY)
    for message in messages(stream):
        server.hear(message)
    return server.facts, server.floor.snapshot()


def keyed(facts: list[AnyFact]) -> Iterator[tuple[object, ...]]:
    return ((type(fact), *(getattr(fact, name) for name in fact.key)) for fact in facts)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_floor_put_away_and_taken_out_again_and_again_tells_the_same(stream: str) -> None:
    facts: list[AnyFact] = []
    server, restarts = Server(), 0
    server.tell(DIRECTORY)
    for number, message in enumerate(messages(stream)):
        server.hear(message)
        saved = server.save() if number % 7 == 0 else None
        if saved is not None:
            facts += server.facts
            server, restarts = Server().restore(saved), restarts + 1
    assert restarts > 100
    assert (facts + server.facts, server.floor.snapshot()) == whole(stream)


@pytest.mark.parametrize("stream", STREAMS)
@settings(max_examples=5, deadline=None)
@given(share=st.floats(0.01, 0.99), behind=st.integers(0, 400))
def test_what_a_crash_took_is_read_back_from_the_journal(
    stream: str, share: float, behind: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Killed at any message, with the last checkpoint any number of messages before."""
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, "pbx1", clock=lambda: 1_800_000_000.0)
    server, heard = Server(journal), messages(stream)
    server.tell(DIRECTORY)
    killed_at = int(share * len(heard))
    saved: Saved | None = None
    for number, message in enumerate(heard[:killed_at]):
        server.hear(message)
        if number <= max(0, killed_at - behind) or saved is None:
            saved = server.save() or saved
    if saved is None or server.save() is None:
        journal.close()
        return  # nothing to go on from, or killed in a survey: then the next connection begins with another one
    again = Server().restore(saved)
    for piece in read_from(journal.folder, saved.position):
        again.intake.feed(piece)
    journal.close()
    assert again.floor.snapshot() == server.floor.snapshot()
    for message in heard[killed_at:]:
        again.hear(message)
    facts, snapshot = whole(stream)
    assert again.floor.snapshot() == snapshot
    # Told twice is told once: the same keys, and the same values under them.
    assert dict(zip(keyed(server.facts + again.facts), server.facts + again.facts, strict=True)) == dict(
        zip(keyed(facts), facts, strict=True)
    )
    assert again.facts == facts[len(facts) - len(again.facts) :]
