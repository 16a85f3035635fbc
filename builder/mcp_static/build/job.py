"""One build under way: what it builds from, what for, and what it has done so far."""

from dataclasses import dataclass

from mcp_static.api.variants import Target
from mcp_static.build.output_tree import Output
from mcp_static.build.progress import Progress
from mcp_static.build.result import BuildResult
from mcp_static.git.repository import Repository
from mcp_static.pages.site import Site
from mcp_static.settings import Settings
from mcp_static.store.facts import BuildInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildJob:
    """What full and incremental builds both need; `workers` of 0 means one per processor."""

    repository: Repository
    output: Output
    settings: Settings
    site: Site
    target: Target
    inputs: BuildInputs
    progress: Progress
    strict: bool
    workers: int
    result: BuildResult

    @property
    def commit(self) -> str:
        """The commit that is built."""
        return self.inputs.commit
