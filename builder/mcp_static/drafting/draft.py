"""The draft itself: what was found and what was answered, as a document, with what is still missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mcp_static.drafting.answers import NONE, QUESTIONS, Answers, Question
from mcp_static.drafting.drafted_packages import draft_packages, image_of, package_notes
from mcp_static.drafting.facts import Findings
from mcp_static.drafting.placeholders import has_placeholder, real_version
from mcp_static.drafting.programs import choices, likely_program, needs_choice, program_notes
from mcp_static.drafting.readme import first_paragraph
from mcp_static.model.names import name_problem
from mcp_static.model.origin import Origin, parse_origin
from mcp_static.model.reading import Part, text_of
from mcp_static.model.remotes import VARIABLE
from mcp_static.model.server import CURRENT_SCHEMA_DATE, SCHEMA_URL
from mcp_static.model.web_addresses import is_https, parse_address
from mcp_static.model.wording import cut, one_line, whole_sentences
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.markers import marker_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document, the questions that the project left open, and what its author should know."""

    document: Part
    missing: tuple[Question, ...]
    notes: tuple[str, ...]


def draft(found: Findings, answers: Answers) -> Draft:
    """The document that follows from all this; never raises."""
    found = replace(found, manifests=tuple(_real(one) for one in found.manifests))
    name, notes = _name(found, answers)
    version, version_notes = _version(found, answers)
    description, description_notes = _description(found, answers)
    origin, subfolder = _repository(found)
    document: Part = {
        "$schema": SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE),
        "name": name,
        "title": _title(found),
        "description": description,
        "version": version,
        "repository": _repository_part(origin, subfolder),
        "websiteUrl": _website(found, origin),
        "icons": found.existing.get("icons"),
        "packages": list(draft_packages(found, answers, version, origin)),
        "remotes": _remotes(found, answers),
        "_meta": found.existing.get("_meta"),
    }
    written = {key: value for key, value in document.items() if value}
    missing = tuple(_open_questions(found, answers, written))
    more = (*version_notes, *description_notes, *program_notes(found, answers.command))
    return Draft(
        document=written,
        missing=missing,
        notes=(*notes, *more, *package_notes(found, answers, version, origin)),
    )


def _real(manifest: Manifest) -> Manifest:
    """A manifest without the placeholders that templates leave in it."""
    texts = {"repository": "url", "website": "websiteUrl"}
    texts |= {key: key for key in ("identifier", "title", "description")}
    gone: dict[str, Any] = {
        key: None for key, field in texts.items() if has_placeholder(field, getattr(manifest, key))
    }
    return replace(manifest, version=real_version(manifest.version), **gone)


def _open_questions(found: Findings, answers: Answers, document: Part) -> Iterator[Question]:
    for question in QUESTIONS:
        if question.field == "command":
            open_ones = [one for one in found.manifests if needs_choice(one)]
            is_clear = all(likely_program(one, found) for one in open_ones)
            if open_ones and not is_clear and answers.command not in choices(open_ones):
                yield replace(question, choices=choices(open_ones))
        elif question.field == "image":
            has_dockerfile = any(one.registry_type == "oci" for one in found.manifests)
            if has_dockerfile and answers.image is None and not image_of(found, answers):
                yield question
        elif question.field == "variables":
            is_known = any("environmentVariables" in one for one in found.existing.get("packages", ()))
            is_open = found.variables and not is_known and answers.variables is None
            if is_open and "packages" in document:
                yield replace(question, default=" ".join(one.name for one in found.variables))
        elif question.field == "remote":
            if answers.remote is None and not found.existing.get("remotes"):
                yield replace(question, default=_address(found))
        elif question.fills not in document:
            yield question


def _address(found: Findings) -> str | None:
    """The only address by which the project's own configurations reach the server."""
    known = [one for one in found.addresses if _is_public(one)]
    return known[0] if len(known) == 1 else None


def _is_public(text: str) -> bool:
    """Whether an address can be everybody's: no example, nothing inside, and no secret in it."""
    address = parse_address(text) if is_https(text) and not has_placeholder("url", text) else None
    if address is None or address.is_ip or address.has_credentials or address.query:
        return False
    return "." in address.host and not re.search(r"your|example|localhost", address.host)


def _first(values: Iterator[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _title(found: Findings) -> str | None:
    title = text_of(found.existing, "title") or _first(one.title for one in found.manifests)
    return cut(title) if title else None


def _name(found: Findings, answers: Answers) -> tuple[str | None, tuple[str, ...]]:
    """The server's name, by the first that knows it: the author, a marker, the repository."""
    if answers.name is not None:
        return one_line(answers.name), ()
    said = [(manifest.file, manifest.server_name) for manifest in found.manifests]
    said.append(("the README", marker_in(found.readme or "")))
    said.append(("the server.json that is there", text_of(found.existing, "name")))
    chosen: str | None = None
    notes = []
    for where, name in said:
        if name is None:
            continue
        if problem := name_problem(name):
            notes.append(f"{where} names a server, but the name {problem}")
        elif chosen is None:
            chosen = name
        elif name.casefold() != chosen.casefold():
            notes.append(f"{where} names {name}, not {chosen}")
    if chosen is None:
        origin, subfolder = _repository(found)
        chosen = origin.server_name(subfolder) if origin else None
    return chosen, tuple(notes)


def _description(found: Findings, answers: Answers) -> tuple[str | None, tuple[str, ...]]:
    """The first of which whole sentences are short enough; else the beginning of the first."""
    if answers.description is not None:
        return one_line(answers.description), ()
    existing = text_of(found.existing, "description")
    said = [
        existing,
        *(one.description for one in found.manifests),
        first_paragraph(found.readme or ""),
    ]
    texts = [text for text in said if text]
    fitting = _first(whole_sentences(text) for text in texts)
    if fitting or not texts:
        return fitting, ()
    note = "the description is too long, and is cut in its first sentence; --description gives another"
    return cut(texts[0]), (note,)


def _version(found: Findings, answers: Answers) -> tuple[str | None, tuple[str, ...]]:
    """The version of the first manifest that has one, or that of the newest tag."""
    if answers.version is not None:
        return one_line(answers.version), ()
    version = _first(one.version for one in found.manifests)
    if version or found.release is None:
        return version, ()
    return found.release.version, (
        f"no manifest gives a version, so it is taken to be that of the tag {found.release.tag}",
    )


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
    said = (text_of(found.existing, "websiteUrl"), *(one.website for one in found.manifests))
    for site in said:
        if site and is_https(site) and (origin is None or parse_origin(site) != origin):
            return site
    return None


def _remotes(found: Findings, answers: Answers) -> list[Part]:
    if answers.remote is None:
        return found.existing.get("remotes") or []
    url = one_line(answers.remote)
    if url is None or url == NONE:
        return []
    address = None if VARIABLE.search(url) else parse_address(url)
    if address is not None and not address.has_credentials:
        url = str(address)  # as others are compared with it
    kind = "sse" if url.rstrip("/").endswith("/sse") else "streamable-http"
    return [{"type": kind, "url": url}]
