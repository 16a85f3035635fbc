"""Registries for tests: real Git repositories, written commit by commit."""

import json
import subprocess
from pathlib import Path
from typing import Any

from builder.model.layout import record_path
from builder.model.names import parse_name

START = 1_760_000_000
"""The first commit's time, 2025-10-09; later ones follow a minute apart unless told otherwise."""

CURRENT_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"


def server_json(name: str, version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    """A valid `server.json`; `more` replaces or (None) removes fields."""
    document = {
        "$schema": CURRENT_SCHEMA,
        "name": name,
        "description": "Forecasts for any place on Earth.",
        "version": version,
        **more,
    }
    return {key: value for key, value in document.items() if value is not None}


def path_of(name: str, version: str, file: str = "server.json") -> str:
    """Where the layout keeps a record's file."""
    return record_path(parse_name(name), version).replace("server.json", file)


class Registry:
    """A registry's repository under construction; every method that commits gives the commit's id."""

    def __init__(self, path: Path, *, bare: bool = True) -> None:
        self.path = path
        kind = ["--bare"] if bare else []
        subprocess.run(["git", "init", "-q", "-b", "main", *kind, str(path)], check=True)
        self.git_dir = path if bare else path / ".git"
        self.time = START
        self._head: str | None = None

    def git(self, *arguments: str) -> str:
        """Run git there and give what it prints."""
        run = subprocess.run(
            ["git", "-C", str(self.path), *arguments], check=True, capture_output=True, text=True
        )
        return run.stdout.strip()

    @property
    def head(self) -> str:
        """The newest commit."""
        return self.git("rev-parse", "main")

    def commit(
        self,
        files: dict[str, bytes | str | None],
        *,
        time: int | None = None,
        modes: dict[str, str] | None = None,
        merge: str | None = None,
        branch: str = "main",
    ) -> str:
        """Commit files (None removes one); the time goes on by a minute unless given."""
        self.time = self.time + 60 if time is None else time
        lines = [
            f"commit refs/heads/{branch}\ncommitter A Tester <tester@example.com> {self.time} +0000\n",
            "data 1\n.\n",
        ]
        tip = self._tip(branch)
        if tip:
            lines.append(f"from {tip}\n")
        if merge:
            lines.append(f"merge {merge}\n")
        stream = "".join(lines).encode()
        for path, content in files.items():
            quoted = '"' + "".join(f"\\{byte:03o}" for byte in path.encode()) + '"'
            if content is None:
                stream += f"D {quoted}\n".encode()
                continue
            raw = content.encode() if isinstance(content, str) else content
            mode = (modes or {}).get(path, "100644")
            if mode == "160000":
                stream += f"M 160000 {raw.decode()} {quoted}\n".encode()
            else:
                stream += f"M {mode} inline {quoted}\ndata {len(raw)}\n".encode() + raw + b"\n"
        subprocess.run(
            ["git", "--git-dir", str(self.git_dir), "fast-import", "--quiet"],
            input=stream,
            check=True,
            capture_output=True,
        )
        return self.git("rev-parse", branch)

    def _tip(self, branch: str) -> str | None:
        run = subprocess.run(
            [
                "git",
                "--git-dir",
                str(self.git_dir),
                "rev-parse",
                "-q",
                "--verify",
                f"refs/heads/{branch}",
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        return run.stdout.strip() or None

    def publish(
        self, name: str, version: str = "1.0.0", *, time: int | None = None, **more: Any
    ) -> str:
        """Commit a new version."""
        document = server_json(name, version, **more)
        return self.commit({path_of(name, version): json.dumps(document)}, time=time)

    def set_status(
        self,
        name: str,
        version: str,
        status: str,
        message: str | None = None,
        *,
        time: int | None = None,
    ) -> str:
        """Commit a `status.json`."""
        content = {"status": status, **({"statusMessage": message} if message else {})}
        return self.commit({path_of(name, version, "status.json"): json.dumps(content)}, time=time)


def entries_of(page: bytes | str) -> list[tuple[str, str]]:
    """Names and versions of a ServerList, in order."""
    return [(e["server"]["name"], e["server"]["version"]) for e in json.loads(page)["servers"]]


def files_below(root: Path) -> dict[str, bytes]:
    """Every file of a tree: relative path and content."""
    root = root.resolve()
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
