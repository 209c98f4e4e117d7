"""Units and examples for the API's description: they follow from the names of fields, which say what is in them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

Schema = dict[str, Any]
Schemas = Mapping[str, Schema]

MONDAY_NOON = 1_772_452_800.0
INSTANTS = ("at", "since", "until", "from", "to", "start", "end", "now")
UNITS = (
    (re.compile(r"^(talk|hold|talk_over)_(from|to)$"), "Seconds.", 42.5),
    (re.compile(rf"(^|_)({'|'.join(INSTANTS)})$"), "An instant: seconds since 1970-01-01 UTC.", MONDAY_NOON),
    (re.compile(r"(^|_)seconds$"), "Seconds.", 42.5),
    (re.compile(r"_rate$"), "A share, 0-1.", 0.85),
    (re.compile(r"(^|_)(bytes|size)$"), "Bytes.", 48_000),
)
"""Fields that are numbers: how they are called, their unit, and an example."""

WORDS = {
    "number": "+8613800138000",
    "caller_number": "+8613800138000",
    "agent_number": "1001",
    "agent": "1001",
    "agent_name": "Li Na",
    "team": "North",
    "queue": "support",
    "pbx": "pbx1",
    "interface": "PJSIP/1001",
    "call_id": "1772452790.12",
    "username": "ada",
    "name": "Ada",
    "day": "2026-03-02",
    "date": "2026-03-02",
    "time": "09:00",
    "timezone": "Asia/Shanghai",
    "from": "2026-03-02",
    "to": "2026-03-03",
    "compare": "previous",
    "figure": "offered",
    "figures": "offered",
    "cursor": "MTc3MjQ1MjgwMC4wIDEy",
    "who": "ada",
    "reviewer": "ada",
    "owner": "ada",
    "act": "list.start",
    "ticket": "T-1234",
    "path": "2026/03/02/call.wav",
    "play": "6f1c2b9e-8d4a-4f0b-9a63-2f7f5c1d0e11",
    "Idempotency-Key": "order-4711",
    "webhook-timestamp": "1772452800",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
}
OTHERS = ("words", "1001", "09:00", "2026-03-02", "CN", "+8613800138000", "a" * 16, "a" * 64)
"""For texts of a form of their own: the first that has it."""
DEEPEST = 12


def add_units(schemas: Schemas) -> None:
    """Says of each number whose name tells it, and of which nothing is said, what its unit is."""
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            if "description" not in field and _is_number(field):
                words = [words for pattern, words, _ in UNITS if pattern.search(name)]
                field |= {"description": words[0]} if words else {}


def add_examples(operation: Schema, schemas: Schemas) -> None:
    """An example of each parameter and of what else an operation takes, and of what it answers."""
    if "parameters" in operation:
        told = operation["parameters"]
        operation["parameters"] = [one | {"example": example_of(one["schema"], schemas, one["name"])} for one in told]
    for content in _contents(operation):
        told = content.get("application/json")
        if told is not None:
            told["example"] = example_of(told["schema"], schemas)


def _contents(operation: Schema) -> Iterator[Schema]:
    yield operation.get("requestBody", {}).get("content", {})
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield answer.get("content", {})


def example_of(schema: Schema, schemas: Schemas, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows; `name` is that of the field."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return example_of(schema[several][0], schemas, name, depth)
    return _of_kind(schema, schemas, name, depth)


def _of_kind(schema: Schema, schemas: Schemas, name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            return _array(schema, schemas, name, depth)
        case "string":
            return _text(schema, name)
        case "integer" | "number" as kind:
            return _number(schema, name, kind)
        case "boolean":
            return True
    return None


def _object(schema: Schema, schemas: Schemas, depth: int) -> Schema:
    if "properties" in schema:
        return {name: example_of(field, schemas, name, depth + 1) for name, field in schema["properties"].items()}
    values = schema.get("additionalProperties", True)
    if not isinstance(values, dict) or depth > DEEPEST:
        return {}
    key = example_of(schema.get("propertyNames", {"const": "support"}), schemas, "", depth)
    return {key: example_of(values, schemas, "", depth + 1)}


def _array(schema: Schema, schemas: Schemas, name: str, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(item, schemas, name, depth + 1) for item in schema["prefixItems"]]
    one = example_of(schema.get("items", {}), schemas, name.removesuffix("s"), depth + 1)
    return [one] if depth <= DEEPEST else []


def _text(schema: Schema, name: str) -> str:
    usual = schema.get("default") or WORDS.get(name, name or OTHERS[0])
    return next((text for text in (usual, *OTHERS) if _fits(text, schema)), OTHERS[0])


def _fits(text: str, schema: Schema) -> bool:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        return False
    with suppress(re.error):  # what Python's own expressions do not know
        return re.search(schema.get("pattern", ""), text) is not None
    return True


def _number(schema: Schema, name: str, kind: str) -> float:
    by_name = next((value for pattern, _, value in UNITS if pattern.search(name)), 1)
    known: float = schema.get("default", by_name)
    least: float = schema["minimum"] if "minimum" in schema else schema.get("exclusiveMinimum") or known
    most: float = schema.get("maximum", known)
    value = min(max(known, least), most)
    return int(value) if kind == "integer" else float(value)


def _is_number(field: Schema) -> bool:
    kinds = [field, *field.get("anyOf", ())]
    return any(each.get("type") in ("number", "integer") for each in kinds)
