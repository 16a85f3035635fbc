"""Python's package index: the long description of a release, by either of its protocols.

The JSON API is asked first (`/pypi/<name>/<version>/json`) and, where an index has none, the standard
protocol: the project's page (PEP 691, or PEP 503) and the metadata file of a wheel (PEP 658).
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from email.parser import HeaderParser
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin

import orjson
from packaging.utils import canonicalize_name
from packaging.version import Version

from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.model.reading import part_of, parts_of
from mcp_static.packages.package import Package, expect, json_of

_SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


@dataclass(frozen=True, slots=True)
class Release:
    """A release: its long description, and its files by name, each with its SHA-256 if it has one."""

    description: str
    files: tuple[tuple[str, str], ...]


def release_of(package: Package) -> Release:
    """A release as the index has it; raises NotProvenError if there can be no such release.

    Raises NotShownError for one that is not there (yet), UnansweredError and FetchRefusedError as well.
    """
    release = _described(package) or _listed(package)
    if release is None:
        raise package.not_shown(f"{package.identifier} {package.version}")
    return release


def _described(package: Package) -> Release | None:
    name, version = (
        quote(canonicalize_name(package.identifier), safe=""),
        quote(package.version, safe=""),
    )
    answer = package.get(f"{_site(package)}/pypi/{name}/{version}/json")
    if not expect(answer, 404):
        return None
    document = json_of(answer)
    info = document.get("info")
    if not isinstance(info, dict) or not _is_version(info.get("version"), package.version):
        return None
    files = tuple(
        (str(file.get("filename")), str(part_of(file, "digests").get("sha256") or ""))
        for _, file in parts_of(document, "urls")
    )
    return Release(str(info.get("description") or ""), files)


def _listed(package: Package) -> Release | None:
    name = canonicalize_name(package.identifier)
    answer = package.get(f"{_site(package)}/simple/{quote(name, safe='')}/", _SIMPLE)
    if not expect(answer, 404):
        return None
    listed = _files(answer.body, answer.headers.get("Content-Type", ""))
    wheels = [file for file in listed if _is_wheel(file.name, package.version)]
    files = tuple(
        (file.name, file.sha256)
        for file in listed
        if file in wheels or _is_source(file.name, package.version)
    )
    for file in wheels:
        address = _joined(answer.url, file.url)
        metadata = package.get(f"{address}.metadata", "*/*") if file.has_metadata else None
        if metadata is not None and expect(metadata, 404):
            return Release(_description(metadata.body), files)
        wheel = package.get(address, "*/*")
        if expect(wheel, 404):
            return Release(_description(_packed(wheel.body)), files)
    if wheels:
        raise UnansweredError(f"{package.base} gives no description of {name} {package.version}")
    return None


def _site(package: Package) -> str:
    """The address that both protocols are below: records may name the index, `…/simple`, as uv does."""
    return package.base.removesuffix("/simple")


def _is_wheel(file: str, version: str) -> bool:
    parts = file.split("-")
    return file.endswith(".whl") and len(parts) >= 5 and _is_version(parts[1], version)


def _is_source(file: str, version: str) -> bool:
    stem = file.removesuffix(".tar.gz").removesuffix(".zip")
    return stem != file and _is_version(stem.rpartition("-")[2], version)


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url.partition("#")[0])
    except ValueError:
        raise FetchRefusedError(f"{base} gives an invalid address for a file") from None


def _packed(wheel: bytes) -> bytes:
    """The METADATA inside a wheel (the binary distribution format), up to 5 MiB of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            for name in archive.namelist():
                if re.fullmatch(r"[^/]+\.dist-info/METADATA", name):
                    with archive.open(name) as file:
                        return file.read(5 << 20)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        pass
    raise UnansweredError("the wheel cannot be read")


def _description(metadata: bytes) -> str:
    """The description in a METADATA file, which is in the form of e-mail headers.

    The body is one text, whatever the headers say: it is not parsed as the parts of a message.
    """
    message = HeaderParser().parsestr(metadata.decode(errors="replace"))
    return str(message.get("Description") or message.get_payload() or "")


def _is_version(found: Any, wanted: str) -> bool:
    """Whether two versions are the same release (PEP 440)."""
    try:
        return Version(str(found)) == Version(wanted)
    except ValueError:  # no version (PEP 440), or one with numbers of thousands of digits
        return bool(found == wanted)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a project's page, and whether there is a metadata file for it."""

    name: str
    url: str
    has_metadata: bool
    sha256: str


def _files(body: bytes, kind: str) -> list[_File]:
    """The files of a project's page."""
    if "json" in kind:
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            return []
        return [
            _File(
                str(file.get("filename")),
                str(file.get("url")),
                _has_metadata(file),
                str(part_of(file, "hashes").get("sha256") or ""),
            )
            for _, file in parts_of(document if isinstance(document, dict) else {}, "files")
        ]
    page = _Page()
    page.feed(body.decode(errors="replace"))
    return page.files


def _has_metadata(file: dict[str, Any]) -> bool:
    return bool(file.get("core-metadata") or file.get("dist-info-metadata"))  # PEP 714


class _Page(HTMLParser):
    """The links of a PEP 503 page."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[_File] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        url = facts.get("href") or ""
        if tag == "a" and url:
            has_metadata = bool({"data-core-metadata", "data-dist-info-metadata"} & facts.keys())
            address, _, fragment = url.partition("#")
            sha256 = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""
            self.files.append(_File(address.rpartition("/")[2], url, has_metadata, sha256))
