"""An author's proposal: files for a registry's repository, in a pull request or on a branch.

On GitHub all is done over its API, from a fork if the author may not push to the registry itself.
Elsewhere a branch is pushed with Git, and a person opens the pull request.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mcp_static.forges.author_forge import AuthorForge
from mcp_static.forges.registry_forge import Pull
from mcp_static.git.access import GitAccess
from mcp_static.git.remotes import fetch_head, push_head
from mcp_static.git.trees import read_file
from mcp_static.git.writing import NewCommit, create_repository, start_branch, write_commits
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.publishing.proposing import commit_message
from mcp_static.publishing.published import accepted_paths, names_proposal

_POLLS: Final = 60
_BETWEEN_POLLS: Final = 2.0
_MAX_FILE: Final = 1 << 20

Read = Callable[[str], bytes | None]
"""Gives a file of the registry's main by its path, None if there is none."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request, and whether it had these very files already."""

    pull: Pull
    is_new: bool


class Author:
    """An author at a registry's repository."""

    def __init__(self, registry: AuthorForge, pause: Callable[[float], None] = time.sleep) -> None:
        self._registry = registry
        self._pause = pause

    @property
    def login(self) -> str:
        """Who proposes."""
        return self._registry.me().login

    def published(self, path: str) -> bytes | None:
        """A file as the registry has it now."""
        head = self._registry.head_of(self._registry.default_branch)
        return self._registry.file_at(path, head) if head is not None else None

    def propose(self, branch: str, files: Mapping[str, bytes], title: str, body: str) -> Proposal:
        """Open a pull request with these files, or bring the one from that branch up to date."""
        home = self._home()
        known = self._registry.open_pull_from(home.full_name, branch)
        if known is not None and all(
            home.file_at(path, known.head) == content for path, content in files.items()
        ):
            return Proposal(known, is_new=False)
        base = self._registry.head_of(self._registry.default_branch)
        if base is None:
            raise InputError("The registry's repository has no commits yet.", "Ask its operator.")
        home.commit_to(branch, base, self._registry.full_name, files, commit_message(title))
        pull = self._registry.open_pull(home.full_name, branch, title, body)
        return Proposal(self._registry.pull(pull.number), is_new=True)

    def _home(self) -> AuthorForge:
        """Where the author can push: the registry itself, or a fork of theirs."""
        if self._registry.may_push:
            return self._registry
        name = self._registry.fork()
        for _ in range(_POLLS):
            home = self._registry.at(name)
            if home.head_of(home.default_branch) is not None:
                return home
            self._pause(_BETWEEN_POLLS)
        raise ServiceError(f"The fork {name} is not ready yet.", "Run the command again in a while.")

    def wait(
        self, number: int, files: Iterable[str], say: Callable[[str], None], seconds: float
    ) -> Pull | None:
        """Follow a pull request until its files are published, and return it; None if it was closed.

        Raises InputError when the check is red, and gives up after `seconds` with ServiceError.
        """
        notes = accepted_paths(files)
        told = ""
        end = time.monotonic() + seconds
        while True:
            pull = self._registry.pull(number)
            if pull.state != "open":
                return pull if self._is_published(pull, notes) else None
            state = self._registry.check_state(pull)
            if state.message != told:
                told = state.message
                say(told)
            if state.has_failed:
                raise InputError(
                    f"The check of {pull.reference} is red.", f"Its report is at {pull.url}."
                )
            if time.monotonic() > end:
                raise ServiceError(f"{pull.reference} is not merged yet.", f"It goes on at {pull.url}.")
            self._pause(_BETWEEN_POLLS)

    def _is_published(self, pull: Pull, notes: list[str]) -> bool:
        """Whether main says that it holds the files of a pull request."""
        main = self._registry.head_of(self._registry.default_branch)
        return main is not None and names_proposal(
            lambda path: self._registry.file_at(path, main), notes, pull.head, pull.number
        )


def push_branch(
    url: str,
    branch: str,
    make: Callable[[Read], Mapping[str, bytes]],
    title: str,
    access: GitAccess,
) -> bool:
    """Push a branch with some files to any Git remote; False when its main has them already.

    `make` is given what reads a file of the remote's main, and gives the files by path. Raises
    InputError when the remote refuses, ServiceError when it cannot be reached. Without a token
    in `access`, Git's own credential helpers know what to say.
    """
    if Path(url).exists():
        url = str(Path(url).resolve())  # git runs in a folder of its own
    with tempfile.TemporaryDirectory(prefix="mcp-static-") as folder:
        repository = create_repository(Path(folder) / "proposal.git")
        with repository:
            base = fetch_head(repository, url, access)

            def read(path: str) -> bytes | None:
                return read_file(repository, base, path, _MAX_FILE)

            files = make(read)
            if all(read(path) == content for path, content in files.items()):
                return False
            start_branch(repository, branch, base)
            commit = NewCommit(int(time.time()), commit_message(title), dict(files))
            write_commits(repository, [commit])
            push_head(repository, url, branch, access)
    return True
