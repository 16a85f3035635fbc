"""The media types of the output's files."""

from typing import Final

JSON: Final = "application/json"
ANY: Final = "application/octet-stream"

MEDIA_TYPES: Final = {
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
"""By file extension; everything else is `ANY`."""


def media_type(path: str) -> str:
    """The media type of a file of the output."""
    return MEDIA_TYPES.get(path.rpartition(".")[2], ANY)
