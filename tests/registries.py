"""Registries for tests: real Git repositories, written commit by commit."""

import json
import subprocess
from pathlib import Path
from typing import Any

from mcp_static.check.accepted import accepted_bytes
from mcp_static.model.layout import record_path
from mcp_static.model.names import parse_name
from mcp_static.model.proofs import ProofId
from mcp_static.proofs.results import holds
from mcp_static.settings.publishing import MergeSettings

START = 1_760_000_000
"""The first commit's time, 2025-10-09; later ones follow a minute apart unless told otherwise."""

CURRENT_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"


def day(number: float, clock: str = "T00:00:00Z") -> str:
    """A time on a day counted from the first commit's, 2025-10-09."""
    return f"2025-10-{9 + number:02.0f}{clock}"


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


def accepted_json(
    proof: ProofId = ProofId.ACCOUNT, login: str = "alice", account_id: int = 1001
) -> bytes:
    """An `accepted.json` as the merge writes it."""
    proven = holds(proof, "It holds.", login=login, id=f"github.com/account/{account_id}")
    return accepted_bytes(proven, None, "0" * 40, 1, START)


TESTER = "A Tester <tester@example.com>"
MERGER = MergeSettings().identity


class Registry:
    """A registry's repository under construction, new or gone on with.

    Every method that commits gives the commit's id.
    """

    def __init__(self, path: Path, *, bare: bool = True) -> None:
        self.path = path
        kind = ["--bare"] if bare else []
        self.git_dir = path if bare else path / ".git"
        if not (self.git_dir / "HEAD").exists():
            subprocess.run(["git", "init", "-q", "-b", "main", *kind, str(path)], check=True)
        self._begun: set[str] = set()
        self.time = self._last_time()

    def _last_time(self) -> int:
        if not self._has("main"):
            return START
        return int(self.git("log", "-1", "--format=%ct", "main"))

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
        by: tuple[str, str] | None = None,
    ) -> str:
        """Commit files (None removes one); the time goes on by a minute unless given.

        A note of the merge comes in a commit of the merge's identity, unless `by` is given.
        """
        is_noted = any(path.endswith("accepted.json") for path in files)
        by = by or ((MERGER, MERGER) if is_noted else (TESTER, TESTER))
        self.time = self.time + 60 if time is None else time
        lines = [
            f"commit refs/heads/{branch}\nmark :1\n",
            f"author {by[0]} {self.time} +0000\ncommitter {by[1]} {self.time} +0000\n",
            "data 1\n.\n",
        ]
        if self._has(branch):
            lines.append(f"from refs/heads/{branch}^0\n")
        if merge:
            lines.append(f"merge {merge}\n")
        stream = "".join(lines).encode()
        for path, content in files.items():
            quoted = (
                '"' + "".join(f"\\{byte:03o}" for byte in path.encode(errors="surrogateescape")) + '"'
            )
            if content is None:
                stream += f"D {quoted}\n".encode()
                continue
            raw = content.encode() if isinstance(content, str) else content
            mode = (modes or {}).get(path, "100644")
            if mode == "160000":
                stream += f"M 160000 {raw.decode()} {quoted}\n".encode()
            else:
                stream += f"M {mode} inline {quoted}\ndata {len(raw)}\n".encode() + raw + b"\n"
        done = subprocess.run(
            ["git", "--git-dir", str(self.git_dir), "fast-import", "--quiet"],
            input=stream + b"get-mark :1\n",
            check=True,
            capture_output=True,
        )
        self._begun.add(branch)
        return done.stdout.decode().strip()

    def _has(self, branch: str) -> bool:
        """Whether a branch has begun; each is asked for until it has."""
        if branch not in self._begun:
            revision = ["rev-parse", "-q", "--verify", f"refs/heads/{branch}"]
            asked = subprocess.run(
                ["git", "--git-dir", str(self.git_dir), *revision], check=False, capture_output=True
            )
            return asked.returncode == 0
        return True

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
