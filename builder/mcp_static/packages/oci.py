"""OCI: the image's configuration carries the label `io.modelcontextprotocol.server.name`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from mcp_static.model.errors import NoCommandError, NotProvenError
from mcp_static.model.reading import Part, text_of
from mcp_static.packages.dockerfile import read_dockerfile
from mcp_static.packages.identifiers import MAX_SHOWN, Misnomer
from mcp_static.packages.images import (
    HUB,
    HUB_NAMES,
    PAGES,
    SERVER_LABEL,
    has_tag_or_digest,
    image_page,
    is_moving_tag,
    is_public_host,
    parse_reference,
    parse_repository,
    with_tag,
)
from mcp_static.packages.launch import Launch, RunnablePackage, run_with
from mcp_static.packages.manifest import Manifest, ManifestFormat
from mcp_static.packages.package import Package, PackageProof, is_named
from mcp_static.packages.ports import published_port
from mcp_static.packages.registry import command_address
from mcp_static.packages.type import PackageType, Requirement
from mcp_static.packages.values import fixed_text

RUNNERS: Final = ("docker", "podman")
"""Programs that start containers by the same words; the first is what a package gets unless it asks."""
_EXAMPLE: Final = "Write it as ghcr.io/alice/weather:1.2.3."


def _breaches(package: Part) -> Iterator[tuple[str, str]]:
    identifier = text_of(package, "identifier")
    if identifier is not None and not has_tag_or_digest(identifier):
        yield "identifier", "has neither a tag nor a digest"
    for member in ("version", "registryBaseUrl"):
        if member in package:
            yield member, "has no place in an OCI package"


def _misnomer(identifier: str) -> Misnomer | None:
    """What is wrong with an image reference (the distribution specification; Docker's custom)."""
    if not has_tag_or_digest(identifier):
        identifier = f"{identifier}:latest"  # for which a requirement asks
    if not identifier or re.search(r"\s", identifier):
        return None
    if match := _HUB_PAGE.fullmatch(identifier):
        image = (match["image"] or f"library/{match['official']}") + match["tag"]
        return Misnomer(
            f"is {identifier[:MAX_SHOWN]!r}, a page of Docker Hub", f"Write `{HUB_NAMES[0]}/{image}`."
        )
    if parse_reference(identifier):
        return None
    shown = f"is {identifier[:MAX_SHOWN]!r}"
    if "://" in identifier:
        plain = identifier.partition("://")[2].rstrip("/")
        fix = f"Write `{plain}`." if parse_reference(plain) else _EXAMPLE
        return Misnomer(f"{shown}, an address", fix)
    if (repaired := identifier.replace(":sha256:", "@sha256:")) != identifier and parse_reference(
        repaired
    ):
        return Misnomer(f"{shown}, whose digest follows a colon", f"Write `{repaired}`.")
    path, colon, tag = identifier.rpartition(":")
    if parse_reference(small := f"{path.lower()}{colon}{tag}"):
        return Misnomer(f"{shown}, and images are named in lowercase", f"Write `{small}`.")
    return Misnomer(f"{shown}, which is not an image reference", _EXAMPLE)


_HUB_PAGE: Final = re.compile(
    rf"(?:https://)?{re.escape(PAGES[HUB.host].host)}/"
    r"(?:r/(?P<image>[a-z0-9._-]+/[a-z0-9._-]+)|_/(?P<official>[a-z0-9._-]+))/?(?P<tag>:[\w.-]+)?"
)


def _page(package: Part) -> str:
    return image_page(text_of(package, "identifier") or "", text_of(package, "version") or "")


_FLAGS: Final = frozenset(
    {
        *("-d", "--detach", "--disable-content-trust", "-i", "--interactive", "--init"),
        *("--no-healthcheck", "--oom-kill-disable", "--privileged", "-P", "--publish-all"),
        *("-q", "--quiet", "--read-only", "--rm", "--sig-proxy", "-t", "--tty"),
    }
)
"""Options of `docker run` that take no value (docs.docker.com/reference/cli/docker/container/run)."""

_START: Final = (("run",), ("-i",), ("--rm",))

_NETWORKS: Final = ("-p", "--publish", "-P", "--publish-all", "--net", "--network")
"""Options by which a record itself makes its server's port reachable."""


def _launch(package: RunnablePackage) -> Launch:
    launch = run_with(
        package,
        RUNNERS,
        *(option for (option,) in _START),
        *_passed_variables(package),
        named=with_tag(_image(package), package.version),
        is_identifier=_is_same_image,
    )
    port = published_port(package.address)
    given = {fixed_text(word).partition("=")[0] for word in package.runtime_arguments}
    if not port or not given.isdisjoint(_NETWORKS):
        return launch
    own = takewhile(lambda word: word in _START, launch.args[: len(_START)])
    at = len(list(own))
    return replace(launch, args=(*launch.args[:at], ("-p",), port, *launch.args[at:]))


def _image(package: RunnablePackage) -> str:
    """The image with the host that it comes from; raises NoCommandError if the record names two.

    Records of today have the host in the identifier; older ones name it in `registryBaseUrl`.
    """
    image, named = package.identifier, package.base_url
    if not named:
        return image
    address = command_address(named if "://" in named else f"https://{named}")
    if address.host in HUB_NAMES:
        return image
    port = f":{address.port}" if address.port else ""
    host = f"{address.host}{port}"
    first, slash, _ = image.partition("/")
    if not (slash and ("." in first or ":" in first or first == "localhost")):
        return f"{host}{address.path.rstrip('/')}/{image}"
    if first.lower() != host:
        raise NoCommandError(f"its identifier is on another host than its registryBaseUrl, {host}")
    return image


def _passed_variables(package: RunnablePackage) -> Iterator[str]:
    """Options that hand the environment variables over, unless the record does it for one itself."""
    given = {word for (word, *_) in package.runtime_arguments if isinstance(word, str)}
    for name, _ in package.environment:
        if not any(word == name or word.startswith(f"{name}=") for word in given):
            yield from ("-e", name)


def _is_same_image(word: str, identifier: str) -> bool:
    if word == identifier:
        return True
    repository = parse_repository(word)
    return "/" in identifier and repository is not None and repository == parse_repository(identifier)


def _prove(package: Package) -> PackageProof:
    from mcp_static.packages.image_labels import server_label

    reference = parse_reference(package.identifier)
    if reference is None:
        raise NotProvenError(
            f"{package.identifier} is not an image reference with a tag or digest",
            _EXAMPLE,
        )
    trusted = {address.partition("://")[2] or address for address in package.trusted}
    if not is_public_host(reference.host) and reference.host not in trusted:
        raise NotProvenError(
            f"images from {reference.host} are not trusted here",
            "Push the image to a registry that docs/authors.md lists.",
        )
    found, resolved = server_label(package, reference)
    if is_named(found, package.name):
        pinned = ""
        if is_moving_tag(reference.version):
            pinned = f"; {package.identifier}@{resolved} pins what it is now"
        return PackageProof(f"{package.identifier} has the label {SERVER_LABEL}{pinned}", resolved)
    fix = f'Build the image with LABEL {SERVER_LABEL}="{package.name}" and push it under a new tag.'
    if found:
        raise NotProvenError(f"{package.identifier} has the label of {found[:200]}", fix)
    raise NotProvenError(f"{package.identifier} has no label {SERVER_LABEL}", fix)


def _advice(manifests: Sequence[Manifest], name: str) -> Iterator[str]:
    if not any(manifest.server_name == name for manifest in manifests):
        yield f'Dockerfile: add `LABEL {SERVER_LABEL}="{name}"`.'


def _release(identifier: str, version: str) -> Part:
    return {"identifier": with_tag(identifier, version)}


OCI: Final = PackageType(
    id="oci",
    title="Container image",
    label="Container images",
    also_called=frozenset({"container", "docker", "dockerhub", "ghcr", "image"}),
    needs_version=False,
    requirements=(
        Requirement(
            id="package-oci-reference",
            requirement="An OCI package is one image reference with its registry, tag or digest; it "
            "has no `version` and no `registryBaseUrl`.",
            fix="Write it all in the identifier, such as ghcr.io/alice/weather:1.2.3.",
            breaches=_breaches,
        ),
    ),
    misnomer=_misnomer,
    repeated_options=dict.fromkeys(RUNNERS, frozenset({"run", "-i", "--interactive", "--rm"})),
    can_trust_registries=True,
    registry=None,
    page=_page,
    launch=_launch,
    flags=_FLAGS,
    marker=f"the label `{SERVER_LABEL}`",
    prove=_prove,
    manifest=ManifestFormat("Dockerfile", read_dockerfile),
    marker_advice=_advice,
    release=_release,
)
