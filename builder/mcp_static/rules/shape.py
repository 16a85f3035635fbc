"""Rules over the shape of the document: what the schema demands, and what the registry leaves out.

A part of the wrong JSON type breaks clients that read a whole page at once, so that is structural;
limits, patterns and allowed values are publish rules.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson
from pydantic_core import SchemaValidator, ValidationError

from mcp_static.api.entries import MAX_SERVER_BYTES, server_bytes
from mcp_static.model.faults import fault_in_words
from mcp_static.model.reading import every_value, part_of
from mcp_static.model.server import (
    MAX_PUBLISHER_META_BYTES,
    PUBLISHER_META,
    SCHEMA_TAGS,
    SERVER_DOCUMENT,
)
from mcp_static.model.spelling import meant_by
from mcp_static.model.strictjson import child_path
from mcp_static.model.terminal import quoted
from mcp_static.reports.findings import Level
from mcp_static.rules.fields import form_of, replaced_fields
from mcp_static.rules.rule import Applies, Breach, Record, Rule

_validate: Final = SchemaValidator(SERVER_DOCUMENT).validate_python
_TYPE_ERRORS: Final = frozenset(
    {"string_type", "list_type", "dict_type", "bool_type", "model_type", "model_attributes_type"}
)
_REQUIRED: Final = frozenset({("name",), ("description",), ("version",)})


def _faults(document: dict[str, Any]) -> list[tuple[bool, Breach]]:
    """Every fault pydantic finds, each with whether it is one of shape.

    A field that is there under another name is not missing; the rules over names tell of it.
    """
    try:
        _validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=True)
        replaced = replaced_fields(document)
        told = ((_is_of_shape(fault), _breach(document, fault)) for fault in faults)
        return [(of_shape, breach) for of_shape, breach in told if breach.path not in replaced]
    return []


def _breach(document: dict[str, Any], fault: Any) -> Breach:
    path = _path(document, fault["loc"])
    if fault["type"] == "union_tag_not_found":
        path = child_path(path, "type")
    is_missing = fault["input"] is None or fault["type"] in {"missing", "union_tag_not_found"}
    kind = (
        "missing"
        if is_missing and fault["loc"] and isinstance(fault["loc"][-1], str)
        else fault["type"]
    )
    return Breach(path, _sentence(path, fault), _fix(path, kind, fault))


def _fix(path: str, kind: str, fault: Any) -> str:
    """What to do about a fault; empty where the rule's own fix says it."""
    field = path.rpartition(".")[2]
    if fault["type"] == "union_tag_not_found":
        return _missing_type(path)
    if fault["type"] == "value_or_hint":
        return _VALUE_OR_HINT
    if fault["input"] is None and field.endswith("]"):
        return "Remove it."
    if (fault["input"] is None or kind in _JSON_TYPES) and _VARIABLE.search(path):
        return 'Make it an object such as {"description": "…"}.'
    if kind == "missing" and (example := _to_add(path, field)):
        return f"Add {example}."
    if kind == "string_too_short" and fault["loc"] in _REQUIRED:
        return "Write something there."
    if kind == "string_pattern_mismatch" and (known := _pattern_of(field)):
        return known[1]
    if kind == "string_type" and isinstance(fault["input"], bool | int | float):
        return f'Write it in quotes: "{str(fault["input"]).lower()}".'
    if kind == "bool_type":
        return "Write true or false, without quotes."
    if kind in _JSON_TYPES and (form := form_of(re.sub(r"\[.*", "", field))):
        is_element = field.endswith("]")
        return f"Make it {form.replace('an array of objects', 'an object') if is_element else form}."
    return _FIXES.get(kind, "").format(field=field)


def _missing_type(path: str) -> str:
    if "Arguments[" in path:
        return _ARGUMENT_TYPE
    return _REMOTE_TYPE if path.startswith("remotes[") else _TRANSPORT_TYPE


def _to_add(path: str, field: str) -> str:
    """What to add where a field is missing, if an example says more than the schema."""
    if field == "type":
        return "a `type`"
    if field == "url" and path.endswith(".transport.url"):
        return '"url": "http://127.0.0.1:8080/mcp", where the package listens'
    if field == "url" and path.startswith("remotes["):
        return '"url": "https://…/mcp"'
    if field == "name" and "Arguments[" in path:
        return 'a `name`: the flag, such as "--port"'
    if path == "repository.source":
        return '"source": "github", or "gitlab"'
    form = form_of(field)
    return f"`{field}`, {form}" if form else ""


_VARIABLE: Final = re.compile(r"\.variables(?:\.[^.\[\]]+|\[[^\]]*\])\Z")
_VALUE_OR_HINT: Final = (
    'Add a `value` that is always given, or a `valueHint` such as "city" for what each user gives.'
)
_TRANSPORT_TYPE: Final = 'Add a `type`, such as "stdio" for a package that clients start.'
_REMOTE_TYPE: Final = 'Add a `type`: "streamable-http", or "sse" for the older transport.'
_ARGUMENT_TYPE: Final = 'Add a `type`: "named" for a flag, "positional" for a value by itself.'
_PATTERNS: Final = {
    "fileSha256": (
        "which is no SHA-256 in 64 lowercase hexadecimal digits",
        "Write what `sha256sum FILE` prints, without a prefix.",
    ),
    "url": (
        "which does not begin with http:// or https:// in lowercase",
        "Write the whole address.",
    ),
    "sizes": ("which is no size", 'Write sizes such as "48x48", or "any".'),
}
"""Patterns of the schema in words, and what to write, by the field."""


def _pattern_of(field: str) -> tuple[str, str] | None:
    return _PATTERNS.get(re.sub(r"\[.*", "", field))


def _is_of_shape(fault: Any) -> bool:
    """Whether clients that read a whole page at once would fail over it."""
    if fault["type"] == "missing":
        return fault["loc"] in _REQUIRED
    if fault["input"] is None:
        return fault["loc"] in _REQUIRED
    if fault["type"] in {"union_tag_invalid", "union_tag_not_found", "literal_error", "enum"}:
        value = fault["input"]
        kind = value.get("type", "") if isinstance(value, dict) else value
        return not isinstance(kind, str)
    return fault["type"] in _TYPE_ERRORS


def _path(document: Any, place: tuple[int | str, ...]) -> str:
    """pydantic's place of an error as a JSON path, without the union tags it puts in."""
    path, value = "", document
    for part in place:
        is_tag = part in SCHEMA_TAGS and isinstance(value, dict) and value.get("type") == part
        if is_tag and part not in value:
            continue
        path = child_path(path, part)
        if isinstance(value, dict):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            value = None
    return path


_JSON_TYPES: Final = {
    "string_type": "a string",
    "list_type": "an array",
    "dict_type": "an object",
    "bool_type": "true or false",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


_FIXES: Final = {
    "missing": "Add `{field}`; `mcp-static schema server` prints what it may hold.",
    "union_tag_invalid": "Use one of these types.",
    "literal_error": "Use one of these values.",
    "string_too_long": "Shorten it.",
    "string_too_short": "Write something there, or leave the field out if it may be.",
}
"""What to do about a fault of one pydantic kind, where the rule's own fix would be vague."""


def _sentence(path: str, fault: Any) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in {"missing", "union_tag_not_found"}:
        return "is missing"
    if fault["input"] is None:
        return "is null"
    if kind in _JSON_TYPES:
        return f"must be {_JSON_TYPES[kind]}, and is {_json_type(fault['input'])}"
    if kind == "string_too_long":
        return f"is {len(fault['input'])} characters long; at most {context['max_length']} are allowed"
    if kind == "string_too_short":
        least = context["min_length"]
        return "is empty" if not fault["input"] else f"is shorter than {least} characters"
    if kind == "string_pattern_mismatch":
        known = _pattern_of(path.rpartition(".")[2])
        reason = known[0] if known else f"which does not match {context['pattern']}"
        return f"is {quoted(fault['input'])}, {reason}"
    if kind == "literal_error":
        return f"is {quoted(fault['input'])}{_allowed(fault['input'], context['expected'])}"
    if kind == "union_tag_invalid":
        return (
            f"has the type {quoted(context['tag'])}{_allowed(context['tag'], context['expected_tags'])}"
        )
    return str(fault["msg"]) if kind == "value_or_hint" else fault_in_words(fault)


def _allowed(value: Any, expected: str) -> str:
    """The values that are allowed, as pydantic lists them, and the nearest of them if one is near."""
    allowed = re.findall(r"'([^']*)'", expected)
    meant = meant_by(str(value), allowed)
    suggestion = f"; did you mean {meant!r}?" if meant else ""
    return f"; allowed are {', '.join(map(repr, allowed))}{suggestion}"


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    return "a number"


def _shape(record: Record) -> Iterator[Breach]:
    yield from (breach for is_shape, breach in _faults(record.document) if is_shape)


def _schema(record: Record) -> Iterator[Breach]:
    yield from (breach for is_shape, breach in _faults(record.document) if not is_shape)


def _empty(record: Record) -> Iterator[Breach]:
    for path, shown in record.empty_members:
        name = PUBLISHER_META if path.endswith(f'["{PUBLISHER_META}"]') else path.rpartition(".")[2]
        yield Breach(path, f"is {shown}, which is as good as nothing", f"Leave `{name}` out.")


def _nulls(record: Record) -> Iterator[Breach]:
    """Nulls where the schema has nothing to say, but for the author's own metadata."""
    meta = child_path(child_path("", "_meta"), PUBLISHER_META)
    told = {breach.path for _, breach in _faults(record.document)}
    for path, value in every_value(record.document):
        if value is None and not path.startswith(meta) and path not in told:
            yield Breach(path, "is null")


def _rendered_size(record: Record) -> Iterator[Breach]:
    # Escaping makes six bytes of one at most, so only a long file is worth rendering.
    if len(record.raw) * 6 <= MAX_SERVER_BYTES:
        return
    size = len(server_bytes(record.document))
    if size > MAX_SERVER_BYTES:
        yield Breach("", f"is {size} bytes as the registry serves it")


def _foreign_meta(record: Record) -> Iterator[Breach]:
    for key in part_of(record.document, "_meta"):
        if key != PUBLISHER_META:
            yield Breach(child_path("_meta", key), "is dropped by the registry")


def _registry_fields(record: Record) -> Iterator[Breach]:
    if "status" in record.document:
        yield Breach("status", "is set by the registry, not by the file")


def _publisher_meta_size(record: Record) -> Iterator[Breach]:
    provided = part_of(record.document, "_meta").get(PUBLISHER_META)
    if provided is not None:
        size = len(orjson.dumps(provided))
        if size > MAX_PUBLISHER_META_BYTES:
            path = child_path("_meta", PUBLISHER_META)
            yield Breach(path, f"is {size} bytes; at most {MAX_PUBLISHER_META_BYTES} are allowed")


SHAPE_RULES: Final = (
    Rule(
        id="shape",
        applies=Applies.STRUCTURAL,
        requirement="`name`, `description` and `version` are present, and every known field has the "
        "JSON type that the schema gives it.",
        fix="Change the value to that type; `mcp-static schema server` prints the schema.",
        check=_shape,
    ),
    Rule(
        id="rendered-size",
        applies=Applies.STRUCTURAL,
        requirement=f"The server object is at most {MAX_SERVER_BYTES // 1024} KiB when it is served "
        "(`<`, `>` and `&` take six bytes each there).",
        fix="Move long explanations to the server's own website or README.",
        check=_rendered_size,
    ),
    Rule(
        id="schema",
        told_by=("name-grammar", "remote-address", "transport-address", "no-placeholder"),
        requirement="The document has every field that the schema requires, and every value is within "
        "its limits.",
        fix="Correct the value; `mcp-static schema server` prints what is allowed.",
        check=_schema,
    ),
    Rule(
        id="no-empty-member",
        level=Level.WARNING,
        told_by=("schema-named", "schema", "package-version-needed"),
        requirement="An optional field that has nothing to say is left out, not null, an empty text or "
        "an empty object; the registry serves the record without it.",
        fix="Leave it out.",
        check=_empty,
    ),
    Rule(
        id="no-null",
        requirement="Nothing is null where a value is needed.",
        fix="Give it a value, or remove it.",
        check=_nulls,
    ),
    Rule(
        id="meta-publisher-only",
        level=Level.WARNING,
        requirement=f"`_meta` holds only `{PUBLISHER_META}`; other keys are dropped.",
        fix=f"Move anything worth keeping under {PUBLISHER_META}.",
        check=_foreign_meta,
    ),
    Rule(
        id="meta-size",
        requirement=f"Publisher-provided metadata is at most {MAX_PUBLISHER_META_BYTES} bytes of JSON.",
        fix="Shorten it, or link to the details.",
        check=_publisher_meta_size,
    ),
    Rule(
        id="no-registry-fields",
        level=Level.WARNING,
        requirement="The file sets no field that only the registry sets, such as `status`, which left "
        "the schema in 2025-09-29.",
        fix="Remove the field; to change a status, add a status.json next to the file.",
        check=_registry_fields,
    ),
)
