"""Media types of what an output holds, by extension (the edge program and the hosts have the same)."""

from typing import Final

JSON: Final = "application/json"

_TYPES: Final = {
    "json": JSON,
    "yaml": "application/yaml",
    "xml": "application/atom+xml",
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
