"""HTTP headers of what is served: CORS, freshness, media type."""

from typing import Final

from mcp_static.api.media import JSON, media_type
from mcp_static.api.paths import is_immutable

READ_METHODS: Final = ("GET", "HEAD")
WRITE_METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")
ALLOWED_METHODS: Final = "GET, HEAD, OPTIONS"

CORS_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join((*READ_METHODS, *WRITE_METHODS, "OPTIONS")),
    "Access-Control-Allow-Headers": "Authorization, Content-Type, *",
    "Access-Control-Expose-Headers": "ETag",
}
"""On every answer: what the official registry allows, and GitHub Copilot asks registries for.

The official server allows every header and these methods (modelcontextprotocol/registry,
internal/api/server.go, November 2026). `*` stands for every header but `Authorization` (Fetch standard,
"CORS-preflight fetch"). A page may try to write, since it could not read the refusal otherwise.
"""
PREFLIGHT_SECONDS: Final = 86400
PREFLIGHT_HEADERS: Final = {
    **CORS_HEADERS,
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    "Allow": ALLOWED_METHODS,
}
"""The answer to OPTIONS, which has no body."""

_MAX_AGE: Final = 60
_STALE: Final = 600
FRESH: Final = f"public, max-age={_MAX_AGE}, stale-while-revalidate={_STALE}"
"""`Cache-Control` of anything that a publish may change."""
FRESH_SECONDS: Final = _MAX_AGE + _STALE
"""The age at which no cache may give a copy of it any more."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""`Cache-Control` of what is named by its content."""
NOT_CACHED: Final = "no-cache"
"""`Cache-Control` of errors, so that a new version is not hidden by its earlier 404."""
CONTENT_OPTIONS: Final = "nosniff"
"""`X-Content-Type-Options`: no browser may guess another type."""


def freshness(path: str) -> str:
    """The `Cache-Control` of a file of the output."""
    return IMMUTABLE if is_immutable(path) else FRESH


def file_headers(path: str) -> dict[str, str]:
    """The headers of a file of the output, ETag aside."""
    return {
        **CORS_HEADERS,
        "Cache-Control": freshness(path),
        "Content-Type": media_type(path),
        "X-Content-Type-Options": CONTENT_OPTIONS,
    }


def error_headers(status: int, media: str = JSON) -> dict[str, str]:
    """The headers of an answer other than 200."""
    headers = {
        **CORS_HEADERS,
        "Cache-Control": NOT_CACHED,
        "Content-Type": media,
        "X-Content-Type-Options": CONTENT_OPTIONS,
    }
    return headers | {"Allow": ALLOWED_METHODS} if status in {405, 501} else headers
