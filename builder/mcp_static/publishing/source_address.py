"""Where a server.json is on a forge, read from what an author names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

_SHORT: Final = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")
_FILE: Final = re.compile(r"(?:(?P<folder>[\w.+@ /-]+)/)?(?P<file>(?:\.mcp/)?server\.json)")


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """A repository on a forge's site, and perhaps a folder and a reference in it.

    They say where to look first; what counts is decided by the source proof.
    """

    site: str
    path: str
    folder: str = ""
    reference: str | None = None


def parse_source_address(text: str, sites: Sequence[str]) -> SourceAddress | None:
    """Read `owner/name`, a repository's address, or that of its server.json as a browser shows it.

    It has to be on one of some sites; `owner/name` is on the first.
    """
    if _SHORT.fullmatch(text):
        return SourceAddress(sites[0], text)
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    site = f"{parts.scheme}://{parts.netloc}".lower()
    if site not in sites:
        return None
    path = unquote(parts.path).strip("/")
    repository, _, rest = path.partition("/-/") if "/-/" in path else _split(path)
    repository = repository.removesuffix(".git")
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+", repository, re.ASCII) or ".." in path.split("/"):
        return None
    if not rest:
        return SourceAddress(site, repository)
    kind, _, inside = rest.partition("/")
    if kind not in {"blob", "raw", "tree"}:
        return None
    reference, _, file = inside.partition("/")
    match = _FILE.fullmatch(file)
    if kind == "tree":
        return SourceAddress(site, repository, file, reference or None)
    if not match:
        return None
    return SourceAddress(site, repository, match["folder"] or "", reference or None)


def _split(path: str) -> tuple[str, str, str]:
    """Owner and name, then the rest."""
    parts = path.split("/", 2)
    return "/".join(parts[:2]), "/", parts[2] if len(parts) > 2 else ""
