"""How plain values that are told are described where a Struct has their fields already (decision 62)."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct, structs
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema
from typing_extensions import TypedDict


class Like(NamedTuple):
    """`Annotated[dict[str, Any], Like(X)]`: an object with the fields of the Struct X, as `to_builtins` tells it.

    `name` is what it is called where that of the Struct says too little.
    """

    struct: type[Struct]
    name: str = ""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of those fields."""
        return handler.generate_schema(_object(self.struct, self.name or self.struct.__name__))


@cache
def _object(struct: type[Struct], name: str) -> Any:
    hints, config = get_type_hints(struct), struct.__struct_config__
    fields = {
        field.encode_name: _plain(hints[field.name])
        for field in structs.fields(struct)
        if not (config.omit_defaults and field.default is not NODEFAULT)
    }
    told = TypedDict(name, fields)  # type: ignore[misc]
    told.__doc__, told.__module__ = struct.__doc__, struct.__module__
    return told


def _plain(hint: Any) -> Any:
    """The same type for pydantic: every Struct in it is an object, and a tuple or a set of any length is a list."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return Annotated[dict[str, Any], Like(hint)]
    if origin is Annotated:
        return _plain(arguments[0])
    if origin is None or origin is Literal:
        return hint
    if origin in (Union, UnionType):
        return Union[tuple(_plain(each) for each in arguments)]  # noqa: UP007 - made of any number
    if origin is tuple and arguments[-1:] != (...,):
        return tuple[tuple(_plain(each) for each in arguments)]  # type: ignore[misc]
    if issubclass(origin, Mapping):
        return dict[_plain(arguments[0]), _plain(arguments[1])]  # type: ignore[misc]
    if issubclass(origin, Sequence | frozenset | set):
        return list[_plain(arguments[0])]  # type: ignore[misc]
    return hint
