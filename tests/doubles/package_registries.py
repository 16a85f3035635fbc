"""Package registries as their documentation describes them, small enough to read."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from mcp_static.packages import cargo, golang, images, npm, nuget, pypi
from packaging.utils import canonicalize_version

from tests.doubles.https import Handler, HttpsFront

Reply = tuple[int, dict[str, str], bytes]

JSON: Final = {"Content-Type": "application/json"}
MISSING: Final[Reply] = (404, {}, b"")
SIMPLE_JSON: Final = "application/vnd.pypi.simple.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LABEL: Final = "io.modelcontextprotocol.server.name"


def _json(document: object, kind: str = "application/json") -> Reply:
    return 200, {"Content-Type": kind}, json.dumps(document).encode()


class Double:
    """A registry that stands at some hosts of a front."""

    def handlers(self) -> dict[str, Handler]:
        """What answers for which host."""
        raise NotImplementedError

    def on(self, front: HttpsFront) -> Self:
        """Stand there."""
        for host, handler in self.handlers().items():
            front.host(host, handler)
        return self


class Npm(Double):
    """`GET /<name>/<version or dist-tag>`; a scope's slash comes escaped."""

    def __init__(self, host: str = npm.REGISTRY.site.host) -> None:
        self.host = host
        self.manifests: dict[str, dict[str, Any]] = {}

    def add(self, name: str, version: str, *, tag: str = "", **manifest: Any) -> Self:
        """Publish a version, under a dist-tag as well."""
        whole = {"name": name, "version": version, **manifest}
        for named in filter(None, (version, tag)):
            self.manifests[f"/{name.replace('/', '%2F')}/{named}"] = whole
        return self

    def handlers(self) -> dict[str, Handler]:
        return {self.host: self.handle}

    def handle(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer as registries do, where the case of `%2f` does not matter."""
        manifest = self.manifests.get(path.replace("%2f", "%2F"))
        return _json(manifest) if manifest else (404, JSON, b'"version not found"')


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
                return _json({"info": info, "urls": []})
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
                    "hashes": {},
                    **({self.metadata_key: {"sha256": "0" * 64}} if self.metadata_key else {}),
                }
                for file in files
            ]
            document = {"meta": {"api-version": "1.1"}, "name": name, "files": [sdist, *listed]}
            return _json(document, SIMPLE_JSON)
        mark = f' data-{self.metadata_key}="true"' if self.metadata_key else ""
        links = "".join(
            f'<a href="https://{self.files}/{file}#sha256=00"{mark}>{file}</a><br/>' for file in files
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


class Nuget(Double):
    """The service index, the list of versions and the README, all under lowercase names."""

    def __init__(self, host: str = nuget.REGISTRY.site.host) -> None:
        self.host = host
        self.readmes: dict[tuple[str, str], str | None] = {}

    def add(self, name: str, version: str, readme: str | None) -> Self:
        """Publish a version, both in lowercase and the version normalized."""
        self.readmes[name, version] = readme
        return self

    def handlers(self) -> dict[str, Handler]:
        return {self.host: self.handle}

    def handle(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer as the protocol says, listed and unlisted versions alike."""
        flat = f"https://{self.host}/v3-flatcontainer"
        match path.split("/")[1:]:
            case ["v3", "index.json"]:
                resources = [
                    {"@id": f"https://{self.host}/query", "@type": "SearchQueryService"},
                    {"@id": f"{flat}/", "@type": "PackageBaseAddress/3.0.0"},
                    {
                        "@id": f"{flat}/{{lower_id}}/{{lower_version}}/readme",
                        "@type": "ReadmeUriTemplate/6.13.0",
                    },
                ]
                return _json({"version": "3.0.0", "resources": resources})
            case ["v3-flatcontainer", name, "index.json"]:
                versions = [version for known, version in self.readmes if known == name]
                return _json({"versions": versions}) if versions else MISSING
            case ["v3-flatcontainer", name, version, "readme"]:
                readme = self.readmes.get((name, version))
                return (200, {}, readme.encode()) if readme is not None else MISSING
        return MISSING


class Cargo(Double):
    """The sparse index, and rendered READMEs on a host that answers 403 for what is not there."""

    def __init__(self, host: str = "") -> None:
        self.host = host
        self.crates: dict[tuple[str, str], str | None] = {}

    def add(self, name: str, version: str, html: str | None) -> Self:
        """Publish a version with a README as it is rendered."""
        self.crates[name, version] = html
        return self

    def handlers(self) -> dict[str, Handler]:
        if self.host:
            return {self.host: self.handle_both}
        return {cargo.INDEX.host: self.handle_index, cargo.READMES.host: self.handle_readme}

    def handle_both(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer for both at one host, the index below `/index`."""
        if path.startswith("/index/"):
            return self.handle_index(method, path.removeprefix("/index"), headers, body)
        return self.handle_readme(method, path, headers, body)

    def handle_index(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the index."""
        lines = [
            json.dumps({"name": name, "vers": version, "yanked": False})
            for name, version in self.crates
            if path == f"/{_crate_folder(name.lower())}/{name.lower()}"
        ]
        return (200, {}, "\n".join(lines).encode()) if lines else MISSING

    def handle_readme(
        self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes
    ) -> Reply:
        """Answer for the READMEs, where the name is taken as it is written."""
        for (name, version), html in self.crates.items():
            if html is not None and path == f"/readmes/{name}/{name}-{quote(version, safe='')}.html":
                return 200, {"Content-Type": "text/html"}, html.encode()
        return 403, {"Content-Type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>"


def _crate_folder(name: str) -> str:
    folders = {1: "1", 2: "2", 3: f"3/{name[:1]}"}
    return folders.get(len(name), f"{name[:2]}/{name[2:4]}")


class GoProxy(Double):
    """`.info` and `.mod` files below escaped paths; branches resolve as versions do."""

    def __init__(self, host: str = golang.REGISTRY.site.host) -> None:
        self.host = host
        self.files: dict[str, bytes] = {}

    def add(self, escaped: str, query: str, version: str = "", mod: str | None = None) -> Self:
        """Have a module, its path written as the proxy wants it, by a version or a branch."""
        version = version or query
        base = f"/{escaped}/@v/{query}"
        self.files[f"{base}.info"] = json.dumps(
            {"Version": version, "Time": "2025-11-01T10:00:00Z"}
        ).encode()
        if mod is not None:
            self.files[f"{base}.mod"] = mod.encode()
        return self

    def handlers(self) -> dict[str, Handler]:
        return {self.host: self.handle}

    def handle(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer; what is not there is gone."""
        if path in self.files:
            return 200, JSON, self.files[path]
        return 410, {"Content-Type": "text/plain"}, b"not found: module lookup disabled"


class Oci(Double):
    """A registry by the distribution specification, with anonymous tokens and blobs on another host.

    `blobs_seen` are the headers that arrived there: real ones answer 400 to a bearer token.
    """

    def __init__(
        self,
        host: str = images.HUB.host,
        realm: str = "auth.example.com",
        blob_host: str = "blobs.example.com",
        *,
        asks_for_token: bool = True,
    ) -> None:
        self.host, self.realm, self.blob_host = host, realm, blob_host
        self.asks_for_token = asks_for_token
        self.manifests: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.blobs: dict[str, bytes] = {}
        self.private: set[str] = set()
        self.challenge = f'Bearer realm="https://{realm}/token?keep=1",service="{host}",scope="repository:wrong:pull"'
        self.scopes: list[str] = []

    def add(
        self,
        repository: str,
        tag: str,
        name: str | None,
        *,
        is_list: bool = True,
        platforms: tuple[tuple[str, str], ...] = (("linux", "arm64"), ("linux", "amd64")),
    ) -> str:
        """Push an image whose label is on linux/amd64 alone if it is a list; gives the top digest."""
        labels = {LABEL: name} if name is not None else None
        if not is_list:
            return self.put(repository, self.image(repository, labels), OCI_MANIFEST, tag)
        children = [
            self._child(
                self.image(repository, labels if (system, machine) == platforms[-1] else None, machine),
                repository,
                platform={"os": system, "architecture": machine},
            )
            for system, machine in platforms
        ]
        attestation = self._child(
            self.image(repository, {LABEL: "io.github.mallory/attested"}),
            repository,
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={"vnd.docker.reference.type": "attestation-manifest"},
        )
        index = {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [attestation, *children],
        }
        return self.put(repository, index, OCI_INDEX, tag)

    def image(
        self, repository: str, labels: Mapping[str, str] | None, machine: str = "amd64"
    ) -> dict[str, Any]:
        """A manifest, its configuration pushed."""
        config = {"architecture": machine, "os": "linux", "config": {"Labels": labels}}
        raw = json.dumps(config).encode()
        digest = digest_of(raw)
        self.blobs[digest] = raw
        return {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, "digest": digest, "size": len(raw)},
            "layers": [],
            "annotations": {"made.for": repository},
        }

    def put(self, repository: str, document: object, kind: str, tag: str = "") -> str:
        """Push a manifest under its digest and a tag; gives the digest."""
        raw = json.dumps(document).encode()
        for named in filter(None, (digest_of(raw), tag)):
            self.manifests[repository, named] = (kind, raw)
        return digest_of(raw)

    def _child(self, manifest: object, repository: str, **more: object) -> dict[str, object]:
        return {
            "mediaType": OCI_MANIFEST,
            "digest": self.put(repository, manifest, OCI_MANIFEST),
            **more,
        }

    def handlers(self) -> dict[str, Handler]:
        return {
            self.host: self.handle,
            self.realm: self.handle_token,
            self.blob_host: self.handle_blob,
        }

    def handle(self, _method: str, path: str, headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for manifests and blobs."""
        repository, _, rest = path.removeprefix("/v2/").rpartition("/")
        repository, _, folder = repository.rpartition("/")
        token = headers.get("Authorization", "")
        if self.asks_for_token and token != f"Bearer pull-{repository}":
            return 401, {"WWW-Authenticate": self.challenge}, b'{"errors":[{"code":"UNAUTHORIZED"}]}'
        if repository in self.private:
            return 401, {"WWW-Authenticate": self.challenge}, b'{"errors":[{"code":"DENIED"}]}'
        if folder == "blobs" and rest in self.blobs:
            return 307, {"Location": f"https://{self.blob_host}/{rest}?X-Signature=abc"}, b""
        kind, raw = self.manifests.get((repository, rest), ("", b""))
        if folder != "manifests" or not raw:
            return 404, JSON, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
        if kind not in headers.get("Accept", ""):
            return 404, JSON, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
        return 200, {"Content-Type": f"{kind}; charset=utf-8"}, raw

    def handle_token(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Give a token for the one repository of the scope."""
        query = parse_qs(urlsplit(path).query)
        if query.get("keep") != ["1"] or query.get("service") != [self.host]:
            return 400, JSON, b"{}"
        (scope,) = query["scope"]
        self.scopes.append(scope)
        return _json({"token": f"pull-{scope.split(':')[1]}"})

    def handle_blob(self, _method: str, path: str, headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the store of blobs, which takes no bearer token."""
        if "Authorization" in headers:
            return 400, {}, b"<Error><Code>InvalidArgument</Code></Error>"
        raw = self.blobs.get(urlsplit(path).path.removeprefix("/"))
        return (200, {"Content-Type": "application/octet-stream"}, raw) if raw is not None else MISSING


def digest_of(raw: bytes) -> str:
    """A digest as descriptors have it."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


class Releases(Double):
    """Files of releases on a forge, which sends to a signed address elsewhere."""

    def __init__(self, host: str = "github.com", assets: str = "assets.example.com") -> None:
        self.host, self.assets = host, assets
        self.files: dict[str, bytes] = {}

    def add(self, path: str, content: bytes) -> str:
        """Attach a file; gives its SHA-256."""
        self.files[path] = content
        return hashlib.sha256(content).hexdigest()

    def handlers(self) -> dict[str, Handler]:
        return {self.host: self.handle, self.assets: self.handle_asset}

    def handle(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the forge."""
        if path not in self.files:
            return MISSING
        return 302, {"Location": f"https://{self.assets}{path}?X-Amz-Signature=abc"}, b""

    def handle_asset(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the store, signed addresses alone."""
        parts = urlsplit(path)
        if parts.query != "X-Amz-Signature=abc":
            return 403, {}, b""
        return 200, {}, self.files[parts.path]
