"""Proposing records: the commit, branch and pull request that bring them to a registry."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final

from mcp_static.model.layout import encode_segment, record_path
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName
from mcp_static.model.status import StatusFile

REVIEWS: Final = "mcp-sync/"
"""What the branches begin with that propose what sync would take in."""

_PLAIN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]*")


def shown_version(version: str) -> str:
    """A version as messages of commits and titles have it: as in its path unless it is a plain token.

    So it closes no issue, names nobody, and keeps no pipeline from running.
    """
    return version if _PLAIN.fullmatch(version) else encode_segment(version)


def branch_for(name: ServerName, version: str, purpose: str) -> str:
    """The branch that proposes a version or its status: the same for the same, other for others."""
    digest = hashlib.sha256(f"{name}@{version}".encode()).hexdigest()[:12]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name.server).strip("-")
    return f"mcp-{purpose}/{plain}-{digest}"


def publish_files(
    name: ServerName, version: str, content: bytes, signature: bytes | None = None
) -> dict[str, bytes]:
    """The files of a publish, by their paths."""
    files = {record_path(name, version): content}
    if signature is not None:
        files[record_path(name, version, "proof.json")] = signature
    return files


def status_file(
    name: ServerName, version: str, status: Status, message: str | None, replaced: bytes | None
) -> StatusFile:
    """A status for a version, tied to the one that it replaces."""
    return StatusFile.model_construct(
        status=status,
        status_message=message,
        name=str(name),
        version=version,
        replaces=hashlib.sha256(replaced).hexdigest() if replaced is not None else None,
        proof=None,
    )


def status_bytes(file: StatusFile) -> bytes:
    """A `status.json` as it is written."""
    document = file.model_dump(mode="json", by_alias=True, exclude_none=True)
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def commit_message(title: str, trailers: Mapping[str, str] | None = None) -> str:
    """A commit's message, with trailers that Git can read back."""
    lines = [f"{key}: {value}" for key, value in (trailers or {}).items()]
    return f"{title}\n" + ("\n" + "\n".join(lines) + "\n" if lines else "")
