"""The wheel: built from the checkout, installed elsewhere, used there."""

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import click
import pytest
from mcp_static import __version__
from mcp_static.cli import main

from tests.registries import Registry, server_json
from tests.servers import PROJECT

COMMANDS = main.list_commands(click.Context(main))
LOCK = PROJECT / "requirements/run.txt"


def build_wheel(project: Path, folder: Path) -> Path:
    """Build a project's wheel into a folder, with the build backend that is installed here."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, project],
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


@dataclass(frozen=True)
class Environment:
    """A virtual environment, away from the checkout."""

    folder: Path

    def pip(self, *arguments: str | Path) -> None:
        """Run pip there."""
        subprocess.run(
            [self.folder / "bin/python", "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
            check=True,
            capture_output=True,
        )

    def python(self, code: str) -> str:
        """Run code there, and give what it prints."""
        done = subprocess.run(
            [self.folder / "bin/python", "-c", code],
            check=True, capture_output=True, text=True, cwd=self.folder, env=_environment(),
        )  # fmt: skip
        return done.stdout

    def run(self, folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `mcp-static` in a folder."""
        return subprocess.run(
            [self.folder / "bin/mcp-static", *arguments],
            check=False, capture_output=True, text=True, cwd=folder, env=_environment(),
        )  # fmt: skip

    def ok(self, folder: Path, *arguments: str | Path) -> str:
        """Run `mcp-static` in a folder, and give what it prints."""
        done = self.run(folder, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def made_environment(folder: Path) -> Environment:
    """A new virtual environment."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return Environment(folder)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel."""
    return build_wheel(PROJECT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def complete(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Where our wheel is installed with all extras."""
    environment = made_environment(tmp_path_factory.mktemp("complete") / "venv")
    environment.pip("install", "--require-hashes", "-r", LOCK)
    environment.pip("install", "--no-deps", wheel)
    return environment


@pytest.fixture(scope="module")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Where our wheel is installed without extras, as pip resolves it within the locked versions."""
    folder = tmp_path_factory.mktemp("plain")
    pins = re.findall(r"^([^\s;]+==[^\s;]+)", LOCK.read_text(), re.MULTILINE)
    (folder / "constraints.txt").write_text("\n".join(pins))
    environment = made_environment(folder / "venv")
    environment.pip("install", "-c", folder / "constraints.txt", wheel)
    return environment


@pytest.fixture(scope="module")
def other_builder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a package called `builder`, as the public index has one."""
    project = tmp_path_factory.mktemp("other") / "builder"
    (project / "builder").mkdir(parents=True)
    for name in ("__init__", "__main__", "cli"):
        (project / "builder" / f"{name}.py").write_text("mine = True\n")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "builder"\nversion = "1.0"\n'
    )
    return build_wheel(project, project / "dist")


def works(environment: Environment, folder: Path) -> None:
    """Use an installation for what authors and operators use it for."""
    assert environment.ok(folder, "--version") == f"mcp-static, version {__version__}\n"
    (folder / "server.json").write_text(json.dumps(server_json("io.github.alice/weather")))
    assert environment.ok(folder, "validate") == "server.json is valid.\n"
    registry = Registry(folder / "registry.git")
    registry.publish("io.github.alice/weather")
    assert "1 version of 1 server" in environment.ok(folder, "build", "--repo", "registry.git")
    assert (folder / "dist/feed.xml").read_bytes().startswith(b"<?xml")


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


def test_the_wheel_works_outside_the_checkout(complete: Environment, tmp_path: Path) -> None:
    works(complete, tmp_path)


@pytest.mark.parametrize("order", list(permutations(("ours", "builder"))), ids=" before ".join)
def test_a_package_named_builder_does_no_harm(
    order: tuple[str, str],
    wheel: Path,
    other_builder: Path,
    complete: Environment,
    tmp_path: Path,
) -> None:
    complete.pip("uninstall", "--yes", "mcp-static")
    for name in order:
        complete.pip("install", "--no-deps", wheel if name == "ours" else other_builder)
    works(complete, tmp_path)
    assert complete.python("import builder.cli; print(builder.cli.mine)") == "True\n"
    complete.pip("uninstall", "--yes", "builder")
    assert complete.ok(tmp_path, "--version")


def test_a_plain_installation_serves_authors(plain: Environment, tmp_path: Path) -> None:
    project = {
        "name": "@alice/weather",
        "version": "1.0.0",
        "description": "Forecasts for any place on Earth.",
        "mcpName": "io.github.alice/weather",
    }
    (tmp_path / "package.json").write_text(json.dumps(project))
    assert plain.ok(tmp_path, "--version") == f"mcp-static, version {__version__}\n"
    plain.ok(tmp_path, "init", "--yes")
    assert json.loads((tmp_path / "server.json").read_text())["name"] == "io.github.alice/weather"
    assert plain.ok(tmp_path, "validate") == "server.json is valid.\n"
    assert "v=MCPv1" in plain.ok(tmp_path, "keygen", "example.com")
    assert "version-" in plain.ok(tmp_path, "rules")
    assert "github-pages" in plain.ok(tmp_path, "hosts")


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in {"build", "serve"}])
def test_a_command_starts_without_extras(command: str, plain: Environment, tmp_path: Path) -> None:
    assert "Usage:" in plain.ok(tmp_path, command, "--help")


def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    plain: Environment, complete: Environment, tmp_path: Path
) -> None:
    works(complete, tmp_path)
    for arguments, missing in (
        (("build",), "jinja2, markupsafe and pygal, which are"),
        (("serve",), "httptools, starlette, uvicorn and uvloop, which are"),
        (("deploy", "s3://registry"), "obstore, which is"),
    ):
        done = plain.run(tmp_path, *arguments)
        command, it = arguments[0], "it" if missing.endswith("is") else "them"
        assert done.stderr == (
            f"error: {command} needs {missing} not installed.\n"
            f'Install {it}: pip install "mcp-static[{command}]"\n'
        )
        assert (done.returncode, done.stdout) == (2, "")
