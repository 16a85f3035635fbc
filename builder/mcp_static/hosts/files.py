"""What the files of several hosts have in common: the edge program, and values of templates."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from mcp_static.api import headers, limits, messages, paths
from mcp_static.api.chains import PAGE_SIZE, PAGES_FOLDER
from mcp_static.api.documents import Document
from mcp_static.api.entries import server_list
from mcp_static.api.file_times import content_second
from mcp_static.api.media import ANY, JSON, MEDIA_TYPES
from mcp_static.api.paths import HOST_FOLDER
from mcp_static.api.variants import COMPRESSED
from mcp_static.pages.site_files import site_folder
from mcp_static.settings import Settings

NO_ENTRIES: Final = f"{PAGES_FOLDER}/none.json"
_PART: Final = "host"
"""The checksum part that lists the files of hosts."""
_EDGE: Final = ("package.json", "facts.js", "query.js", "lists.js", "registry.js")

_BARE_TYPES: Final = {kind: media.partition(";")[0] for kind, media in MEDIA_TYPES.items()}
_TEXTS: Final = frozenset(kind for kind, media in MEDIA_TYPES.items() if "charset" in media)
_API: Final = {
    "cors": headers.CORS_HEADERS,
    "preflight_seconds": headers.PREFLIGHT_SECONDS,
    "allowed": headers.ALLOWED_METHODS,
    "read_methods": headers.READ_METHODS,
    "fresh": headers.FRESH,
    "immutable": headers.IMMUTABLE,
    "immutable_paths": paths.IMMUTABLE_PATTERN,
    "not_cached": headers.NOT_CACHED,
    "content_options": headers.CONTENT_OPTIONS,
    "json": JSON,
    "any_media": ANY,
    "media_types": _BARE_TYPES,
    # nginx adds text/html to both of these by itself.
    "charset_types": [media for kind, media in _BARE_TYPES.items() if kind in _TEXTS - {"html"}],
    "compressed_types": [media for kind, media in _BARE_TYPES.items() if kind in COMPRESSED - {"html"}],
    "api": paths.API_FOLDER,
    "host_folder": HOST_FOLDER,
    "host_files": paths.HOST_FILES_PATTERN,
    "programs": paths.PROGRAMS_PATTERN,
    "pages": PAGES_FOLDER,
    "complete_list": paths.COMPLETE_LIST,
    "no_entries": NO_ENTRIES,
    "missing_page": paths.MISSING_PAGE,
    "page_size": PAGE_SIZE,
    "query_kib": limits.MAX_QUERY_BYTES // 1024,
    "not_found": messages.NOT_FOUND,
    "bad_request": messages.BAD_REQUEST,
    "url_too_long": messages.URL_TOO_LONG,
    "too_many_searches": messages.TOO_MANY_SEARCHES,
    # Filled in by nginx itself, which lets through no method but those it knows.
    "method_not_allowed": messages.method_not_allowed("$request_method"),
    "invalid_cursor": messages.invalid_parameter(messages.INVALID_CURSOR),
}
"""What templates say about the API; none of it depends on a registry."""


def host_document(name: str, template: str, values: dict[str, Any], **more: object) -> Document:
    """A file below `host/`, from its template."""
    from mcp_static.pages.templates import render_host_template  # a list of hosts needs no Jinja

    body = render_host_template(template, **_API, **values, **more)
    return own_document(f"{HOST_FOLDER}/{name}", body)


def own_document(path: str, body: bytes) -> Document:
    """A file that one kind of host has on top of the common ones."""
    return Document(path, body, _PART)


def edge_program(*adapters: str) -> Iterator[Document]:
    """The edge program with the adapters to a host's runtime."""
    for name in (*_EDGE, *adapters):
        body = (site_folder() / "edge" / name).read_bytes()
        yield own_document(f"{HOST_FOLDER}/edge/{name}", body)


def known_time() -> int:
    """The time, in seconds, of a file of the edge program that is the same in every release."""
    return content_second((site_folder() / "edge" / "package.json").read_bytes())


def empty_list() -> Document:
    """The list without entries, for rules that can find a file but make none up."""
    return own_document(NO_ENTRIES, server_list([]))


def registry_values(settings: Settings) -> dict[str, Any]:
    """What every template may say about the registry."""
    return {
        "title": " ".join(settings.title.split()),
        "name": settings.hosting.name,
        "base": urlsplit(settings.url).path.rstrip("/"),
        "read_only": messages.read_only(settings.repository),
    }


def server_values(settings: Settings) -> dict[str, Any]:
    """Where a web server of one's own listens: at the registry's address, if that names a port."""
    address = urlsplit(settings.url)
    path = address.path.rstrip("/")
    host = address.hostname or "localhost"
    return registry_values(settings) | {
        "id": re.sub("[^a-z0-9]", "_", settings.hosting.name),
        "root": settings.hosting.root,
        "keeps_times": settings.hosting.keeps_file_times,
        "rate": settings.hosting.searches_per_second,
        "below": f"(?:{re.escape(path)})?" if path else "",
        "below_always": re.escape(path),
        "site": f"{address.scheme}://{address.netloc}",
        "server_name": host,
        "address": f"[{host}]" if ":" in host else host,
        "port": address.port,
    }


def day_values(first_day: str | None) -> dict[str, Any]:
    """What rules need that lead `updated_since` to the pages of days."""
    return {"first_day": first_day, "up_to_first_day": dates_up_to(first_day) if first_day else ""}


def dates_up_to(day: str) -> str:
    """A regular expression for the beginnings of all dates up to one, as `2025-12-01`."""
    found = [day]
    for index, digit in enumerate(day):
        if digit.isdecimal() and digit != "0":
            found.append(f"{day[:index]}[0-{int(digit) - 1}]")
    return "|".join(found)
