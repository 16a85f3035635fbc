"""Fixtures: an operator, before a registry with a few servers."""

from pathlib import Path

import pytest

from tests.moderation.desk import Operator
from tests.registries import Registry

SETTINGS = """\
# Ours.
title = "Acme"   # for now
url = "https://registry.example.com"

[merge]
automatic = true  # we trust the check
"""


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator with a clone and its work tree."""
    registry = Registry(tmp_path / "clone", bare=False)
    registry.commit({"registry.toml": SETTINGS})
    for version in ("1.0.0", "1.1.0"):
        registry.publish("io.github.alice/weather", version)
    registry.publish("com.example/other")
    registry.git("reset", "--hard", "-q")
    return Operator(registry)
