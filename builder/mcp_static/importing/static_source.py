"""A registry on a host that reads no query: its list has each server's latest version alone.

One of ours has everything in its exports, deleted entries included. Any other is asked for the versions
of each server that it lists.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from mcp_static.api.checksums import json_object
from mcp_static.api.paths import SERVERS_FOLDER, SNAPSHOT, is_inside
from mcp_static.importing.pages import follows
from mcp_static.model.errors import ServiceError
from mcp_static.model.terminal import shown_address
from mcp_static.net.client import Client
from mcp_static.net.sign_in import is_page

_MAX_PART_BYTES: Final = 256 << 20
_GZIP: Final = 16 + zlib.MAX_WBITS


def every_version(client: Client, url: str, listed: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every entry of such a registry: a part of its exports or a server at a time, and the address.

    `listed` are the entries of its list; those without a name are given as they are. Raises
    ServiceError when it does not answer as it should.
    """
    parts = _export_parts(client, url)
    if parts:
        for path, digest in parts:
            yield f"{shown_address(url)}/{path}", _entries_of_part(client, url, path, digest)
        return
    entries = list(listed)
    if nameless := [entry for entry in entries if _name_of(entry) is None]:
        yield f"{shown_address(url)}/{SERVERS_FOLDER}", nameless
    for name in dict.fromkeys(filter(None, map(_name_of, entries))):
        yield _versions(client, url, name)


def _name_of(entry: Any) -> str | None:
    server = entry.get("server", entry) if isinstance(entry, dict) else None
    name = server.get("name") if isinstance(server, dict) else None
    return name if isinstance(name, str) and name else None


def _export_parts(client: Client, url: str) -> list[tuple[str, str]]:
    """The export parts with their digests; none where there are no exports."""
    snapshot = json_object(_body(client, f"{url}/{SNAPSHOT}")) or {}
    path = snapshot.get("exports")
    if not isinstance(path, str) or not is_inside(path):
        return []
    parts = (json_object(_body(client, f"{url}/{path}")) or {}).get("parts")
    found = []
    for part in parts if isinstance(parts, list) else [None]:
        place, digest = (part.get("path"), part.get("sha256")) if isinstance(part, dict) else ("", "")
        if not (isinstance(place, str) and isinstance(digest, str) and is_inside(place)):
            raise ServiceError(
                f"{shown_address(url)}/{SNAPSHOT} names {path}, which lists no exports.",
                "It may be in the middle of a deploy: try again.",
            )
        found.append((place, digest))
    return found


def _body(client: Client, address: str) -> bytes | None:
    """What is at an address; None where nothing is. Raises ServiceError where nobody knows."""
    answer = client.get(address)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServiceError(f"{shown_address(address)} answers {answer.status}.", "Try again later.")
    return answer.body if answer.is_ok and not is_page(answer.body) else None


def _entries_of_part(client: Client, url: str, path: str, digest: str) -> list[Any]:
    address = f"{url}/{path}"
    text = _unpacked(_body(client, address) or b"")
    if hashlib.sha256(text).hexdigest() != digest:
        raise ServiceError(
            f"{address} is not what its index says.", "It may be in the middle of a deploy: try again."
        )
    try:
        return [json.loads(line) for line in text.splitlines()]
    except (ValueError, RecursionError) as error:
        raise ServiceError(f"{address} is not NDJSON: {error}.", "Tell its operator.") from None


def _unpacked(body: bytes) -> bytes:
    """The plain text of a part, which some servers unpack themselves; empty for what is none."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return zlib.decompressobj(_GZIP).decompress(body, _MAX_PART_BYTES)
    except zlib.error:
        return b""


def _versions(client: Client, url: str, name: str) -> tuple[str, list[Any]]:
    """The versions of a server; names with a plain slash work where an encoded one does not."""
    for safe in ("", "/"):
        address = f"{url}/{SERVERS_FOLDER}/{quote(name, safe=safe)}/versions"
        try:
            # Not strictly: each entry is read strictly later, and one bad one costs only itself.
            document = json.loads(_body(client, address) or b"null")
        except (ValueError, RecursionError):
            continue
        if not isinstance(document, dict) or "servers" not in document:
            continue
        servers = [] if document["servers"] is None else document["servers"]
        if isinstance(servers, list) and follows(document) is None:
            return shown_address(address), servers
        raise ServiceError(
            f"{shown_address(address)} does not have all versions on one page.", "Tell its operator."
        )
    raise ServiceError(
        f"{url} lists {name[:200]}, and does not answer with its versions.",
        "The list has each server's latest version alone, so without them versions would be lost.",
    )
