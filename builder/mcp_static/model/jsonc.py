"""JSON as editors and clients have it: with comments, and with commas at the end of lists."""

import re
from typing import Any, Final

import orjson

from mcp_static.model.errors import InputError


def parse_jsonc(content: bytes, file: str) -> Any:
    """JSON with comments and with commas at the end of lists and objects. Raises InputError."""
    try:
        text = content.decode("utf-8-sig")
        return orjson.loads(_COMMA.sub(_without_comma, _COMMENT.sub(_without_comment, text)) or "{}")
    except UnicodeError:
        raise InputError(f"{file} is not UTF-8.", "Save it as UTF-8.") from None
    except (orjson.JSONDecodeError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, orjson.JSONDecodeError) else ""
        raise InputError(
            f"{file} is not JSON, with or without comments{line}.", "Correct it, or leave it out."
        ) from None


# Each alternative reads on to its end or to that of the text, so that no byte is read twice.
_STRING: Final = r'"(?:[^"\\]|\\.)*+(?:"|\Z)'
_COMMENT: Final = re.compile(rf"{_STRING}|//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)")
_COMMA: Final = re.compile(rf"{_STRING}|,(?=\s*+[\]}}])")


def _without_comment(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else "\n" * match[0].count("\n") or " "


def _without_comma(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else ""
