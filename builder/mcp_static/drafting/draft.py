"""The draft itself: what was found and what was answered, as a document, with what is still missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from mcp_static.drafting.readme import first_paragraph
from mcp_static.model.names import name_problem
from mcp_static.model.origin import Origin, parse_origin
from mcp_static.model.remotes import VARIABLE
from mcp_static.model.server import CURRENT_SCHEMA_DATE, SCHEMA_URL
from mcp_static.model.web_addresses import is_https, parse_address
from mcp_static.model.wording import cut, one_line
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.markers import marker_in
from mcp_static.packages.oci import OCI
from mcp_static.packages.types import package_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a project says: `subfolder` is its place in the repository of `origin`."""

    manifests: tuple[Manifest, ...] = ()
    origin: Origin | None = None
    subfolder: str = ""
    readme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the author said; None means not asked yet, empty means no."""

    name: str | None = None
    description: str | None = None
    version: str | None = None
    image: str | None = None
    remote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that a project may not say: the answer's field, and the document's that it fills."""

    field: Literal["name", "description", "version", "image", "remote"]
    fills: str
    option: str
    asks: str
    is_necessary: bool = True


QUESTIONS: Final = (
    Question(
        field="name",
        fills="name",
        option="--name",
        asks="Name of the server, such as io.github.alice/weather",
    ),
    Question(
        field="description",
        fills="description",
        option="--description",
        asks="What it does, in at most 100 characters",
    ),
    Question(
        field="version",
        fills="version",
        option="--server-version",
        asks="Version of this release, such as 1.0.0",
    ),
    Question(
        field="image",
        fills="packages",
        option="--image",
        asks="Image made from the Dockerfile, such as ghcr.io/alice/weather (empty for none)",
        is_necessary=False,
    ),
    Question(
        field="remote",
        fills="remotes",
        option="--remote",
        asks="Address where it is hosted, beginning with https:// (empty for none)",
        is_necessary=False,
    ),
)
"""What may have to be asked, in that order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document, the questions that the project left open, and what its author should know."""

    document: dict[str, Any]
    missing: tuple[Question, ...]
    notes: tuple[str, ...]


def draft(found: Findings, answers: Answers) -> Draft:
    """The document that follows from all this; never raises."""
    name, notes = _name(found, answers)
    version = _version(found, answers)
    origin, subfolder = _repository(found)
    document: dict[str, Any] = {
        "$schema": SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE),
        "name": name,
        "title": _cut_or_none(_first(manifest.title for manifest in found.manifests)),
        "description": _description(found, answers),
        "version": version,
        "repository": _repository_part(origin, subfolder),
        "websiteUrl": _website(found, origin),
        "packages": list(_packages(found, answers, version)),
        "remotes": _remotes(answers),
    }
    written = {key: value for key, value in document.items() if value}
    missing = tuple(question for question in QUESTIONS if _is_open(question, found, answers, written))
    return Draft(document=written, missing=missing, notes=(*notes, *_assumed(found, version)))


def _assumed(found: Findings, version: str | None) -> Iterator[str]:
    """A note for each package that has its version of another's manifest."""
    is_known = any(manifest.version for manifest in found.manifests)
    for manifest in found.manifests:
        is_package = manifest.identifier and manifest.registry_type != OCI.id
        if is_package and version and is_known and not manifest.version:
            yield f"{manifest.file} gives no version, so its package is taken to have {version}"


def _is_open(question: Question, found: Findings, answers: Answers, document: dict[str, Any]) -> bool:
    if question.field == "image":
        has_image = any(manifest.registry_type == OCI.id for manifest in found.manifests)
        return has_image and answers.image is None and not _image(found, answers)
    if question.field == "remote":
        return answers.remote is None
    return question.fills not in document


def _first(values: Iterator[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _cut_or_none(text: str | None) -> str | None:
    return cut(text) if text else None


def _name(found: Findings, answers: Answers) -> tuple[str | None, tuple[str, ...]]:
    """The server's name, by the first that knows it: the author, a marker, the repository."""
    if answers.name is not None:
        return one_line(answers.name), ()
    said = [(manifest.file, manifest.server_name) for manifest in found.manifests]
    said.append(("the README", marker_in(found.readme or "")))
    chosen: str | None = None
    notes = []
    for where, name in said:
        if name is None:
            continue
        if problem := name_problem(name):
            notes.append(f"{where} names a server, but the name {problem}")
        elif chosen is None:
            chosen = name
        elif name != chosen:
            notes.append(f"{where} names {name}, not {chosen}")
    if chosen is None:
        origin, subfolder = _repository(found)
        chosen = origin.server_name(subfolder) if origin else None
    return chosen, tuple(notes)


def _description(found: Findings, answers: Answers) -> str | None:
    if answers.description is not None:
        return one_line(answers.description)
    said = _first(manifest.description for manifest in found.manifests)
    return _cut_or_none(said or first_paragraph(found.readme or ""))


def _version(found: Findings, answers: Answers) -> str | None:
    """The version of the first manifest that has one."""
    if answers.version is not None:
        return one_line(answers.version)
    return _first(manifest.version for manifest in found.manifests)


def _repository(found: Findings) -> tuple[Origin | None, str]:
    """Where the project is kept, and in which folder: as Git says, or else a manifest.

    Git comes first, since in a fork the manifests still name the repository it was made from.
    """
    if found.origin is not None:
        return found.origin, found.subfolder
    for manifest in found.manifests:
        if origin := _declared(manifest.repository):
            return origin, manifest.subfolder or found.subfolder
    return None, found.subfolder


def _declared(address: str | None) -> Origin | None:
    """The repository that a manifest names; npm's `owner/name` alone is one on GitHub."""
    if address and re.fullmatch(r"[\w.-]+/[\w.-]+", address, re.ASCII):
        address = f"github:{address}"
    return parse_origin(address) if address else None


def _repository_part(origin: Origin | None, subfolder: str) -> dict[str, str] | None:
    if origin is None:
        return None
    part = {"url": origin.url, "source": origin.source}
    is_clean = re.fullmatch(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", subfolder)
    if is_clean and not {".", ".."} & set(subfolder.split("/")):
        part["subfolder"] = subfolder
    return part


def _website(found: Findings, origin: Origin | None) -> str | None:
    """A home page that is more than the repository itself."""
    for manifest in found.manifests:
        site = manifest.website
        if site and is_https(site) and (origin is None or parse_origin(site) != origin):
            return site
    return None


def _packages(found: Findings, answers: Answers, version: str | None) -> Iterator[dict[str, Any]]:
    for manifest in found.manifests:
        if manifest.registry_type != OCI.id and manifest.identifier:
            yield _package(manifest, version)
    if image := _image(found, answers):
        named = Manifest(file="", registry_type=OCI.id, identifier=image, runtime_hint="docker")
        yield _package(named, version)


def _package(manifest: Manifest, version: str | None) -> dict[str, Any]:
    known = package_type(manifest.registry_type)
    assert known is not None
    package = {
        "registryType": known.id,
        **known.release(manifest.identifier or "", manifest.version or version or ""),
        "runtimeHint": manifest.runtime_hint,
        "transport": {"type": "stdio"},
    }
    return {key: value for key, value in package.items() if value}


def _image(found: Findings, answers: Answers) -> str | None:
    if answers.image is not None:
        return one_line(answers.image)
    return _first(
        manifest.identifier for manifest in found.manifests if manifest.registry_type == OCI.id
    )


def _remotes(answers: Answers) -> list[dict[str, str]]:
    url = one_line(answers.remote)
    if url is None:
        return []
    address = None if VARIABLE.search(url) else parse_address(url)
    if address is not None and not address.has_credentials:
        url = str(address)  # as others are compared with it
    kind = "sse" if url.rstrip("/").endswith("/sse") else "streamable-http"
    return [{"type": kind, "url": url}]
