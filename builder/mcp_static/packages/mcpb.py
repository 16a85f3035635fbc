"""MCPB: a file of a release on GitHub or GitLab, known by its address and its SHA-256.

The forms of the addresses are the official registry's (`internal/validators/registries/mcpb.go`);
unlike it, the file is fetched and its hash compared.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from mcp_static.model.errors import NotProvenError, NotShownError
from mcp_static.model.reading import Part, text_of
from mcp_static.model.web_addresses import is_https
from mcp_static.packages.identifiers import MAX_SHOWN, Misnomer
from mcp_static.packages.manifest import Manifest, ManifestFormat, Project
from mcp_static.packages.package import Package, PackageProof, digest, expect
from mcp_static.packages.platforms import platform_of
from mcp_static.packages.type import PackageType, Requirement

_PART: Final = r"[A-Za-z0-9._-]+"
_FORMS: Final = {
    "github.com": (rf"/{_PART}/{_PART}/releases/download/[^/]+/[^/]+",),
    "gitlab.com": (
        rf"(?:/{_PART})+/-/releases/[^/]+/downloads/[^/]+",
        rf"(?:/{_PART})+/-/package_files/\d+/download",
    ),
}


def _breaches(package: Part) -> Iterator[tuple[str, str]]:
    if not text_of(package, "fileSha256"):
        yield "fileSha256", "is missing"
    identifier = text_of(package, "identifier")
    if identifier is None:
        return
    if not is_https(identifier):
        yield "identifier", "is not the https address of a file"
    elif "mcp" not in identifier.lower():
        yield "identifier", "does not contain 'mcp'"


def _misnomer(identifier: str) -> Misnomer | None:
    """Why an address is not that of a file of a release, though it is an address of one file."""
    if not is_https(identifier) or is_release_address(identifier):
        return None
    shown = f"is {identifier[:MAX_SHOWN]!r}"
    if "/releases/latest/" in identifier:
        return Misnomer(
            f"{shown}, which is another file after the next release",
            "Give the address of the file under its tag: …/releases/download/<tag>/<file>.",
        )
    if re.search(r"/(?:raw|blob|tree|-/raw|-/blob)/", identifier) or "//raw." in identifier:
        return Misnomer(f"{shown}, a file of the repository and not of a release", _ATTACH)
    return Misnomer(f"{shown}, which is not a file of a release on GitHub or GitLab", _ATTACH)


_ATTACH: Final = "Attach the file to a release on GitHub or GitLab, and give the address it has there."


def _page(package: Part) -> str:
    """A bundle is its file."""
    identifier = text_of(package, "identifier") or ""
    return identifier if identifier.startswith("https://") else ""


def _variant(package: Part) -> str:
    """The platform of a bundle, by its file's name or, as some authors have it, its `runtimeHint`."""
    file = (text_of(package, "identifier") or "").rpartition("/")[2]
    return platform_of(file, text_of(package, "runtimeHint") or "")


def _prove(package: Package) -> PackageProof:
    url = package.identifier
    if not is_release_address(url):
        raise NotProvenError(
            "the address is not that of a file of a release on GitHub or GitLab", _ATTACH
        )
    wanted = package.text("fileSha256").lower()
    if not wanted:
        raise NotProvenError("the package has no fileSha256", "Add the file's SHA-256.")
    answer = package.fetch.release(url)
    if not expect(answer, 404):
        raise NotShownError(
            "the file does not exist, or is not shown yet", "Attach the file to that release."
        )
    if answer.sha256 != wanted:
        raise NotProvenError(
            f"the file's SHA-256 is {answer.sha256}, not {wanted}",
            "Set fileSha256 to that, if the file is the right one.",
        )
    return PackageProof(f"the file has the SHA-256 {wanted[:16]}…", digest("sha256", wanted))


def is_release_address(url: str) -> bool:
    """Whether an address is that of a file of a release on GitHub or GitLab."""
    if not re.fullmatch(r"https://[!-~]+", url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = unquote(parts.path)
    host = (parts.netloc or "").lower().removeprefix("www.")
    if parts.query or parts.fragment or {".", ".."} & set(path.split("/")):
        return False
    return any(re.fullmatch(form, path) for form in _FORMS.get(host, ()))


def _read(project: Project, file: str, text: str) -> Manifest | None:
    from mcp_static.packages.bundle_manifest import read_bundle_manifest

    return read_bundle_manifest(project, file, text)


def _release(identifier: str, _version: str) -> Part:
    return {"identifier": identifier}


MCPB: Final = PackageType(
    id="mcpb",
    title="MCP bundle",
    label="MCP bundles",
    also_called=frozenset({"bundle", "dxt"}),
    needs_version=False,
    requirements=(
        Requirement(
            id="package-mcpb-file",
            requirement="An MCPB package is an https address that contains `mcp`, with the file's "
            "SHA-256.",
            fix="Give the https address of the file, with `mcp` somewhere in it, and its `fileSha256`, "
            "which sha256sum prints.",
            breaches=_breaches,
        ),
    ),
    misnomer=_misnomer,
    can_trust_registries=False,
    registry=None,
    page=_page,
    launch=None,
    marker="the file's `fileSha256` in `server.json`",
    prove=_prove,
    variant=_variant,
    manifest=ManifestFormat("manifest.json", _read, ("", "mcpb", "dxt", "bundle")),
    release=_release,
)
