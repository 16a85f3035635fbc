"""`.mcp-static.json`: what `new` was told and wrote, so that `upgrade` can tell edits by hand apart."""

import hashlib
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

import mcp_static
from mcp_static.model.errors import InputError
from mcp_static.model.layout import DATA_ROOT
from mcp_static.scaffolding.answers import Answers
from mcp_static.scaffolding.installation import Installation

RECORD_FILE: Final = ".mcp-static.json"
MAX_RECORD_BYTES: Final = 4 << 20


def _is_written(path: str) -> str:
    """A path that `new` may have written; ValueError for one that leads elsewhere.

    The record is a file like others, so whoever changes it could have an upgrade remove what is outside
    the repository, in its `.git`, or among what is published.
    """
    parts = PurePosixPath(path).parts
    is_plain = bool(parts) and "/".join(parts) == path and path.isprintable()
    if not is_plain or path.startswith("/") or ".." in parts or {"\\", ":"} & set(path):
        raise ValueError("is not a path in the repository")
    if parts[0].lower() in {".git", DATA_ROOT, RECORD_FILE}:
        raise ValueError("is not a file that is written here")
    return path


_Path = Annotated[str, AfterValidator(_is_written)]


class Origin(BaseModel):
    """Where the tool comes from, as the options say: an index or a requirement, and its repository."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: str = ""
    tool: str = ""
    tool_url: str = ""


class Record(BaseModel):
    """The answers, the release that wrote the files, and each file as it was written.

    `texts` are files that people edit, whole; `generated` are those that nobody does, by SHA-256.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    comment: str = "Written by mcp-static, for `mcp-static upgrade`. Do not edit it."
    format: Literal[1] = 1
    version: str
    answers: Answers
    origin: Origin = Origin()
    generated: dict[_Path, str]
    texts: dict[_Path, str]

    def written(self) -> bytes:
        """The record as a file."""
        return f"{self.model_dump_json(indent=2)}\n".encode()


def record_of(
    answers: Answers, texts: dict[str, bytes], installed: Installation, tool_url: str
) -> Record:
    """The record of what this release writes."""
    return Record(
        version=mcp_static.__version__,
        answers=answers,
        origin=Origin(index=installed.index, tool=installed.tool, tool_url=tool_url),
        generated={path: digest_of(content) for path, content in sorted(installed.files.items())},
        texts={path: content.decode() for path, content in sorted(texts.items())},
    )


def digest_of(content: bytes) -> str:
    """The SHA-256 of a generated file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_record(content: bytes) -> Record:
    """Read a record; raises InputError for one that cannot be read, or is of a newer release."""
    try:
        record = Record.model_validate_json(content)
        is_newer = Version(record.version) > Version(mcp_static.__version__)
    except (ValidationError, InvalidVersion):
        raise InputError(
            f"{RECORD_FILE} is not what `mcp-static new` writes.",
            "Restore it from Git, or remove it and give the answers again as options.",
        ) from None
    if is_newer:
        raise InputError(
            f"{RECORD_FILE} was written by mcp-static {record.version}, a newer release than this.",
            f"Install {record.version} or newer: this is {mcp_static.__version__}.",
        )
    return record
