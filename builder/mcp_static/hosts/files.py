"""The files that hosts need beside the common ones: configurations, programs, error pages."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from mcp_static.api.entries import server_list
from mcp_static.api.paths import Document
from mcp_static.api.variants import HOST_FOLDER
from mcp_static.pages.site_files import site_folder
from mcp_static.settings import Settings

_PART: Final = "host"
"""The checksum part that lists them."""
NO_ENTRIES: Final = "data/pages/none.json"
_EDGE: Final = ("package.json", "query.js", "lists.js", "registry.js")


def nginx_files(settings: Settings, _: str | None) -> Iterator[Document]:
    """The site's configuration and the edge program."""
    values = _server_values(settings)
    yield _rendered("nginx.conf", "nginx.conf.j2", values, host="nginx", by_program=True)
    yield from _edge_program("nginx.js")


def nginx_rules_files(settings: Settings, first_day: str | None) -> Iterator[Document]:
    """The site's configuration by rewrite rules, and the list that holds nothing."""
    values = _server_values(settings) | _days(first_day)
    yield _rendered("nginx.conf", "nginx.conf.j2", values, host="nginx-rules", by_program=False)
    yield _no_entries()


def caddy_files(settings: Settings, first_day: str | None) -> Iterator[Document]:
    """The Caddyfile, and the list that holds nothing."""
    yield _rendered("Caddyfile", "Caddyfile.j2", _server_values(settings) | _days(first_day))
    yield _no_entries()


def worker_files(settings: Settings, _: str | None) -> Iterator[Document]:
    """The Worker with its static assets."""
    yield _rendered(
        "wrangler.toml", "wrangler.toml.j2", _values(settings), host="cloudflare", bucket=""
    )
    yield from _edge_program("fetch.js", "assets.js")
    yield Document(".assetsignore", f"{HOST_FOLDER}\n".encode(), _PART)


def bucket_worker_files(settings: Settings, _: str | None) -> Iterator[Document]:
    """The Worker in front of a bucket."""
    values = _values(settings)
    bucket = settings.hosting.bucket
    yield _rendered("wrangler.toml", "wrangler.toml.j2", values, host="cloudflare-r2", bucket=bucket)
    yield from _edge_program("fetch.js", "bucket.js")


def pages_files(_: Settings, __: str | None) -> Iterator[Document]:
    """What makes GitHub Pages serve the files as they are."""
    yield Document(".nojekyll", b"", _PART)


def bucket_files(settings: Settings, _: str | None) -> Iterator[Document]:
    """The function that makes addresses keys, and the list that holds nothing."""
    yield _rendered("cloudfront.js", "cloudfront.js.j2", _values(settings))
    yield _no_entries()


def _rendered(name: str, template: str, values: dict[str, Any], **more: object) -> Document:
    from mcp_static.pages.templates import render_host_template  # a list of hosts needs no Jinja

    return Document(f"{HOST_FOLDER}/{name}", render_host_template(template, **values, **more), _PART)


def _edge_program(*adapters: str) -> Iterator[Document]:
    for name in (*_EDGE, *adapters):
        body = (site_folder() / "edge" / name).read_bytes()
        yield Document(f"{HOST_FOLDER}/edge/{name}", body, _PART)


def _no_entries() -> Document:
    return Document(NO_ENTRIES, server_list([]), _PART)


def _values(settings: Settings) -> dict[str, Any]:
    return {
        "title": " ".join(settings.title.split()),
        "name": settings.hosting.name,
        "repository": settings.repository or "its Git repository",
    }


def _server_values(settings: Settings) -> dict[str, Any]:
    """Where a web server of one's own listens: at the registry's address, if that names a port."""
    address = urlsplit(settings.url)
    host = address.hostname or "localhost"
    return _values(settings) | {
        "id": re.sub("[^a-z0-9]", "_", settings.hosting.name),
        "root": settings.hosting.root,
        "rate": settings.hosting.searches_per_second,
        "site": settings.url,
        "server_name": host,
        "address": f"[{host}]" if ":" in host else host,
        "port": address.port,
    }


def _days(first_day: str | None) -> dict[str, Any]:
    return {"first_day": first_day, "up_to_first_day": dates_up_to(first_day) if first_day else ""}


def dates_up_to(day: str) -> str:
    """A regular expression for the beginnings of all dates up to one, as `2025-12-01`."""
    found = [day]
    for index, digit in enumerate(day):
        if digit.isdecimal() and digit != "0":
            found.append(f"{day[:index]}[0-{int(digit) - 1}]")
    return "|".join(found)
