"""Answers, and an index on loopback that has this release of the tool."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import mcp_static
import pytest
from mcp_static.scaffolding.answers import Answers, Given

from tests.doubles.https import Authority, HttpsFront
from tests.doubles.python_index import Pypi

GIVEN = Given(title="Weather", repository="weatherco/registry")


def answers(**more: Any) -> Answers:
    """The answers of a community on GitHub, but for those that are given."""
    return replace(GIVEN, **more).answers("here")


@contextmanager
def index(folder: Path, monkeypatch: pytest.MonkeyPatch, *, releases: bool = True) -> Iterator[Pypi]:
    """The public package index, as commands find it."""
    authority = Authority(folder / "authority")
    with HttpsFront(authority) as front:
        pypi = Pypi().on(front)
        if releases:
            pypi.add("mcp-static", mcp_static.__version__, "")
        settings = folder / "near.toml"
        places = "".join(f'"{given}" = "{meant}"\n' for given, meant in front.connect.items())
        settings.write_text(f'[network]\nreach = ["127.0.0.0/8"]\n[network.connect]\n{places}')
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
        monkeypatch.setenv("MCP_STATIC_SETTINGS", str(settings))
        yield pypi
