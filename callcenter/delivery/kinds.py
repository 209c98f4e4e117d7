"""What a webhook can be told: each kind of event, with the type of what is told.

Whoever posts an event gives a payload of its kind's type, which the type checker holds him to; the API's description is
made of the same type. So the two cannot disagree.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Generic, Literal, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, create_model
from typing_extensions import TypedDict

from callcenter.floor.terms import Instant

Payload = TypeVar("Payload")


@dataclass(frozen=True)
class EventKind(Generic[Payload]):
    """A kind of event: its name (`call.ended`), and the type of its `data`, whose docstring says when it is told."""

    name: str
    told: type[Payload]

    @property
    def words(self) -> str:
        """What the event is, as the description says it."""
        return getdoc(self.told) or ""


AnyKind = EventKind[Any]


class TestTold(TypedDict):
    """Somebody tests a webhook, by its name; told to that one alone."""

    webhook: str


TEST = EventKind("test", TestTold)


def describe_events(hooks: APIRouter, kinds: Iterable[AnyKind]) -> None:
    """Has the description tell of each kind what a receiver is posted."""
    for kind in kinds:
        hooks.add_api_route(kind.name, _receiving(kind), methods=["POST"], description=kind.words)


def _receiving(kind: AnyKind) -> Callable[..., None]:
    def receive(event: Any) -> None:
        """Never called: it stands for the receiver's route."""

    receive.__annotations__["event"] = _event_of(kind)
    return receive


def _event_of(kind: AnyKind) -> type[BaseModel]:
    """The whole body: `{"type": KIND, "at": INSTANT, "data": {…}}`."""
    name = "".join(word.title() for word in kind.name.replace("_", ".").split("."))
    fields: dict[str, Any] = {"type": (Literal[kind.name], ...), "at": (Instant, ...), "data": (kind.told, ...)}
    return create_model(f"{name}Event", __doc__=kind.words, __module__=__name__, **fields)
