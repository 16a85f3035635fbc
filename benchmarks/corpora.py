"""Large registries with history, multiplied from real entries or made-up ones."""

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from mcp_static.model.layout import record_path
from mcp_static.model.names import parse_name
from mcp_static.model.server import CURRENT_SCHEMA_DATE, SCHEMA_URL

from tests.made_up_entries import made_up_entries

_START: Final = 1_757_376_000
SECONDS_BETWEEN: Final = 240
"""Publishes follow each other this closely, as they did in the busiest week of the real data."""

PROPOSER: Final = "github.com/account/1"
"""Who brings what `propose` proposes: a grant names the account, so no service is asked about it."""

_SETTINGS: Final = f"""\
[[grants]]
namespace = "com.example.proposer"
accounts = ["{PROPOSER}"]
"""


def named_corpus() -> Path | None:
    """The file of real entries that MCP_STATIC_CORPUS names (NDJSON, gzip), if it names any."""
    named = os.environ.get("MCP_STATIC_CORPUS")
    if named and not Path(named).is_file():
        raise SystemExit(f"MCP_STATIC_CORPUS names {named}, which is not there.")
    return Path(named) if named else None


@lru_cache(maxsize=1)
def original_servers() -> list[dict[str, Any]]:
    """The server objects to multiply, in the order of publishing: real ones if named, else made up."""
    path = named_corpus()
    if path is None:
        entries = list(made_up_entries())
    else:
        with gzip.open(path) as stream:
            entries = [json.loads(line) for line in stream]
    meta = "io.modelcontextprotocol.registry/official"
    entries.sort(key=lambda entry: str(entry["_meta"][meta]["publishedAt"]))
    return [entry["server"] for entry in entries]


def servers(count: int) -> Iterator[dict[str, Any]]:
    """`count` server objects: the originals, and the same bodies under derived names.

    Every fourth copy derives the versions instead, so that 100,000 versions are of about 30,000
    servers, as in the design's figures.
    """
    originals = original_servers()
    for number in range(count):
        copy, index = divmod(number, len(originals))
        server = originals[index]
        if copy:
            namespace, name = server["name"].split("/")
            adds_versions = copy % 4 == 3
            named = copy - 1 if adds_versions else copy
            server = server | {"name": f"{namespace}{named}/{name}"}
            if adds_versions:
                server = server | {"version": f"100.{server['version']}"[:60]}
        yield server


def make_repository(path: Path, count: int) -> Path:
    """A bare repository of `count` versions, one commit each; kept if it is there already."""
    done = path / "benchmark-ready"
    if done.exists():
        return path
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    process = subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    for number, server in enumerate(servers(count)):
        content = json.dumps(server, indent=2, ensure_ascii=False).encode()
        moment = _START + number * SECONDS_BETWEEN
        settings = f"M 100644 inline registry.toml\ndata {len(_SETTINGS)}\n{_SETTINGS}\n"
        process.stdin.write(
            f"commit refs/heads/main\ncommitter b <b@localhost> {moment} +0000\ndata 1\n.\n"
            f"{settings if number == 0 else ''}"
            f"M 100644 inline {record_path(parse_name(server['name']), server['version'])}\n"
            f"data {len(content)}\n".encode()
        )
        process.stdin.write(content + b"\n")
    process.stdin.close()
    if process.wait():
        raise SystemExit("git fast-import failed")
    done.touch()
    return path


def propose(repository: Path) -> str:
    """A branch that adds a new server with a remote; gives its commit."""
    server = {
        "$schema": SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE),
        "name": "com.example.proposer/weather",
        "description": "Forecasts.",
        "version": "1.0.0",
        "remotes": [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}],
    }
    content = json.dumps(server).encode()
    path = record_path(parse_name("com.example.proposer/weather"), "1.0.0")
    time = _time_of_main(repository) + SECONDS_BETWEEN
    stream = (
        f"commit refs/heads/proposal\ncommitter b <b@localhost> {time} +0000\ndata 1\n.\n"
        f"from refs/heads/main^0\nM 100644 inline {path}\ndata {len(content)}\n"
    )
    git = ["git", "-C", str(repository)]
    subprocess.run(
        [*git, "fast-import", "--quiet", "--force"], input=stream.encode() + content + b"\n", check=True
    )
    done = subprocess.run([*git, "rev-parse", "proposal"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def publish(repository: Path, number: int) -> None:
    """One more version of a server that has some, and so one more commit."""
    git = ["git", "-C", str(repository)]
    time = _time_of_main(repository)
    server = original_servers()[number] | {"version": f"1000.0.{time}"}
    content = json.dumps(server, indent=2).encode()
    path = record_path(parse_name(server["name"]), server["version"])
    stream = (
        f"commit refs/heads/main\ncommitter b <b@localhost> {time + SECONDS_BETWEEN} +0000\ndata 1\n.\n"
        f"from refs/heads/main^0\nM 100644 inline {path}\ndata {len(content)}\n"
    )
    subprocess.run(
        [*git, "fast-import", "--quiet"], input=stream.encode() + content + b"\n", check=True
    )


def _time_of_main(repository: Path) -> int:
    """The committer time of the newest commit, in seconds since 1970."""
    command = ["git", "-C", str(repository), "log", "-1", "--format=%ct", "main"]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)
