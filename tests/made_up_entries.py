"""Made-up entries in the shape of the official registry's, oddities included, the same ones each time."""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

_SERVERS: Final = 900
_START: Final = 1_757_376_000
_ODD_VERSIONS: Final = ("{{VERSION}}", "mcp", "1.0.1º", "v16.28.1-2", "2025.10.23.1321")
_SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/2025-10-17/server.schema.json"
_OFFICIAL: Final = "io.modelcontextprotocol.registry/official"
_WORDS: Final = [
    "search",
    "query",
    "fetch",
    "index",
    "archive",
    "weather",
    "calendar",
    "mail",
    "ticket",
    "invoice",
    "database",
    "table",
    "graph",
    "deploy",
    "monitor",
    "trace",
    "review",
    "translate",
    "summarize",
    "render",
    "convert",
    "schedule",
    "notify",
    "sync",
]


def made_up_entries() -> Iterator[dict[str, Any]]:
    """About 2,400 entries of 900 servers, in the order of publishing, as `/v0.1/servers` shows them.

    Every ninth server has a version that is not semantic, and every tenth an empty `repository`.
    """
    chance = random.Random(7)
    time = _START
    for number in range(_SERVERS):
        count = chance.choice((1, 1, 2, 3, 6))
        versions = [f"{chance.randrange(3)}.{index}.{chance.randrange(9)}" for index in range(count)]
        if number % 9 == 0:
            versions.append(chance.choice(_ODD_VERSIONS))
        for version in versions:
            time += chance.randrange(1, 4000)
            moment = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.5Z")
            official = {
                "status": "active",
                "publishedAt": moment,
                "updatedAt": moment,
                "isLatest": None,
            }
            yield {"server": _server(chance, number, version), "_meta": {_OFFICIAL: official}}


def _server(chance: random.Random, number: int, version: str) -> dict[str, Any]:
    owner = f"user{number % 400}"
    server: dict[str, Any] = {
        "$schema": _SCHEMA,
        "name": f"io.github.{owner}/server-{number}",
        "description": " ".join(chance.sample(_WORDS, 9)).capitalize() + ".",
        "version": version,
        "repository": {"url": f"https://github.com/{owner}/server-{number}", "source": "github"},
    }
    if number % 10 == 0:
        server["repository"] = {}
    if number % 3 != 1:
        server["packages"] = [_package(chance, number)]
    if number % 3 != 0:
        url = f"https://mcp-{number}.example.dev/mcp"
        headers = [_input(chance, "Authorization", isSecret=True, isRequired=True)]
        server["remotes"] = [{"type": "streamable-http", "url": url, "headers": headers}]
    return server


def _package(chance: random.Random, number: int) -> dict[str, Any]:
    package: dict[str, Any] = {
        "registryType": ("npm", "npm", "pypi", "oci")[number % 4],
        "identifier": f"server-{number}",
        "version": "1.0.0",
        "transport": {"type": "stdio"},
    }
    if package["registryType"] == "oci":
        del package["version"]
        package["identifier"] = f"ghcr.io/user{number % 400}/server-{number}:1.0.0"
    names = chance.sample(("API_KEY", "BASE_URL", "REGION", "LOG_LEVEL", "TIMEOUT"), number % 4)
    if names:
        package["environmentVariables"] = [
            _input(chance, name, isSecret=name == "API_KEY", format="string") for name in names
        ]
    return package


def _input(chance: random.Random, name: str, **more: Any) -> dict[str, Any]:
    description = " ".join(chance.sample(_WORDS, 7)).capitalize() + "."
    return {"name": name, "description": description, **more}


def write_made_up_entries(path: Path) -> None:
    """Write them as NDJSON, compressed with gzip."""
    with gzip.open(path, "wt") as stream:
        for entry in made_up_entries():
            stream.write(json.dumps(entry) + "\n")
