"""Labels of container images, as their registry has them.

Asked by the distribution specification: manifest (or a list of them), then the configuration blob;
with the anonymous token that a registry's challenge names. What is addressed by its digest is checked
against it, so it does not matter from where a redirect brings it.
"""

import hashlib
import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from mcp_static.model.errors import FetchRefusedError, NotProvenError, SignInError, UnansweredError
from mcp_static.packages.images import DIGEST, SERVER_LABEL, Reference, is_public_host
from mcp_static.packages.package import Answer, Package, expect, host_of, json_of, wants_sign_in

_LISTS: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
# Nothing is tried twice: a header may be one long word, or one long gap.
_PARAMETER: Final = re.compile(r'(?<![A-Za-z_])([A-Za-z_]++)[ \t]*+=[ \t]*+(?:"([^"]*+)"|([^\s,"]++))')


def server_label(package: Package, reference: Reference) -> tuple[str, str]:
    """The server name that an image's configuration carries, and the digest of what was resolved.

    The name is empty where there is none.

    Raises NotProvenError, UnansweredError and FetchRefusedError.
    """
    image = _Image(package, reference)
    return image.label(), image.digest


class _Image:
    """One image, asked step by step."""

    def __init__(self, package: Package, reference: Reference) -> None:
        self._package = package
        self._reference = reference
        self._base = f"https://{reference.host}/v2/{reference.repository}"
        self._token = ""
        self.digest = ""
        """The digest of the manifest, or of the list of them, that the reference names."""

    def label(self) -> str:
        """The label, after manifest and configuration are read."""
        manifest = self._manifest(self._reference.version)
        self.digest = f"sha256:{hashlib.sha256(manifest.body).hexdigest()}"
        if _kind(manifest) in _LISTS:
            child = _runnable(json_of(manifest).get("manifests"))
            if child is None:
                raise NotProvenError(
                    f"{self._package.identifier} lists no image that can be run",
                    "Push one for linux/amd64.",
                )
            manifest = self._manifest(child)
        if _kind(manifest) not in _MANIFESTS:
            raise NotProvenError(
                f"{self._package.identifier} is not an image that can be read", "Push an OCI image."
            )
        config = json_of(manifest).get("config")
        digest = config.get("digest") if isinstance(config, dict) else None
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise NotProvenError(f"{self._package.identifier} has no configuration", "Push it again.")
        blob = self._verified(self._get(f"{self._base}/blobs/{digest}", "*/*"), digest)
        labels = _member(_member(json_of(blob), "config"), "Labels")
        said = labels.get(SERVER_LABEL)
        return said if isinstance(said, str) else ""

    def _manifest(self, version: str) -> Answer:
        accept = ", ".join((*_LISTS, *_MANIFESTS))
        answer = self._get(f"{self._base}/manifests/{version}", accept)
        return self._verified(answer, version) if DIGEST.fullmatch(version) else answer

    def _verified(self, answer: Answer, digest: str) -> Answer:
        if f"sha256:{hashlib.sha256(answer.body).hexdigest()}" != digest:
            raise FetchRefusedError(f"{answer.url.partition('?')[0]} is not what its digest says")
        return answer

    def _get(self, url: str, accept: str) -> Answer:
        answer = self._asked(url, accept)
        if answer.status == 401 and not self._token:
            self._token = self._authorize(answer.headers.get("WWW-Authenticate", ""))
            answer = self._asked(url, accept)
        if answer.is_ok:
            return answer
        if answer.status in {401, 403}:
            raise self._hidden(answer)
        if answer.status == 404:
            raise self._package.not_shown(self._package.identifier)
        raise UnansweredError(f"{url} answered {answer.status}")

    def _hidden(self, answer: Answer) -> NotProvenError | SignInError:
        """The error for an image that is not shown to us: its author's matter in a public registry."""
        is_trusted = any(self._reference.host == host_of(one) for one in self._package.trusted)
        if is_public_host(self._reference.host) and not is_trusted:
            return NotProvenError(
                f"{self._package.identifier} does not exist, or is private",
                "Push it, and make it public.",
            )
        return wants_sign_in(answer)

    def _asked(self, url: str, accept: str) -> Answer:
        headers = {"Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._package.fetch.answer(url, headers)

    def _authorize(self, challenge: str) -> str:
        """The anonymous token that a challenge offers (the distribution project's token protocol)."""
        start = re.search(r"\bBearer\s+", challenge, re.IGNORECASE)
        found = {
            key.lower(): quoted or plain
            for key, quoted, plain in reversed(
                _PARAMETER.findall(challenge[start.end() :] if start else "")
            )  # of several challenges the first counts
        }
        try:
            realm = urlsplit(found.get("realm", ""))
        except ValueError:
            realm = urlsplit("")
        if realm.scheme != "https":
            raise UnansweredError(
                f"{self._reference.host} asks for a login, but names no https address for it"
            )
        query = [*parse_qsl(realm.query), ("scope", f"repository:{self._reference.repository}:pull")]
        if "service" in found:
            query.append(("service", found["service"]))
        address = realm._replace(query=urlencode(query), fragment="").geturl()
        answer = self._package.get(address)
        if answer.status in {401, 403, 404}:
            raise self._hidden(answer)
        expect(answer)
        document = json_of(answer)
        token = document.get("token") or document.get("access_token")
        if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
            raise UnansweredError(f"{realm.hostname} gave no token")
        return token


def _kind(answer: Answer) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _member(document: Any, key: str) -> dict[str, Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def _runnable(children: Any) -> str | None:
    """The digest of the image for linux/amd64, else of the first that is not an attestation."""
    digests: list[tuple[bool, str]] = []
    for child in children if isinstance(children, list) else ():
        if not isinstance(child, dict) or not DIGEST.fullmatch(str(child.get("digest"))):
            continue
        platform = _member(child, "platform")
        system, machine = platform.get("os", "linux"), platform.get("architecture", "amd64")
        if "unknown" in (system, machine) or "vnd.docker.reference.type" in _member(
            child, "annotations"
        ):
            continue
        digests.append(((system, machine) != ("linux", "amd64"), str(child["digest"])))
    return min(digests, key=lambda pair: pair[0])[1] if digests else None
