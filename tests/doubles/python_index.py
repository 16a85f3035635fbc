"""A Python package index as its documentation describes it, small enough to read."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import unquote

from mcp_static.packages import pypi
from packaging.utils import canonicalize_version

from tests.doubles.https import Handler
from tests.doubles.registry_double import MISSING, Double, Reply, json_reply, sha256

SIMPLE_JSON: Final = "application/vnd.pypi.simple.v1+json"


class Pypi(Double):
    """The JSON API, the project pages (PEP 503 and 691), and metadata files (PEP 658) elsewhere."""

    def __init__(
        self,
        host: str = pypi.REGISTRY.site.host,
        files: str = "files.example.com",
        *,
        has_json_api: bool = True,
        has_json_pages: bool = True,
        metadata_key: str = "core-metadata",
    ) -> None:
        self.host, self.files = host, files
        self.has_json_api, self.has_json_pages = has_json_api, has_json_pages
        self.metadata_key = metadata_key
        self.releases: dict[tuple[str, str], str | None] = {}

    def add(self, name: str, version: str, description: str | None) -> Self:
        """Publish a wheel; the name as it is normalized, the version as it is canonical."""
        self.releases[name, version] = description
        return self

    def handlers(self) -> dict[str, Handler]:
        return {self.host: self.handle, self.files: self.handle_file}

    def handle(self, _method: str, path: str, headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the index."""
        match path.split("/"):
            case ["", "pypi", name, asked, "json"] if self.has_json_api:
                version = self._canonical(name, unquote(asked))
                if version is None:
                    return MISSING
                info = {
                    "name": name,
                    "version": version,
                    "description": self.releases[name, version],
                    "yanked": False,
                }
                wheel = self._wheel(name, version)
                urls = [{"filename": wheel, "digests": {"md5": "0" * 32, "sha256": sha256(wheel)}}]
                return json_reply({"info": info, "urls": urls})
            case ["", "simple", name, ""]:
                return self._page(name, headers.get("Accept", ""))
        return MISSING

    def _canonical(self, name: str, asked: str) -> str | None:
        """The release that a version means, as the index compares them."""
        wanted = canonicalize_version(asked)
        for known, version in self.releases:
            if known == name and canonicalize_version(version) == wanted:
                return version
        return None

    def _page(self, name: str, accept: str) -> Reply:
        files = [self._wheel(*release) for release in self.releases if release[0] == name]
        if not files:
            return MISSING
        if self.has_json_pages and SIMPLE_JSON in accept:
            sdist = {"filename": f"{name}-1.0.0.tar.gz", "url": "sdist", "hashes": {}}
            listed = [
                {
                    "filename": file,
                    "url": f"https://{self.files}/{file}",
                    "hashes": {"sha256": sha256(file)},
                    **({self.metadata_key: {"sha256": "0" * 64}} if self.metadata_key else {}),
                }
                for file in files
            ]
            document = {"meta": {"api-version": "1.1"}, "name": name, "files": [sdist, *listed]}
            return json_reply(document, SIMPLE_JSON)
        mark = f' data-{self.metadata_key}="true"' if self.metadata_key else ""
        links = "".join(
            f'<a href="https://{self.files}/{file}#sha256={sha256(file)}"{mark}>{file}</a><br/>'
            for file in files
        )
        return 200, {"Content-Type": "text/html"}, f"<!DOCTYPE html><body>{links}</body>".encode()

    @staticmethod
    def _wheel(name: str, version: str) -> str:
        return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"

    def handle_file(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the files."""
        for (name, version), description in self.releases.items():
            head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Dist: six\n"
            metadata = f"{head}\n{description or ''}".encode()
            if path == f"/{self._wheel(name, version)}.metadata" and self.metadata_key:
                return 200, {}, metadata
            if path == f"/{self._wheel(name, version)}":
                wheel = io.BytesIO()
                with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr(f"{name}/__init__.py", "")
                    archive.writestr(f"{name.replace('-', '_')}-{version}.dist-info/METADATA", metadata)
                return 200, {}, wheel.getvalue()
        return MISSING
