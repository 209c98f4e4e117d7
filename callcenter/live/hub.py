"""The hub: turns what changed into numbered frames, made once and given to every client's bounded mailbox."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Protocol

import msgspec

from callcenter.floor.changes import Changes, Delta, Entities, Key, View
from callcenter.floor.changes import publish as bring_up_to_date
from callcenter.floor.events import AnyEvent
from callcenter.floor.floor import GAUGES, Floor
from callcenter.floor.terms import PbxName, Seconds

FRAME_SECONDS = 0.1
"""At most one delta in this time (docs/api.md)."""

HEARTBEAT_SECONDS = 5.0

KEPT_FRAMES = 600
"""A client that comes back within a minute of busy traffic gets what it missed instead of a snapshot."""

_encode = msgspec.json.Encoder().encode
_OF_SEATS, _OF_QUEUES = "listenings", "figures"
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


Follower = Callable[[Iterable[Key]], None]

Sieve = Callable[[str, str, View], View | None]
"""What a scope may see of an entity, by its kind, id and fields: all, some of its fields, or None."""


class Mailbox(Protocol):
    """Where a client's frames go. It never blocks: `deliver` says False when the frame did not fit."""

    @property
    def has_room(self) -> bool:
        """Whether the next frame would be taken."""
        ...

    def deliver(self, frame: bytes) -> bool:
        """Takes a whole websocket frame, or refuses it because too much is waiting already."""
        ...


class Feed:
    """Numbered frames for clients: `published` moves by deltas only, so that old snapshot + deltas = fresh snapshot.

    Joining takes the snapshot and registers the mailbox in one turn of the loop: nothing twice, nothing missed.
    """

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(4)
        self.seq = 0
        self.published: Entities = {}
        self._mailboxes: dict[Mailbox, bool] = {}
        self._backlog: deque[tuple[int, bytes]] = deque(maxlen=KEPT_FRAMES)
        self._snapshot: bytes | None = None

    def numbered(self, delta: Delta) -> bytes | None:
        """The next frame, of what `published` has just been brought up to date with; None when that is nothing."""
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

    def deliver(self, frame: bytes) -> None:
        """Gives a frame to every client."""
        # Who was left behind costs nothing until there is room again: a snapshot is not made in vain.
        for mailbox, is_current in self._mailboxes.items():
            if is_current:
                self._mailboxes[mailbox] = mailbox.deliver(frame)
            elif mailbox.has_room:
                self._mailboxes[mailbox] = mailbox.deliver(self.snapshot_frame())

    def beat(self, ages: Mapping[PbxName, Seconds | None]) -> None:
        """Sends a heartbeat; a client left behind gets its snapshot then."""
        self.deliver(text_frame(_encode({"type": "heartbeat", "at": time.time(), "seq": self.seq, "links": ages})))

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


class Branch(Feed):
    """What clients of one scope see of the hub: each entity as `sieve` lets it through."""

    def __init__(self, hub: "Hub", sieve: Sieve) -> None:
        super().__init__()
        self._hub, self._sieve = hub, sieve
        keys = [(kind, identity) for kind, views in hub.published.items() for identity in views]
        bring_up_to_date(self.published, self, keys)

    def relay(self, touched: Iterable[Key]) -> None:
        """The hub published something about these entities."""
        frame = self.numbered(bring_up_to_date(self.published, self, touched))
        if frame is not None:
            self.deliver(frame)

    def view(self, key: Key) -> View | None:
        """The fields of an entity that this scope may see."""
        fields = self._hub.published.get(key[0], {}).get(key[1])
        return None if fields is None else self._sieve(key[0], key[1], fields)


class Hub(Feed):
    """The whole feed; branches show a part of it to those who may not see everything."""

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self._floor = floor
        self._others: dict[Key, View | None] = {}
        self._viewers: dict[str, Viewer] = {}
        self._branches: dict[str, Branch] = {}
        self._followers: list[Follower] = []
        self._touched: set[Key] = set()
        self._flush_timer: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0
        self.take(floor.snapshot())

    def take(self, entities: Entities) -> None:
        """Publishes whole entities at once (at start)."""
        for kind, views in entities.items():
            self.published.setdefault(kind, {}).update(views)
        self._snapshot = None

    def branch(self, scope: str, sieve: Sieve) -> Branch:
        """The feed of a scope, made when its first client comes; `drop` it when the last one has left."""
        found = self._branches.get(scope)
        if found is None:
            found = self._branches[scope] = Branch(self, sieve)
        return found

    def drop(self, scope: str) -> None:
        """Forgets the feed of a scope, unless somebody still listens to it."""
        if scope in self._branches and not self._branches[scope].clients:
            del self._branches[scope]

    def on_changes(self, event: AnyEvent, changes: Changes) -> None:
        """A listener of the keeper."""
        if changes.touched or changes.surprises:
            self._will_publish({*changes.touched, GAUGES} if changes.surprises else changes.touched)

    def show(self, kind: str, viewer: Viewer) -> None:
        """Says who shows the entities of a kind that is not of the floor: asked only when a frame is made."""
        self._viewers[kind] = viewer

    def put(self, kind: str, identity: str, fields: View | None) -> None:
        """Publishes an entity that is not of the floor (figures, lists); None removes it."""
        key = (kind, identity)
        self._others[key] = fields
        self.touch((key,))

    def touch(self, keys: Iterable[Key]) -> None:
        """Says that these entities, which are not of the floor, may have changed: the next frame tells it."""
        keys = tuple(keys)
        self._will_publish(keys)
        for follower in self._followers:
            follower(keys)

    def follow(self, follower: Follower) -> None:
        """Tells somebody, at once, whenever entities that are not of the floor may have changed."""
        self._followers.append(follower)

    def _will_publish(self, keys: Iterable[Key]) -> None:
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
            self.deliver(frame)

    def next_frame(self) -> bytes | None:
        """The frame of all that was touched since the last one; None when nothing a client can see has changed."""
        touched, self._touched = self._touched, set()
        if any(kind in _GAUGED for kind, _ in touched):
            touched.add(GAUGES)
        delta = bring_up_to_date(self.published, self, touched)
        if delta:
            seen_otherwise = touched | self._seen_by(touched) if self._branches else touched
            for branch in self._branches.values():
                branch.relay(seen_otherwise)
        return self.numbered(delta)

    def _seen_by(self, touched: Set[Key]) -> set[Key]:
        """What a scope sees by what was touched, and has to be let through anew: who listens to a seat goes with it."""
        heard = self.published.get(_OF_SEATS, {})
        of_seats = {
            (_OF_SEATS, identity)
            for identity, fields in heard.items()
            if ("seats", f"{fields['pbx']}/{fields['interface']}") in touched
        }
        return of_seats | {(_OF_QUEUES, identity) for kind, identity in touched if kind == "queues"}

    def view(self, key: Key) -> View | None:
        """The fields of any entity, of the floor or put by others."""
        if key in self._others:
            fields = self._others[key]
            if fields is None:
                del self._others[key]
            return fields
        viewer = self._viewers.get(key[0])
        return viewer(key[1]) if viewer else self._floor.view(key)

    async def heartbeat(self, link_ages: LinkAges) -> None:
        """Sends a heartbeat every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            ages = link_ages()
            for feed in (self, *self._branches.values()):
                feed.beat(ages)
