"""The hub: turns what changed into numbered frames, made once and given to every client's bounded mailbox."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import msgspec

from callcenter.floor.changes import Changes, Entities, Key, View
from callcenter.floor.changes import publish as bring_up_to_date
from callcenter.floor.events import AnyEvent, PbxName, Seconds
from callcenter.floor.floor import GAUGES, Floor

FRAME_SECONDS = 0.1
"""At most one delta in this time (docs/api.md)."""

HEARTBEAT_SECONDS = 5.0

KEPT_FRAMES = 600
"""A client that comes back within a minute of busy traffic gets what it missed instead of a snapshot."""

_encode = msgspec.json.Encoder().encode
_GAUGED = frozenset({"seats", "queues", "visits"})


def text_frame(payload: bytes) -> bytes:
    """A whole unmasked websocket text frame (RFC 6455, section 5.2), as a server sends it to any number of clients."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


Viewer = Callable[[str], View | None]
"""Gives the fields of one entity of a kind by its id, None when there is none."""


LinkAges = Callable[[], Mapping[PbxName, Seconds | None]]
"""How long ago each PBX was last heard; None for one never heard."""


class Mailbox(Protocol):
    """Where a client's frames go. It never blocks: `deliver` says False when the frame did not fit."""

    @property
    def has_room(self) -> bool:
        """Whether the next frame would be taken."""
        ...

    def deliver(self, frame: bytes) -> bool:
        """Takes a whole websocket frame, or refuses it because too much is waiting already."""
        ...


class Hub:
    """What clients see: `published` moves by deltas only, so that old snapshot + deltas = fresh snapshot.

    Joining takes the snapshot and registers the mailbox in one turn of the loop: nothing twice, nothing missed.
    """

    def __init__(self, floor: Floor) -> None:
        self.epoch = secrets.token_hex(4)
        self.seq = 0
        self.published: Entities = {}
        self._floor = floor
        self._others: dict[Key, View | None] = {}
        self._viewers: dict[str, Viewer] = {}
        self._touched: set[Key] = set()
        self._mailboxes: dict[Mailbox, bool] = {}
        self._backlog: deque[tuple[int, bytes]] = deque(maxlen=KEPT_FRAMES)
        self._snapshot: bytes | None = None
        self._flush_timer: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0
        self.take(floor.snapshot())

    def take(self, entities: Entities) -> None:
        """Publishes whole entities at once (at start)."""
        for kind, views in entities.items():
            self.published.setdefault(kind, {}).update(views)
        self._snapshot = None

    def on_changes(self, event: AnyEvent, changes: Changes) -> None:
        """A listener of the keeper."""
        if changes.touched or changes.surprises:
            self.touch({*changes.touched, GAUGES} if changes.surprises else changes.touched)

    def show(self, kind: str, viewer: Viewer) -> None:
        """Says who shows the entities of a kind that is not of the floor: asked only when a frame is made."""
        self._viewers[kind] = viewer

    def put(self, kind: str, identity: str, fields: View | None) -> None:
        """Publishes an entity that is not of the floor (figures, lists); None removes it."""
        key = (kind, identity)
        self._others[key] = fields
        self.touch((key,))

    def touch(self, keys: Iterable[Key]) -> None:
        """Says that these entities may have changed: the next frame tells it."""
        self._touched.update(keys)
        if self._flush_timer is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._flushed_at + FRAME_SECONDS - loop.time())
            self._flush_timer = loop.call_later(wait, self.flush)

    def flush(self) -> None:
        """Makes one delta of all that was touched and delivers it."""
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
            self._flushed_at = asyncio.get_running_loop().time()
        frame = self.next_frame()
        if frame is not None:
            self._deliver(frame)

    def next_frame(self) -> bytes | None:
        """The frame of all that was touched since the last one; None when nothing a client can see has changed."""
        touched, self._touched = self._touched, set()
        if any(kind in _GAUGED for kind, _ in touched):
            touched.add(GAUGES)
        delta = bring_up_to_date(self.published, self, touched)
        if not delta:
            return None
        self.seq += 1
        self._snapshot = None
        message: dict[str, Any] = {
            "type": "delta",
            "seq": self.seq,
            "at": time.time(),
            "changed": delta.changed,
            "removed": delta.removed,
        }
        frame = text_frame(_encode(message))
        self._backlog.append((self.seq, frame))
        return frame

    def view(self, key: Key) -> View | None:
        """The fields of any entity, of the floor or put by others."""
        if key in self._others:
            fields = self._others[key]
            if fields is None:
                del self._others[key]
            return fields
        viewer = self._viewers.get(key[0])
        return viewer(key[1]) if viewer else self._floor.view(key)

    def _deliver(self, frame: bytes) -> None:
        # Who was left behind costs nothing until there is room again: a snapshot is not made in vain.
        for mailbox, is_current in self._mailboxes.items():
            if is_current:
                self._mailboxes[mailbox] = mailbox.deliver(frame)
            elif mailbox.has_room:
                self._mailboxes[mailbox] = mailbox.deliver(self.snapshot_frame())

    def snapshot_frame(self) -> bytes:
        """Everything published, as one frame; made once for all who join between two deltas."""
        if self._snapshot is None:
            message = {
                "type": "snapshot",
                "epoch": self.epoch,
                "seq": self.seq,
                "at": time.time(),
                "entities": self.published,
            }
            self._snapshot = text_frame(_encode(message))
        return self._snapshot

    def join(self, mailbox: Mailbox, epoch: str = "", seq: int = -1) -> None:
        """Registers a client: what it missed since `seq` of this `epoch` where that is still kept, else a snapshot."""
        missed = self._missed(epoch, seq)
        frames = [self.snapshot_frame()] if missed is None else missed
        self._mailboxes[mailbox] = all(mailbox.deliver(frame) for frame in frames)

    def _missed(self, epoch: str, seq: int) -> list[bytes] | None:
        if epoch != self.epoch or not 0 <= seq <= self.seq:
            return None
        frames = [frame for number, frame in self._backlog if number > seq]
        return frames if len(frames) == self.seq - seq else None

    def leave(self, mailbox: Mailbox) -> None:
        """Forgets a client."""
        self._mailboxes.pop(mailbox, None)

    @property
    def clients(self) -> int:
        """How many clients are joined."""
        return len(self._mailboxes)

    async def beat(self, link_ages: LinkAges) -> None:
        """Sends a heartbeat every few seconds, until cancelled; a client left behind gets its snapshot then."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            beat = {"type": "heartbeat", "at": time.time(), "seq": self.seq, "links": link_ages()}
            self._deliver(text_frame(_encode(beat)))
