"""A runner of workflows: every `run:` line of a job, in a clone of its own, as GitHub's runners do it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from tests.servers import PROJECT
from tests.stage import REGISTRY, Stage

WORKFLOWS = PROJECT / ".github/workflows"
TOKEN = "token-of-bot"
# What a runner sets itself, and what would let the checkout's own modules or another registry in.
_NOT_INHERITED = re.compile(r"GITHUB_|MCP_STATIC_|PYTHON|VIRTUAL_ENV$")


def jobs_of(workflow: Path) -> dict[str, Any]:
    """The jobs of a workflow, in the order in which they run."""
    jobs: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    return jobs


@dataclass
class Environment:
    """A virtual environment, and what was installed into it."""

    folder: Path
    installed: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """A PATH on which `python` and what it installs come first."""
        return f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


def _checkout_of(steps: list[dict[str, Any]]) -> Mapping[str, Any]:
    """The options of the step that checks the repository out."""
    checkouts = (step for step in steps if step.get("uses", "").startswith("actions/checkout@"))
    options: Mapping[str, Any] = next(checkouts, {}).get("with", {})
    return options


@dataclass
class Runner:
    """Runs the jobs of workflows for one event, each in a clone of its own."""

    stage: Stage
    environment: Environment
    event: Path | None = None
    reference: str = "main"
    workflows: Path = WORKFLOWS

    @property
    def summary(self) -> Path:
        """What steps write for people to read beside the run."""
        return self.stage.clone.parent / "summary.md"

    def run(self, workflow: str, job: str) -> str:
        """Run a job's steps in order, from a fresh clone; gives what they print and the clone."""
        steps = jobs_of(self.workflows / workflow)[job]["steps"]
        clone = self.checkout(job, _checkout_of(steps))
        printed = []
        for step in steps:
            self._carry_artifact(step, clone)
            if "run" in step:
                printed.append(self._step(step, clone))
        return "".join(printed)

    def _carry_artifact(self, step: dict[str, Any], clone: Path) -> None:
        """What uploading and downloading an artifact does, as a folder of this run."""
        action = step.get("uses", "").partition("@")[0]
        if action not in {"actions/upload-artifact", "actions/download-artifact"}:
            return
        kept = self.stage.clone.parent / f"artifact-{step['with']['name']}"
        path = clone / step["with"].get("path", "").replace(
            "${{ runner.temp }}", str(self.temporary(clone))
        )
        if action == "actions/download-artifact":
            shutil.copytree(kept, path, dirs_exist_ok=True)
        elif path.is_dir():
            shutil.copytree(path, kept)
        else:
            kept.mkdir(exist_ok=True)
            shutil.copy(path, kept)

    @property
    def outputs(self) -> Path:
        """What steps say to later jobs."""
        return self.stage.clone.parent / "outputs"

    def checkout(self, job: str, options: Mapping[str, Any] = MappingProxyType({})) -> Path:
        """The job's clone of the default branch, as `actions/checkout` makes it with these options.

        Only what they name is fetched and checked out, and no credentials are kept.
        """
        clone = self.stage.clone.parent / f"checkout-{job}"
        if clone.exists():
            return clone
        source = self.stage.registry.path
        allow = ["config", "uploadpack.allowFilter", "true"]
        subprocess.run(["git", "-C", str(source), *allow], check=True)
        folders = options.get("sparse-checkout", "").split()
        filtered = options.get("filter") or ("blob:none" if folders else "")
        more = [f"--filter={filtered}"] if filtered else []
        if options and options.get("fetch-depth", 1) != 0:
            more.append("--depth=1")
        command = ["git", "clone", "-q", "--no-checkout", *more, f"file://{source}", str(clone)]
        subprocess.run(command, check=True)
        if folders:
            subprocess.run(["git", "-C", str(clone), "sparse-checkout", "set", *folders], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "-q", "main"], check=True)
        return clone

    def temporary(self, clone: Path) -> Path:
        """The job's folder for what is not part of its clone."""
        return clone.with_name(f"temp-{clone.name}")

    def _step(self, step: dict[str, Any], clone: Path) -> str:
        script: str = step["run"]
        assert "${{" not in script, "an expression in a script is a way in for strangers' text"
        if "pip install" in script:
            if script in self.environment.installed:
                return ""
            self.environment.installed.add(script)
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            check=False, cwd=clone, env=self._variables(step, clone), capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _variables(self, step: dict[str, Any], clone: Path) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not _NOT_INHERITED.match(key)}
        given = step.get("env", {})
        assert set(given.values()) <= {"${{ github.token }}"}
        return {
            **inherited,
            "PATH": self.environment.path,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.stage.hub.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_EVENT_PATH": str(self.event or ""),
            "GITHUB_REF_NAME": self.reference,
            "GITHUB_REPOSITORY": REGISTRY,
            "RUNNER_TEMP": str(self.temporary(clone)),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.outputs),
            **dict.fromkeys(given, TOKEN),
        }
