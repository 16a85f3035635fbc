"""`/.well-known/security.txt`: how to report a vulnerability (RFC 9116)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from mcp_static.api.documents import MISCELLANEOUS, Document
from mcp_static.model.times import format_time
from mcp_static.settings import Settings

SECURITY_TXT: Final = ".well-known/security.txt"


def security_txt(settings: Settings, registry_time: int) -> Document:
    """The document, absent without a contact; `registry_time` in seconds since 1970."""
    lines = list(_lines(settings, registry_time)) if settings.security.contact else []
    body = "".join(f"{line}\n" for line in lines).encode()
    return Document(SECURITY_TXT, body or None, MISCELLANEOUS)


def _lines(settings: Settings, registry_time: int) -> Iterator[str]:
    security = settings.security
    yield from (f"Contact: {contact}" for contact in security.contact)
    yield f"Expires: {security.expires or _a_year_on(registry_time)}"
    if security.policy:
        yield f"Policy: {security.policy}"
    if settings.url.startswith("https://"):  # the only addresses that the RFC allows here
        yield f"Canonical: {settings.url}/{SECURITY_TXT}"
    yield f"Preferred-Languages: {', '.join(security.languages)}"


def _a_year_on(registry_time: int) -> str:
    """The first day of the same month a year later, so that the file changes once a month at the most.

    Less than a year ahead of any time in the month, as the RFC recommends.
    """
    now = datetime.fromtimestamp(registry_time, UTC)
    return format_time(int(datetime(min(now.year + 1, 9999), now.month, 1, tzinfo=UTC).timestamp()))
