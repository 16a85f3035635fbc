"""The wheel: built from the checkout, installed elsewhere, used there."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from mcp_static import __version__

from tests.registries import Registry, server_json
from tests.servers import PROJECT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(folder),
            str(PROJECT),
        ],
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_has_all_of_the_package_and_of_the_site(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for source in (PROJECT / "builder").rglob("*.py"):
        assert source.relative_to(PROJECT / "builder").as_posix() in names
    for asset in (PROJECT / "site").rglob("*"):
        if asset.is_file():
            assert f"mcp_static/_site/{asset.relative_to(PROJECT / 'site').as_posix()}" in names
    assert "mcp_static/py.typed" in names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_wheel_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [
        str(environment / "bin/python"),
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "install",
    ]
    subprocess.run([*pip, "--require-hashes", "-r", str(PROJECT / "requirements/run.txt")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    command = str(environment / "bin/mcp-static")
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [command, *arguments], check=True, capture_output=True, text=True, cwd=tmp_path, env=clean
        )
        return done.stdout

    assert run("--version") == f"mcp-static, version {__version__}\n"
    (tmp_path / "server.json").write_text(json.dumps(server_json("io.github.alice/weather")))
    assert run("validate") == "server.json is valid.\n"
    registry = Registry(tmp_path / "registry.git")
    registry.publish("io.github.alice/weather")
    assert "1 versions of 1 servers" in run("build", "--repo", "registry.git")
    assert (tmp_path / "dist/feed.xml").read_bytes().startswith(b"<?xml")
