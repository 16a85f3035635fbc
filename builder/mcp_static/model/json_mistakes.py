"""What is wrong with a file that is no JSON, and what to do about it, in words for its author."""

import json
from typing import Final

from mcp_static.model.errors import JsonProblem

_SYNTAX: Final = {
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name": "a name in double quotes is expected",
    "Expecting value": "a value is expected",
    "Expecting an object": "an object or an array is expected",
    "Extra data": "something follows the end of the document",
    "Illegal trailing comma": "a comma has nothing after it",
    "Invalid \\escape": "a backslash escapes nothing",
    "Invalid \\uXXXX escape": "an escape does not have four hexadecimal digits",
    "Invalid control character": "a text has a line break or another control character",
    "Unterminated string": "a text has no closing quotation mark; it begins",
}
"""How the messages of Python's `json` begin (json/decoder.py, json/scanner.py), in our words."""

_LITERALS: Final = {"T": "true", "F": "false", "N": "null", "u": "null"}
"""How other languages write the values that JSON has words for begins: True, False, None, undefined."""

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def encoding_problem(raw: bytes, offset: int) -> JsonProblem:
    """What to tell of bytes that are no UTF-8 from an offset on."""
    if raw.startswith(_UTF16):
        return JsonProblem("encoding", "", "is not UTF-8, but UTF-16", "Save the file as UTF-8.")
    before = raw[:offset].decode("utf-8")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = f"is not UTF-8: no character begins with the byte at line {line}, column {column}"
    return JsonProblem("encoding", "", message, "Save the file as UTF-8.", line, column)


def syntax_problem(error: json.JSONDecodeError) -> JsonProblem:
    """What to tell of a text that Python's `json` cannot read."""
    text, line, column = error.doc, error.lineno, error.colno
    if not text.strip():
        return JsonProblem("syntax", "", "is empty", "`mcp-static init` drafts a server.json.")
    if text.lstrip().startswith("<"):
        fix = "Save the file itself, not the page that shows it."
        return JsonProblem("syntax", "", "is HTML or XML, not JSON", fix)
    words, fix = mistake(error)
    message = f"is not JSON: {words} at line {line}, column {column}"
    return JsonProblem("syntax", "", message, fix, line, column)


def mistake(error: json.JSONDecodeError) -> tuple[str, str]:
    """What is wrong at the place of an error, in words, and the fix if more can be told than that."""
    text, position = error.doc, error.pos
    rest, before = text[position : position + 2], text[:position].rstrip()
    if error.msg.startswith("Extra data"):
        return _in_words(error.msg), "Keep one object; a file describes one version of one server."
    if rest in {"//", "/*"} or rest.startswith("#"):
        return "a comment begins", "Remove the comments: JSON has none."
    if before.endswith(",") and rest[:1] in {"}", "]", ","}:
        return "there is a comma too many", "Remove the comma before it."
    if rest.startswith("'"):
        return "there is a single quotation mark", "Write names and texts in double quotation marks."
    if not rest:
        return "the document ends too early,", "Add what is missing, down to the last bracket."
    if error.msg.startswith("Expecting property name") and rest[0].isidentifier():
        return _in_words(error.msg), "Write the name in double quotation marks."
    if error.msg.startswith("Expecting value") and rest[0] in _LITERALS:
        return _in_words(error.msg), f"Write `{_LITERALS[rest[0]]}`."
    return _in_words(error.msg), ""


def _in_words(message: str) -> str:
    known = (words for beginning, words in _SYNTAX.items() if message.startswith(beginning))
    return next(known, "there is a mistake")
