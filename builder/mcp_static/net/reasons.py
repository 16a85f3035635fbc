"""The reason that an answer with an error gives, in the forms that registries use."""

import json
from typing import Any, Final

_MEMBERS: Final = ("error", "errors", "detail", "title", "message")
"""`error` is the standard's; `title`, `detail` and `errors` are those of RFC 9457."""
_LONGEST: Final = 300


def reason_in(body: bytes) -> str:
    """The reason in a body; empty for one that is no JSON or gives none."""
    try:
        return reason_of(json.loads(body))
    except (ValueError, RecursionError):
        return ""


def reason_of(document: Any) -> str:
    """The reason in a JSON document; empty for one that gives none."""
    if not isinstance(document, dict):
        return ""
    texts = []
    for key in _MEMBERS:
        value = document.get(key)
        texts += [_one(part) for part in (value if isinstance(value, list) else [value])]
    return "; ".join(dict.fromkeys(text for text in texts if text))[:_LONGEST]


def _one(value: Any) -> str:
    """One reason, with the place that it is about if that is named beside it."""
    if isinstance(value, dict):
        message = value.get("message") or value.get("detail") or value.get("msg")
        location = value.get("location")
        if not isinstance(message, str):
            return ""
        return f"{message} ({location})" if isinstance(location, str) and location else message
    return value if isinstance(value, str) else ""
