"""A decision of the operator: the files that it writes and removes, its log entry, its commit."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from mcp_static.git.repository import Repository, resolve_commit
from mcp_static.git.writing import NewCommit, committer_name, require_clean, write_commits
from mcp_static.model.errors import InputError
from mcp_static.model.faults import faults_in_words
from mcp_static.model.moderation_log import Act, LogEntry
from mcp_static.model.times import format_time


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something is done, by whom and when, in seconds since 1970."""

    reason: str
    by: str
    at: int

    @property
    def written_at(self) -> str:
        """The time as documents have it."""
        return format_time(self.at)


@dataclass(frozen=True, slots=True)
class Decision:
    """One act: what it changes in the repository, its entry in the log, and what it comes to."""

    entry: LogEntry
    files: Mapping[str, bytes]
    removed: tuple[str, ...] = ()
    effect: str = ""

    @property
    def written(self) -> dict[str, bytes]:
        """All files that it writes, the log's among them."""
        return {**self.files, self.entry.path: self.entry.content}

    @property
    def message(self) -> str:
        """The message of its commit."""
        act = self.entry.act.value.capitalize()
        return f"{act} {self.entry.subject}\n\nReason: {self.entry.reason}\nBy: {self.entry.by}\n"


def grounds(repository: Repository, reason: str, by: str | None) -> Grounds:
    """The grounds of a decision that is made now, by whoever Git says commits unless told otherwise."""
    return Grounds(reason, by or committer_name(repository), int(time.time()))


def decision(
    act: Act,
    subject: str,
    why: Grounds,
    files: Mapping[str, bytes],
    removed: tuple[str, ...] = (),
    effect: str = "",
) -> Decision:
    """A decision with its log entry, and a sentence on what it comes to.

    Raises InputError for grounds that cannot be shown.
    """
    try:
        entry = LogEntry.model_validate(
            {
                "act": act,
                "at": why.written_at,
                "by": why.by,
                "subject": subject,
                "reason": why.reason,
            }
        )
    except ValidationError as error:
        raise faulty(error) from None
    return Decision(entry, files, removed, effect)


def faulty(error: ValidationError) -> InputError:
    """The error for what an operator gave that cannot be written."""
    faults = "; ".join(faults_in_words(error))
    return InputError(f"That cannot be written: {faults}.", "Nothing was changed.")


def commit_decision(repository: Repository, made: Decision) -> str:
    """Commit a decision on the current branch; gives the commit's id.

    Raises InputError for uncommitted changes, and if the branch moved meanwhile.
    """
    require_clean(repository)
    at = int(time.time())
    write_commits(repository, [NewCommit(at, made.message, made.written, made.removed)])
    return resolve_commit(repository, "HEAD")
