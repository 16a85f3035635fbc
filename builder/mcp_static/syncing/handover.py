"""What a sync hands to the part that may write: a bounded JSON of plain values, judged there.

Whoever reads sources parses what strangers wrote, and needs no right to write. The other part looks at
paths, at what the registry itself wrote before, at the two small files that sync writes, and at the
contents of versions that are pinned; messages, dates and branches are its own. So whoever takes over a
parser can at worst bring records of servers that a list names, describe reviews falsely, and set the
statuses of versions that came from a source.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mcp_static.git.writing import NewCommit
from mcp_static.model.errors import InputError
from mcp_static.model.faults import faults_in_words
from mcp_static.model.object_ids import ObjectId
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import MAX_RECORDS
from mcp_static.syncing.reviews import LONGEST_BODY, MOST_REVIEWS, Proposal

FIX: Final = "`mcp-static sync --handover FILE` writes it, from the commit that main is at."
_MAX_BYTES: Final = 512 << 20
_MAX_VERSIONS: Final = 100_000
_VERSION_BYTES: Final = 384 << 20
"""What the versions of one handover have together, in base64; the rest comes with the next."""
_REVIEW_BYTES: Final = 48 << 20
"""The same for reviews."""

_Line = Annotated[str, StringConstraints(max_length=2_000)]
_Content = Annotated[str, StringConstraints(max_length=MAX_FILE_BYTES * 2)]
_Version = Annotated[dict[_Line, _Content], Field(min_length=1, max_length=3)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HandedReview(_Part):
    """A pull request to open: what is said about it, and the records of one server."""

    body: Annotated[str, StringConstraints(max_length=LONGEST_BODY)]
    files: dict[_Line, _Content] = Field(min_length=1, max_length=MAX_RECORDS)


class SyncHandover(_Part):
    """What a sync would commit to a registry at `before`, and what it would propose.

    `changes` are files for what the registry has: statuses, and notes of what is adopted. `versions`
    are those to take in, in their order, each with its files. `is_whole` tells whether `reviews` are
    all that are due: no source failed, and none were left for later.
    """

    format: Literal[1] = 1
    before: ObjectId
    changes: dict[_Line, _Content] = Field({}, max_length=1_000_000)
    versions: tuple[_Version, ...] = Field((), max_length=_MAX_VERSIONS)
    reviews: tuple[HandedReview, ...] = Field((), max_length=MOST_REVIEWS)
    is_whole: bool = False

    @classmethod
    def of(
        cls,
        before: str,
        commits: Sequence[NewCommit],
        reviews: Sequence[Proposal],
        *,
        is_whole: bool = False,
    ) -> Self:
        """What is handed over of a sync: its commits as far as there is room for them."""
        versions = _fitting((one.files for one in commits[1:]), _MAX_VERSIONS, _VERSION_BYTES)
        handed = _fitting((one.files for one in reviews), MOST_REVIEWS, _REVIEW_BYTES)
        return cls(
            before=before,
            changes=_encoded(commits[0].files) if commits else {},
            versions=tuple(versions),
            reviews=tuple(
                HandedReview(body=review.body, files=files)
                for review, files in zip(reviews, handed, strict=False)
            ),
            is_whole=is_whole and len(handed) == len(reviews),
        )


def read_sync_handover(path: Path) -> SyncHandover:
    """Read a handover; raises InputError for a file that is not one, or is larger than one can be."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", FIX) from None
    if len(content) > _MAX_BYTES:
        raise InputError(f"{path} is larger than {_MAX_BYTES} bytes.", FIX)
    try:
        return SyncHandover.model_validate_json(content)
    except ValidationError as error:
        first = faults_in_words(error)[0]
        raise InputError(f"{path} is not what a sync hands over: {first}.", FIX) from None


def decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a handover; raises InputError."""
    try:
        found = {path: base64.b64decode(text, validate=True) for path, text in files.items()}
    except (binascii.Error, ValueError):
        raise InputError("What was handed over does not hold: a file is not base64.", FIX) from None
    for path, content in found.items():
        if len(content) > MAX_FILE_BYTES:
            raise InputError(f"What was handed over does not hold: {path} is too large.", FIX)
    return found


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in files.items()}


def _fitting(parts: Iterable[Mapping[str, bytes]], most: int, room: int) -> list[dict[str, str]]:
    """The files of the first parts, as many as there is room for."""
    fitting = []
    for files in islice(parts, most):
        encoded = _encoded(files)
        room -= sum(map(len, encoded.values()))
        if room < 0:
            break
        fitting.append(encoded)
    return fitting
