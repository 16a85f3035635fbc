"""Single files and folders of a commit, read from Git's objects."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import git

from mcp_static.git.blobs import BlobReader
from mcp_static.git.command import run
from mcp_static.model.change import Blob, is_ordinary_path
from mcp_static.model.errors import GitError

_PATHS: Final = 100
"""Paths on one command line, which has room for so many of the longest."""


class TreeEntry(NamedTuple):
    """A file or a folder in a commit: its path, Git's mode, and the object's id."""

    path: str
    mode: str
    id: str

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.mode == "040000"


def blob_at(repository: git.Repo, commit: str, path: str) -> Blob | None:
    """What is at a path of a commit; None for nothing, or a folder."""
    if not is_ordinary_path(path):
        return None
    found = entries_of(repository, commit, path)
    return found[0][1] if len(found) == 1 and found[0][0] == path else None


def blobs_at(repository: git.Repo, commit: str, paths: list[str]) -> dict[str, str]:
    """The ids of the files at some paths of a commit, by path."""
    wanted, found = [path for path in paths if is_ordinary_path(path)], {}
    for start in range(0, len(wanted), _PATHS):
        part = wanted[start : start + _PATHS]
        listing = run(repository, "ls-tree", "-z", "--full-tree", commit, "--", *part)
        for line in filter(None, listing.split("\0")):
            facts, _, name = line.partition("\t")
            _, kind, object_id = facts.split(" ")
            if kind == "blob" and name in part:
                found[name] = object_id
    return found


def entries_of(
    repository: git.Repo, commit: str, path: str, *, recursive: bool = False
) -> list[tuple[str, Blob]]:
    """The files at a path, or below it with `recursive`: paths and blobs, in path order.

    A path that ends in a slash lists the folder's own files.
    """
    options = ["-r"] if recursive else []
    listing = run(repository, "ls-tree", *options, "-z", "--full-tree", commit, "--", path)
    found = []
    for line in filter(None, listing.split("\0")):
        facts, _, name = line.partition("\t")
        mode, kind, object_id = facts.split(" ")
        if kind != "tree":
            found.append((name, Blob(mode, object_id)))
    return found


def folders_of(repository: git.Repo, commit: str, folder: str) -> list[str]:
    """The names of the folders right below a folder; none when it is not there."""
    try:
        listing = run(repository, "ls-tree", "-d", "-z", "--name-only", f"{commit}:{folder}")
    except GitError:
        return []
    return [name for name in listing.split("\0") if name]


def contents_of(repository: git.Repo, commit: str, folders: Sequence[str]) -> list[TreeEntry]:
    """What is directly in some folders of a commit, from one listing; nothing for those not there."""
    if not folders:
        return []
    paths = [f"{folder}/" for folder in folders]
    listing = run(repository, "ls-tree", "-z", "--full-tree", commit, "--", *paths)
    found = []
    for line in filter(None, listing.split("\0")):
        facts, _, path = line.partition("\t")
        mode, _, object_id = facts.split(" ")
        found.append(TreeEntry(path, mode, object_id))
    return found


def read_file(repository: git.Repo, commit: str, path: str, limit: int) -> bytes | None:
    """The content of a plain file, at most `limit + 1` bytes of it; None if there is none."""
    blob = blob_at(repository, commit, path)
    if blob is None or not blob.mode.startswith("100"):
        return None
    with BlobReader(repository) as blobs:
        return next(blobs.read([blob.id], limit))
