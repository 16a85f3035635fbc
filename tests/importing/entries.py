"""Entries as a registry serves them, and imports of them."""

import json
import subprocess
from pathlib import Path
from typing import Any

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.importing.importing import ImportOptions, import_entries
from mcp_static.importing.report import ImportReport

from tests.registries import server_json

NAME = "io.github.alice/weather"


def entry(name: str = NAME, version: str = "1.0.0", day: int = 1, **official: Any) -> dict[str, Any]:
    stamp = f"2025-10-{day:02}T00:00:00.123456Z"
    meta = {"status": "active", "publishedAt": stamp, "updatedAt": stamp, "isLatest": True, **official}
    return {"server": server_json(name, version), "_meta": {OFFICIAL_META: meta}}


def take(source: object, into: Path, **options: Any) -> ImportReport:
    """Import from a list of entries (written to a file) or any other source."""
    if isinstance(source, list):
        file = into.parent / "source.ndjson"
        file.write_text("".join(json.dumps(value) + "\n" for value in source))
        source = file
    return import_entries(ImportOptions(source=str(source), into=into, **options))


def git(repository: Path, *arguments: str) -> str:
    run = subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


def written(path: Path, *documents: Any) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return path
