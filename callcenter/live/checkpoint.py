"""Checkpoints: the floor of one PBX as it was at a position of its journal, in a file that a start continues from.

A file is a line of JSON, readable by itself, and a pickle, from which nothing but the floor's own records can be made:
of the site, with numbers in the place of its members, and those members in MessagePack.
"""

import contextlib
import copyreg
import dataclasses
import gc
import hashlib
import importlib
import inspect
import io
import logging
import operator
import os
import pickle
import pkgutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from typing_extensions import override

from callcenter import floor
from callcenter.errors import CallCenterError
from callcenter.floor.events import Member
from callcenter.floor.facts import Fact
from callcenter.floor.site import Ended, Site
from callcenter.floor.terms import Instant, PbxName

log = logging.getLogger(__name__)

FORMAT = 2
_PROTOCOL = 5


class Unusable(CallCenterError):
    """A checkpoint that cannot be continued from: torn, foreign, or of another version's floor."""

    code = "unusable_checkpoint"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint is: of whom, when (wall clock), and where in the journal.

    `clock`, `given_up` and `is_first` are what the intake must know. `fingerprint` is that of the floor's records,
    `digest` of the pickle behind this line: `write` sets them.
    """

    format: int = FORMAT
    pbx: PbxName
    at: Instant
    day: str
    offset: int
    clock: Instant
    given_up: str
    is_first: bool
    fingerprint: str = ""
    digest: str = ""


class Checkpoint(msgspec.Struct, frozen=True):
    """A checkpoint that was read back."""

    header: Header
    site: Site


def path_of(folder: Path, pbx: PbxName) -> Path:
    """Where the newest checkpoint of a PBX is; the one before stands beside it."""
    return folder / f"{pbx}.checkpoint"


def previous(path: Path) -> Path:
    """The checkpoint before this one."""
    return path.with_suffix(".previous")


# --- writing ----------------------------------------------------------------------------------------------------


class Frozen(msgspec.Struct, frozen=True):
    """A site as it was at one moment. Its members never change: they can be encoded afterwards, by another thread."""

    site: bytes
    members: list[Member]

    def packed(self) -> bytes:
        """The body of a checkpoint."""
        return pickle.dumps((msgspec.msgpack.encode(self.members), self.site), _PROTOCOL)


def frozen(site: Site) -> Frozen:
    """The site as it is now. This is the only part that keeps the loop waiting (`make bench`, restart)."""
    members: list[Member] = []

    def set_aside(member: Member) -> tuple[Any, ...]:
        members.append(member)
        return _member, (len(members) - 1,)

    return Frozen(_pickled(site, {**_reducers(), Member: set_aside}), members)


def _pickled(site: Site, reducers: dict[type, Callable[[Any], tuple[Any, ...]]]) -> bytes:
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, _PROTOCOL)
    pickler.dispatch_table = reducers
    was_collecting = gc.isenabled()
    # What a pickler makes on its way is no garbage yet: looking for some doubles the time.
    gc.disable()
    try:
        pickler.dump(site)
    finally:
        if was_collecting:
            gc.enable()
    return buffer.getvalue()


def write(folder: Path, header: Header, body: bytes) -> None:
    """Puts a checkpoint in the place of the last one, which is kept as the second chance. Raises OSError."""
    path = path_of(folder, header.pbx)
    header = replace(header, fingerprint=fingerprint(), digest=_digest(body))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(prefix=f"{path.stem}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(header) + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            path.replace(previous(path))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- reading ----------------------------------------------------------------------------------------------------


def header_of(path: Path) -> Header:
    """The first line of a checkpoint. Raises Unusable, FileNotFoundError."""
    with path.open("rb") as file:
        return _header(path, file.readline(1 << 16))


def load(path: Path) -> Checkpoint:
    """A checkpoint made by a floor of the same records. Raises Unusable, FileNotFoundError."""
    line, _, body = path.read_bytes().partition(b"\n")
    header = _header(path, line)
    if (header.format, header.fingerprint) != (FORMAT, fingerprint()):
        raise Unusable(f"{path} was written by another version")
    if header.digest != _digest(body):
        raise Unusable(f"{path} is damaged")
    try:
        return Checkpoint(header, thawed(body, header.pbx))
    except Unusable as error:
        raise Unusable(f"{path}: {error.message}") from error


def thawed(body: bytes, pbx: PbxName) -> Site:
    """The site that was `frozen`. Raises Unusable."""
    try:
        packed, site = _Unpickler(io.BytesIO(body)).load()
        members = msgspec.msgpack.decode(packed, type=list[Member])
        site = _Unpickler(io.BytesIO(site), members).load()
    except Exception as error:
        raise Unusable(f"what it holds cannot be read: {error}") from error
    if not isinstance(site, Site) or site.pbx != pbx:
        raise Unusable(f"what it holds is not the floor of {pbx}")
    return site


def newest(folder: Path, pbx: PbxName) -> Checkpoint | None:
    """The newest checkpoint of a PBX that can be continued from; what is wrong with another is logged."""
    path = path_of(folder, pbx)
    for candidate in (path, previous(path)):
        try:
            return load(candidate)
        except FileNotFoundError:
            continue
        except (Unusable, OSError) as error:
            log.warning("A checkpoint is passed over: %s", error)
    return None


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _header(path: Path, line: bytes) -> Header:
    try:
        return msgspec.json.decode(line, type=Header)
    except msgspec.MsgspecError as error:
        raise Unusable(f"{path} is no checkpoint of this program: {error}") from error


class _Unpickler(pickle.Unpickler):
    """Makes records of the floor, and nothing else."""

    def __init__(self, file: io.BytesIO, members: Sequence[Member] = ()) -> None:
        super().__init__(file)
        self._members = members

    @override
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (__name__, _member.__name__):
            return self._members.__getitem__
        found = _known().get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong in a checkpoint")
        return found


# --- the records of the floor -----------------------------------------------------------------------------------


@cache
def _records() -> tuple[type, ...]:
    """Every class of the floor."""
    modules = [
        importlib.import_module(f"{floor.__name__}.{entry.name}") for entry in pkgutil.iter_modules(floor.__path__)
    ]
    return tuple(kind for module in modules for _, kind in sorted(_classes(module)))


def _classes(module: Any) -> Iterator[tuple[str, type]]:
    return (
        (name, kind) for name, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
    )


@cache
def fingerprint() -> str:
    """Changes whenever a record of the floor gets other fields or values."""
    shapes = [f"{kind.__module__}.{kind.__qualname__}({_shape(kind)})" for kind in _records()]
    return hashlib.sha256("\n".join(shapes).encode()).hexdigest()[:16]


def _shape(kind: type) -> str:
    if issubclass(kind, Enum):
        return ",".join(str(member.value) for member in kind)
    return ",".join(f"{name}:{hint}" for name, hint in vars(kind).get("__annotations__", {}).items())


@cache
def _known() -> dict[tuple[str, str], Any]:
    """What a checkpoint may name: the floor's classes, and what they are put together with again."""
    known: tuple[Any, ...] = (*_records(), deque, _fill, _rebuilt, _remembered)
    return {(one.__module__, one.__qualname__): one for one in known}


@cache
def _reducers() -> dict[type, Callable[[Any], tuple[Any, ...]]]:
    """How a record is taken apart: its values at once, which is half the time of pickle's own way by names."""
    table: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
    table |= {kind: _reducer(kind) for kind in _records() if dataclasses.is_dataclass(kind)}
    table |= {kind: _fact_reducer(kind) for kind in _records() if issubclass(kind, Fact)}
    table[Ended] = lambda ended: (_remembered, ("\n".join(ended),))
    return table


def _reducer(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    values_of, made = _values_of(_names(kind)), (kind,)
    return lambda record: (copyreg.__newobj__, made, values_of(record), None, None, _fill)  # type: ignore[attr-defined]


def _fact_reducer(kind: type[Fact]) -> Callable[[Any], tuple[Any, ...]]:
    values_of = _values_of(kind.__struct_fields__)
    return lambda fact: (_rebuilt, (kind, values_of(fact)))


def _values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Gives the values of a record by these names."""
    getter = operator.attrgetter(*names)
    # Of one name, attrgetter gives the bare value.
    return getter if len(names) > 1 else lambda record: (getter(record),)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _fill(record: Any, values: tuple[Any, ...]) -> None:
    for name, value in zip(_names(record.__class__), values, strict=True):
        setattr(record, name, value)


def _rebuilt(kind: type[Fact], values: tuple[Any, ...]) -> Fact:
    return kind(**dict(zip(kind.__struct_fields__, values, strict=True)))


def _member(number: int) -> Member:
    """Stands in the pickle of a site for the member of that number: the unpickler has them."""
    raise NotImplementedError


def _remembered(ids: str) -> Ended:
    return Ended(dict.fromkeys(ids.split("\n") if ids else ()))
