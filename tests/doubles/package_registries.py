"""Package registries as their documentation describes them, small enough to read."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlsplit

from mcp_static.packages import cargo, golang, npm, nuget

from tests.doubles.https import Handler
from tests.doubles.registry_double import JSON, MISSING, Double, Reply, integrity, json_reply, sha256


class Npm(Double):
    """`GET /<name>/<version or dist-tag>`; a scope's slash comes escaped."""

    def __init__(self, host: str = npm.REGISTRY.site.host) -> None:
        self.host = host
        self.manifests: dict[str, dict[str, Any]] = {}

    def add(self, name: str, version: str, *, tag: str = "", **manifest: Any) -> Self:
        """Publish a version, under a dist-tag as well."""
        dist = {"integrity": integrity(f"{name}@{version}"), "shasum": "0" * 40}
        whole = {"name": name, "version": version, "dist": dist, **manifest}
        for named in filter(None, (version, tag)):
            self.manifests[f"/{name.replace('/', '%2F')}/{named}"] = whole
        return self

    def handlers(self) -> dict[str, Handler]:
        return {self.host: self.handle}

    def handle(self, _method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer as registries do, where the case of `%2f` does not matter."""
        manifest = self.manifests.get(path.replace("%2f", "%2F"))
        return json_reply(manifest) if manifest else (404, JSON, b'"version not found"')


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
                    {"@id": f"https://{self.host}/old/", "@type": "RegistrationsBaseUrl"},
                    {
                        "@id": f"https://{self.host}/registration/",
                        "@type": "RegistrationsBaseUrl/3.6.0",
                    },
                ]
                return json_reply({"version": "3.0.0", "resources": resources})
            case ["v3-flatcontainer", name, "index.json"]:
                versions = [version for known, version in self.readmes if known == name]
                return json_reply({"versions": versions}) if versions else MISSING
            case ["registration", name, file]:
                version = file.removesuffix(".json")
                entry = f"https://{self.host}/catalog/{name}.{version}.json"
                return (
                    json_reply({"catalogEntry": entry}) if (name, version) in self.readmes else MISSING
                )
            case ["catalog", file]:
                digest = integrity(file).removeprefix("sha512-")
                return json_reply({"packageHash": digest, "packageHashAlgorithm": "SHA512"})
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
            json.dumps(
                {"name": name, "vers": version, "yanked": False, "cksum": sha256(f"{name} {version}")}
            )
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
            {
                "Version": version,
                "Time": "2025-11-01T10:00:00Z",
                "Origin": {"VCS": "git", "Hash": sha256(base)[:40]},
            }
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
