"""The folder that authors run `mcp-static init` in."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "weather"
    path.mkdir()
    return path
