"""What one event changed: the entities to look at again, the facts that ended, and what was not expected."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct

from callcenter.floor.facts import AnyFact
from callcenter.floor.terms import CallId, Instant, PbxName

Key = tuple[str, str]
"""Kind and id of an entity of the live feed (docs/api.md): ("seats", "pbx1/PJSIP/1001")."""

View = dict[str, Any]
Entities = dict[str, dict[str, View]]


class Surprise(Struct, frozen=True):
    """Something that the model did not expect. Asterisk is right; this is kept so that the model can be mended."""

    pbx: PbxName
    at: Instant
    expected: str
    came: str
    call_id: CallId | None = None


class Changes:
    """Collects what an event did: `touched` entities, `facts` in the order in which they ended, `surprises`."""

    __slots__ = ("facts", "surprises", "touched")

    def __init__(self) -> None:
        self.touched: set[Key] = set()
        self.facts: list[AnyFact] = []
        self.surprises: list[Surprise] = []


class Delta(Struct):
    """The difference between what was published and what is true: changed fields by kind and id, removed ids."""

    changed: Entities
    removed: dict[str, list[str]]

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


class Viewed(Protocol):
    """Whatever can show its entities as the feed does."""

    def view(self, key: Key) -> View | None:
        """The fields of an entity, None when it is not (or no longer) there."""
        ...


def publish(published: Entities, source: Viewed, touched: Iterable[Key]) -> Delta:
    """Brings `published` up to date with `source` where it was touched, and says what that changed.

    Old snapshot + delta = fresh snapshot: this is the only way in which `published` moves.
    """
    delta = Delta({}, {})
    for key in touched:
        kind, identity = key
        view = source.view(key)
        of_kind = published.setdefault(kind, {})
        if view is None:
            if of_kind.pop(identity, None) is not None:
                delta.removed.setdefault(kind, []).append(identity)
            continue
        changed = changed_fields(of_kind.get(identity), view)
        if changed:
            of_kind[identity] = view
            delta.changed.setdefault(kind, {})[identity] = changed
    return delta


def changed_fields(old: Mapping[str, Any] | None, new: View) -> View:
    """The fields of `new` that `old` has not, or has otherwise; all of them without an `old`."""
    if old is None:
        return new
    missing = object()
    return {name: value for name, value in new.items() if old.get(name, missing) != value}


def merged(entities: Entities, delta: Delta) -> Entities:
    """A client's view after a delta: what the panel does, here for the tests and for clients in Python."""
    result = {kind: dict(views) for kind, views in entities.items()}
    for kind, views in delta.changed.items():
        of_kind = result.setdefault(kind, {})
        for identity, fields in views.items():
            of_kind[identity] = of_kind.get(identity, {}) | fields
    for kind, identities in delta.removed.items():
        for identity in identities:
            result.get(kind, {}).pop(identity, None)
    return result
