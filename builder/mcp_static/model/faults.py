"""What libraries find wrong with an input, in words of ours: no user has to know who reads it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # slow to load, and what validates one file needs none of it
    from pydantic import ValidationError

_WORDS: Final = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "extra_forbidden": "is not known",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "json_invalid": "is not JSON",
    "list_type": "must be a list",
    "missing": "is missing",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "set_type": "must be a list",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
}
"""Types of pydantic's errors (pydantic_core, `ErrorType`) that need no more than a sentence."""

_BOUNDS: Final = {
    "enum": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "string_pattern_mismatch": "must have the form {pattern}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length} elements",
    "too_short": "must have at least {min_length} elements",
}
"""The same for those that name a bound in their context."""

_PLACE: Final = re.compile(r"\(at (line \d+, column \d+)\)|(?:line|at line) (\d+),? col(?:umn)? (\d+)")


def fault_in_words(fault: Mapping[str, Any]) -> str:
    """What pydantic found at one place, as a sentence that reads on from the name of that place.

    Sentences of our own validators are kept.
    """
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    if kind == "value_error":
        return str(fault["msg"]).removeprefix("Value error, ")
    if kind in {"string_too_short", "too_short"} and context.get("min_length") == 1:
        return "must not be empty"
    if kind in _BOUNDS:
        return _BOUNDS[kind].format_map(context)
    return _WORDS.get(kind, "is not what is expected here")


def faults_in_words(error: "ValidationError", skipped: int = 0) -> list[str]:
    """Each fault with its place before it, `merge.identity: must be a text`.

    Of a place, the first `skipped` parts are not the input's own.
    """
    return [
        ": ".join(filter(None, (".".join(map(str, fault["loc"][skipped:])), fault_in_words(fault))))
        for fault in error.errors(include_url=False, include_input=False)
    ]


def place_in(error: ValueError) -> str:
    """` (line 1, column 5)`, where a parser's error tells that it found something there; else empty."""
    match = _PLACE.search(str(error))
    if match is None:
        return ""
    return f" ({match[1]})" if match[1] else f" (line {match[2]}, column {match[3]})"
