"""Bare Git repositories as a forge keeps them, read and written through git itself."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Files = Mapping[str, bytes | None]
"""Contents by path; None removes the file."""

NO_SHA = "0" * 40
"""What stands for "no object" before a branch is created and after it is deleted."""


@dataclass(frozen=True)
class TreeEntry:
    """One line of a tree: `size` is a blob's length in bytes."""

    mode: str
    type: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True)
class Signature:
    """An author or a committer; `when` is git's own form, seconds and offset."""

    name: str
    email: str
    when: str


@dataclass(frozen=True)
class Commit:
    """A commit, as its object says."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True)
class FileChange:
    """One file's difference between two commits; `old_path` only when renamed."""

    status: str
    path: str
    old_path: str | None
    sha: str
    additions: int
    deletions: int


class BareRepository:
    """A bare repository on disk."""

    def __init__(self, path: Path, default_branch: str = "main") -> None:
        self.path = path
        if not path.exists():
            subprocess.run(["git", "init", "-q", "--bare", "-b", default_branch, str(path)], check=True)
            for key, value in (
                ("uploadpack.allowAnySHA1InWant", "true"),
                ("receive.hideRefs", "refs/pull"),
                ("gc.auto", "0"),
                ("maintenance.auto", "false"),
            ):
                self.git("config", key, value)

    def run(
        self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git there, whatever its exit code."""
        return subprocess.run(
            ["git", "--git-dir", str(self.path), *arguments],
            input=stdin,
            check=False,
            capture_output=True,
            env={**os.environ, **(env or {})},
        )

    def read(self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> bytes:
        """What a successful git prints; raises CalledProcessError otherwise."""
        done = self.run(*arguments, stdin=stdin, env=env)
        done.check_returncode()
        return done.stdout

    def git(self, *arguments: str) -> str:
        """The same as one stripped text."""
        return self.read(*arguments).decode().strip()

    # ---- reading

    def resolve(self, revision: str, kind: str = "commit") -> str | None:
        """The id of the object of that kind which a name or an id stands for."""
        if not revision or revision.startswith("-"):
            return None
        done = self.run("rev-parse", "-q", "--verify", f"{revision}^{{{kind}}}")
        return done.stdout.decode().strip() or None if done.returncode == 0 else None

    def kind(self, sha: str) -> str | None:
        """`commit`, `tree`, `blob` or `tag`; None when the object is not there."""
        done = self.run("cat-file", "-t", sha)
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Object ids by full reference name, in the order of their names."""
        listed = self.git("for-each-ref", "--format=%(refname) %(objectname)")
        pairs = (line.split(" ") for line in listed.splitlines())
        return {ref: sha for ref, sha in pairs if ref.startswith(prefix)}

    def content(self, sha: str) -> bytes:
        """A blob."""
        return self.read("cat-file", "blob", sha)

    def tree(self, treeish: str, path: str = "", *, recursive: bool = False) -> list[TreeEntry]:
        """A tree's entries, or the one at a path; recursive ones name the trees too."""
        more = ["-r", "-t"] if recursive else []
        only = ["--", path] if path else []
        listed = self.read("ls-tree", "-z", "-l", "--full-tree", *more, treeish, *only)
        entries = []
        for line in listed.split(b"\0")[:-1]:
            fields, name = line.split(b"\t", 1)
            mode, kind, sha, size = fields.decode().split()
            length = None if size == "-" else int(size)
            entries.append(TreeEntry(mode, kind, sha, length, name.decode()))
        return entries

    def entry(self, treeish: str, path: str) -> TreeEntry | None:
        """The entry at one path."""
        found = self.tree(treeish, path.rstrip("/"))
        return found[0] if found else None

    def commit_object(self, sha: str) -> Commit:
        """A commit's parts."""
        raw = self.read("cat-file", "commit", sha).decode()
        head, _, message = raw.partition("\n\n")
        fields: dict[str, list[str]] = {}
        for line in head.splitlines():
            key, _, value = line.partition(" ")
            fields.setdefault(key, []).append(value)
        return Commit(
            sha,
            fields["tree"][0],
            tuple(fields.get("parent", ())),
            _signature(fields["author"][0]),
            _signature(fields["committer"][0]),
            message,
        )

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether one commit is, or is reachable from, another."""
        return self.run("merge-base", "--is-ancestor", older, newer).returncode == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor."""
        return self.run("merge-base", one, other).stdout.decode().strip() or None

    def commits(self, *arguments: str) -> list[str]:
        """What `git rev-list` lists."""
        return self.git("rev-list", *arguments).splitlines()

    def changes(self, old: str, new: str) -> list[FileChange]:
        """The files that differ between two trees or commits, renames found."""
        raw = self.read("diff-tree", "-r", "-M", "-z", "--raw", "--numstat", old, new).decode()
        fields = iter(raw.split("\0")[:-1])
        found: list[tuple[str, str, str | None, str]] = []
        counts: list[tuple[int, int]] = []
        for field in fields:
            if field.startswith(":"):
                _, _, _, sha, letter = field.split(" ")
                path = next(fields)
                old_path = None
                if letter[0] in "RC":
                    old_path, path = path, next(fields)
                found.append((letter[0], path, old_path, sha))
            else:
                added, deleted, path = field.split("\t")
                if not path:
                    next(fields), next(fields)
                counts.append((int(added.strip("-") or 0), int(deleted.strip("-") or 0)))
        words = {"A": "added", "D": "removed", "R": "renamed", "C": "copied"}
        return [
            FileChange(words.get(letter, "modified"), path, old_path, sha, *count)
            for (letter, path, old_path, sha), count in zip(found, counts, strict=True)
        ]

    # ---- writing

    def import_commit(
        self,
        files: Files,
        *,
        branch: str,
        parent: str | None,
        by: Signature,
        message: str = ".",
        modes: Mapping[str, str] | None = None,
    ) -> str:
        """Commit files on a parent (None: a root commit) and set the branch there, forced if need be."""
        text = message.encode()
        stream = (
            f"commit refs/heads/{branch}\ncommitter {by.name} <{by.email}> {by.when}\n"
            f"data {len(text)}\n"
        ).encode()
        stream += text + b"\n"
        if parent:
            stream += f"from {parent}\n".encode()
        elif self.resolve(f"refs/heads/{branch}"):
            self.git("update-ref", "-d", f"refs/heads/{branch}")
        for path, content in files.items():
            quoted = '"' + "".join(f"\\{byte:03o}" for byte in path.encode()) + '"'
            mode = (modes or {}).get(path, "100644")
            if content is None:
                stream += f"D {quoted}\n".encode()
            elif mode == "160000":
                stream += f"M 160000 {content.decode()} {quoted}\n".encode()
            else:
                stream += f"M {mode} inline {quoted}\ndata {len(content)}\n".encode() + content + b"\n"
        self.read("fast-import", "--quiet", "--force", stdin=stream)
        return self.git("rev-parse", f"refs/heads/{branch}")

    def write_blob(self, content: bytes) -> str:
        """Store a blob."""
        return self.read("hash-object", "-w", "--stdin", stdin=content).decode().strip()

    def write_commit(
        self, tree: str, parents: list[str], author: Signature, committer: Signature, message: str
    ) -> str:
        """Store a commit, its message to the byte."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        for role, who in (("author", author), ("committer", committer)):
            lines.append(f"{role} {who.name} <{who.email}> {who.when}")
        raw = ("\n".join(lines) + "\n\n" + message).encode()
        return self.read("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw).decode().strip()

    def merge_tree(self, ours: str, theirs: str) -> str | None:
        """The tree of a merge of two commits; None on conflicts."""
        done = self.run("merge-tree", "--write-tree", ours, theirs)
        return done.stdout.decode().split("\n")[0] if done.returncode == 0 else None

    def set_ref(self, ref: str, sha: str) -> bool:
        """Point a reference at an object; False when git refuses the name."""
        return self.run("update-ref", ref, sha).returncode == 0

    def delete_ref(self, ref: str) -> None:
        """Remove a reference."""
        self.git("update-ref", "-d", ref)

    def fetch(self, source: "BareRepository", *refspecs: str) -> bool:
        """Bring objects (and references) from another repository; False when it lacks them."""
        done = self.run(
            "fetch", "-q", "--no-tags", "--no-write-fetch-head", str(source.path), *refspecs
        )
        return done.returncode == 0


def _signature(text: str) -> Signature:
    name, _, rest = text.partition(" <")
    email, _, when = rest.partition("> ")
    return Signature(name, email, when)
