"""The API's description as TypeScript: one type a schema, and what each route takes and answers (decision 62).

The panel's `ask` knows routes by what is written here (web/src/api/client.ts).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

HEAD = """/** Made from the server's own description of its API (`make client`); not to be edited, not kept. */
"""
PLAIN = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}
JSON = "application/json"
FORM = "multipart/form-data"


def types_of(described: Mapping[str, Any]) -> str:
    """The whole file. Raises ValueError for a schema that says something this does not know."""
    schemas = described["components"]["schemas"]
    parts = [HEAD, *(_declared(name, schema) for name, schema in sorted(schemas.items()))]
    routes = "\n".join(f"  {line}" for line in _routes(described["paths"]))
    return "\n".join((*parts, f"export interface Routes {{\n{routes}\n}}\n"))


def _declared(name: str, schema: Schema) -> str:
    said = _said(schema)
    if "properties" in schema:
        return f"{said}export interface {_named(name)} {_object(schema)}\n"
    return f"{said}export type {_named(name)} = {type_of(schema)};\n"


def _said(schema: Schema, indent: str = "") -> str:
    words = schema.get("description", "").replace("*/", "*\\/").replace("\n", f"\n{indent} * ")
    return f"{indent}/** {words} */\n" if words else ""


def _named(name: str) -> str:
    return name.replace("-", "")


def type_of(schema: Schema) -> str:
    """A type in the words of TypeScript."""
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(type_of(each) for each in schema[several]))
    if "allOf" in schema:
        return " & ".join(type_of(each) for each in schema["allOf"])
    return _of_kind(schema)


def _of_kind(schema: Schema) -> str:
    kind = schema.get("type")
    if kind is None:
        return "unknown"
    if kind == "array":
        return _array(schema)
    if kind == "object":
        return _object(schema)
    if schema.get("format") == "binary" or "contentMediaType" in schema:
        return "Blob"
    if kind not in PLAIN:
        raise ValueError(f"no type for {schema}")
    return PLAIN[kind]


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_of(item) for item in schema['prefixItems'])}]"
    item = type_of(schema.get("items", {}))
    return f"({item})[]" if " " in item and not item.startswith("{") else f"{item}[]"


def _object(schema: Schema) -> str:
    if "properties" not in schema:
        values = schema.get("additionalProperties", True)
        known = schema.get("propertyNames", {})
        kept = "string" if "$ref" not in known and "enum" not in known else type_of(known)
        record = f"Record<{kept}, {type_of(values) if isinstance(values, Mapping) else 'unknown'}>"
        return record if kept == "string" else f"Partial<{record}>"
    required = schema.get("required", ())
    lines = []
    for name, value in schema["properties"].items():
        mark = "" if name in required else "?"
        lines.append(f"{_said(value, '  ')}  {_key(name)}{mark}: {type_of(value)};")
    return "{\n" + "\n".join(lines) + "\n}"


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _routes(paths: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in sorted(paths.items()):
        for method, operation in operations.items():
            yield f"/** {operation['summary']} */"
            yield f"{json.dumps(f'{method.upper()} {path}')}: {{ {' '.join(_parts(operation))} }};"


def _parts(operation: Schema) -> Iterator[str]:
    for where in ("path", "query"):
        asked = [one for one in operation.get("parameters", ()) if one["in"] == where]
        if asked:
            is_optional = not any(one.get("required") for one in asked)
            yield f"{where}{'?' if is_optional else ''}: {{ {' '.join(map(_parameter, asked))} }};"
    body = operation.get("requestBody")
    if body is not None:
        yield f"body{'' if body.get('required') else '?'}: {_body(body['content'])};"
    yield f"answer: {_answer(operation['responses'])};"


def _parameter(one: Schema) -> str:
    """In an address a number is as good as its digits, and what is empty is left out."""
    wanted = type_of(one["schema"])
    kinds = list(dict.fromkeys(wanted.split(" | ")))
    if "number" in kinds and "string" not in kinds:
        kinds.append("string")
    is_left_out = one["in"] == "query" and not one.get("required")
    if is_left_out:
        kinds += [empty for empty in ("null", '""') if empty not in kinds]
    return f"{_key(one['name'])}{'?' if is_left_out else ''}: {' | '.join(kinds)};"


def _body(content: Mapping[str, Any]) -> str:
    return type_of(content[JSON]["schema"]) if JSON in content else "FormData" if FORM in content else "Blob"


def _answer(responses: Mapping[str, Any]) -> str:
    answers = [answer for status, answer in responses.items() if status.startswith("2")]
    told = dict.fromkeys(
        type_of(kind["schema"]) if name == JSON else "Blob"
        for answer in answers
        for name, kind in answer.get("content", {}).items()
    )
    return " | ".join(told) or "undefined"
