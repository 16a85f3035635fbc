"""What a file of an output is served as: its media type, and how long it stays fresh.

The edge program and the configurations of hosts have the same.
"""

from typing import Final

JSON: Final = "application/json"

MISSING_PAGE: Final = "404.html"
"""What people see at an address that has nothing."""

_FRESH: Final = "public, max-age=60, stale-while-revalidate=600"
_FOR_EVER: Final = "public, max-age=31536000, immutable"

_TYPES: Final = {
    "json": JSON,
    "yaml": "application/yaml",
    "xml": "application/xml",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "gz": "application/gzip",
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/vnd.microsoft.icon",
    "woff2": "font/woff2",
}


def media_type(path: str) -> str:
    """The media type of a file of an output."""
    return _TYPES.get(path.rpartition(".")[2], "application/octet-stream")


def freshness(path: str = "") -> str:
    """The `Cache-Control` of a file, or of an answer that is none; what content names stays."""
    return _FOR_EVER if path.startswith("assets/") else _FRESH
