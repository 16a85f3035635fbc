"""An operator's desk: a clone of a registry, and the commands run in this process."""

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner
from mcp_static.cli import main

from tests.registries import Registry

REASON = "--reason=It stole tokens."


@dataclass
class Operator:
    """Somebody who works in a clone."""

    registry: Registry

    def run(self, command: str, *arguments: str) -> tuple[int, str]:
        """A command's exit code, and what it prints."""
        given = [command, *arguments, "--repo", str(self.registry.path)]
        result = CliRunner().invoke(main, given, env={"GIT_COMMITTER_NAME": "Ada"})
        return result.exit_code, result.output

    def ok(self, command: str, *arguments: str) -> str:
        """What a command prints that has to succeed."""
        code, output = self.run(command, *arguments)
        assert code == 0, output
        return output

    def file(self, path: str) -> str:
        """A file as main has it."""
        return self.registry.git("show", f"main:{path}")

    def log(self) -> list[dict[str, Any]]:
        """The log of moderation, in order."""
        listing = self.registry.git("ls-tree", "-r", "--name-only", "main", "registry-data/moderation/")
        return [json.loads(self.file(path)) for path in listing.splitlines()]

    def changed(self) -> list[str]:
        """The paths that the newest commit changed."""
        names = self.registry.git("diff", "--name-only", "main~1", "main")
        return names.splitlines()
