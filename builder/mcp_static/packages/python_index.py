"""Python's package index: the long description of a release, by either of its protocols.

The JSON API is asked first (`/pypi/<name>/<version>/json`) and, where an index has none, the standard
protocol: the project's page (PEP 691, or PEP 503) and the metadata file of a wheel (PEP 658).
"""

import email
import io
import re
import zipfile
import zlib
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin

import orjson
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.model.reading import parts_of
from mcp_static.packages.package import Package, expect, json_of

_SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


def description_of(package: Package) -> str:
    """The long description of a release; raises NotProvenError if there is no such release.

    Raises UnansweredError and FetchRefusedError as well.
    """
    description = _described(package)
    if description is None:
        description = _metadata(package)
    if description is None:
        raise package.missing(f"{package.identifier} {package.version}")
    return description


def _described(package: Package) -> str | None:
    name, version = (
        quote(canonicalize_name(package.identifier), safe=""),
        quote(package.version, safe=""),
    )
    answer = package.get(f"{package.base}/pypi/{name}/{version}/json")
    if not expect(answer, 404):
        return None
    info = json_of(answer).get("info")
    if not isinstance(info, dict) or not _is_version(info.get("version"), package.version):
        return None
    return str(info.get("description") or "")


def _metadata(package: Package) -> str | None:
    name = canonicalize_name(package.identifier)
    answer = package.get(f"{package.base}/simple/{quote(name, safe='')}/", _SIMPLE)
    if not expect(answer, 404):
        return None
    found = False
    for file, url, has_metadata in _files(answer.body, answer.headers.get("Content-Type", "")):
        parts = file.split("-")
        if not file.endswith(".whl") or len(parts) < 5 or not _is_version(parts[1], package.version):
            continue
        found = True
        address = _joined(answer.url, url)
        metadata = package.get(f"{address}.metadata", "*/*") if has_metadata else None
        if metadata is not None and expect(metadata, 404):
            return _description(metadata.body)
        wheel = package.get(address, "*/*")
        if expect(wheel, 404):
            return _description(_packed(wheel.body))
    if found:
        raise UnansweredError(f"{package.base} gives no description of {name} {package.version}")
    return None


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
    """The description in a METADATA file, which is in the form of e-mail headers."""
    message = email.message_from_string(metadata.decode(errors="replace"))
    return str(message.get("Description") or message.get_payload() or "")


def _is_version(found: Any, wanted: str) -> bool:
    """Whether two versions are the same release (PEP 440)."""
    try:
        return Version(str(found)) == Version(wanted)
    except InvalidVersion:
        return bool(found == wanted)


def _files(body: bytes, kind: str) -> list[tuple[str, str, bool]]:
    """The files of a project's page: name, address, and whether there is a metadata file for it."""
    if "json" in kind:
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            return []
        return [
            (str(file.get("filename")), str(file.get("url")), _has_metadata(file))
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
        self.files: list[tuple[str, str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        url = facts.get("href") or ""
        if tag == "a" and url:
            has_metadata = bool({"data-core-metadata", "data-dist-info-metadata"} & facts.keys())
            name = url.partition("#")[0].rpartition("/")[2]
            self.files.append((name, url, has_metadata))
