"""A registry of OCI images as the distribution specification describes it, small enough to read."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from mcp_static.packages import images

from tests.doubles.https import Handler
from tests.doubles.registry_double import JSON, MISSING, Double, Reply, digest_of, json_reply

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
LABEL: Final = "io.modelcontextprotocol.server.name"


class Oci(Double):
    """A registry by the distribution specification, with anonymous tokens and blobs on another host.

    As real ones do, that host answers 400 to a bearer token.
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
        return json_reply({"token": f"pull-{scope.split(':')[1]}"})

    def handle_blob(self, _method: str, path: str, headers: Mapping[str, str], _body: bytes) -> Reply:
        """Answer for the store of blobs, which takes no bearer token."""
        if "Authorization" in headers:
            return 400, {}, b"<Error><Code>InvalidArgument</Code></Error>"
        raw = self.blobs.get(urlsplit(path).path.removeprefix("/"))
        return (200, {"Content-Type": "application/octet-stream"}, raw) if raw is not None else MISSING
