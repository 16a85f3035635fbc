"""Dockerfiles: the labels of the image that a build ends with.

Instructions and their forms: Docker's Dockerfile reference; labels: the OCI image specification's
pre-defined annotation keys.
"""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from mcp_static.model.errors import ManifestError
from mcp_static.model.origin import parse_origin
from mcp_static.model.wording import one_line
from mcp_static.packages.images import SERVER_LABEL
from mcp_static.packages.manifest import Manifest, Project

_IMAGE: Final = "org.opencontainers.image."
_LONGEST_LABEL: Final = 20_000
_REFERENCE: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?/\S+")


def read_dockerfile(_project: Project, file: str, text: str) -> Manifest:
    """Read a Dockerfile; raises ManifestError."""
    labels = _labels(text)
    source = labels.get(f"{_IMAGE}source")
    image, notes = _image(file, labels)
    return Manifest(
        file=file,
        registry_type="oci",
        identifier=image,
        version=labels.get(f"{_IMAGE}version"),
        title=labels.get(f"{_IMAGE}title"),
        description=labels.get(f"{_IMAGE}description"),
        server_name=labels.get(SERVER_LABEL),
        repository=source,
        website=labels.get(f"{_IMAGE}url") or labels.get(f"{_IMAGE}documentation"),
        runtime_hint="docker",
        is_guess=bool(notes),
        notes=notes,
    )


def _image(file: str, labels: dict[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """The image's reference, which only a registry's address makes one, and how it is known."""
    reference = labels.get(f"{_IMAGE}ref.name", "")
    if _REFERENCE.fullmatch(reference):
        return reference, ()
    origin = parse_origin(labels.get(f"{_IMAGE}source", ""))
    if origin is None or origin.source != "github":
        return None, ()
    image = f"ghcr.io/{origin.path}".lower()
    note = f"{file} says its source is {origin.url}, so the image is taken to be {image}"
    return image, (f"{note}; --image names another",)


def _labels(text: str) -> dict[str, str]:
    """The labels of the last stage; values that a build fills in are unknown."""
    labels: dict[str, str] = {}
    for instruction, rest in _instructions(text):
        if instruction == "FROM":
            labels = {}
        elif instruction == "LABEL":
            for key, written in _pairs(rest):
                value = one_line(written)
                if value and "$" not in value:
                    labels[key] = value
                else:
                    labels.pop(key, None)
    return labels


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction with its words, its lines joined and comments left out."""
    pieces: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        piece = line.rstrip()
        pieces.append(piece.removesuffix("\\"))
        if piece.endswith("\\"):
            continue
        instruction, _, rest = "".join(pieces).strip().partition(" ")
        pieces.clear()
        yield instruction.upper(), rest


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    if len(rest) > _LONGEST_LABEL:  # shlex takes time that grows with the square of a word
        raise ManifestError(f"has a LABEL of more than {_LONGEST_LABEL} characters")
    try:
        words = shlex.split(rest)
    except ValueError:
        raise ManifestError("has a LABEL with a quotation that does not end") from None
    if words and "=" not in words[0]:
        yield words[0], " ".join(words[1:])
        return
    for word in words:
        key, _, value = word.partition("=")
        yield key, value
