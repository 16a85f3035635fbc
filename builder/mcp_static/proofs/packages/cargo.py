"""crates.io: the rendered README carries `mcp-name: <server name>` as visible text.

Whether a version exists is asked of the sparse index, which has no rate limit; the README is a page
of HTML, in which comments are gone.
"""

from urllib.parse import quote

import orjson

from mcp_static.model.errors import NotProvenError
from mcp_static.packages.registries import CRATE_INDEX, CRATE_READMES, REGISTRIES
from mcp_static.proofs.packages.package import Package, expect, require_marker


def prove_cargo(package: Package) -> str:
    """Say what was found; raises NotProvenError, UnansweredError, FetchRefusedError."""
    what = f"{package.identifier} {package.version}"
    is_public = package.base == REGISTRIES["cargo"].url
    index = CRATE_INDEX.url if is_public else f"{package.base}/index"
    name = package.identifier.lower()
    listing = package.get(f"{index}/{_folder(name)}/{quote(name, safe='')}", "*/*")
    crate = _exact_name(listing.body, package.version) if expect(listing, 403, 404, 410, 451) else None
    if crate is None:
        raise package.missing(what)
    readmes = CRATE_READMES.url if is_public else package.base
    file = f"{quote(crate, safe='')}-{quote(package.version, safe='')}.html"
    readme = package.get(f"{readmes}/readmes/{quote(crate, safe='')}/{file}", "text/html")
    if not expect(readme, 403, 404):
        raise NotProvenError(
            f"{what} has no README", f"Publish a version whose README says `mcp-name: {package.name}`."
        )
    require_marker(readme.body.decode(errors="replace"), package.name, f"the README of {what}")
    return f"the README of {what} names the server"


def _folder(name: str) -> str:
    """Where the sparse index keeps a crate, by the length of its name (Cargo's registry index)."""
    name = quote(name, safe="")
    if len(name) < 3:
        return str(len(name))
    return f"3/{name[0]}" if len(name) == 3 else f"{name[:2]}/{name[2:4]}"


def _exact_name(listing: bytes, version: str) -> str | None:
    """The crate's name as it is written, if the index has this version."""
    for line in listing.splitlines():
        try:
            release = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(release, dict) and release.get("vers") == version:
            return str(release.get("name"))
    return None
