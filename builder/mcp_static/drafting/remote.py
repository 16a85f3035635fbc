"""What Git knows about a folder: the root of its work tree, its origin and its tags."""

from dataclasses import dataclass
from pathlib import Path

from mcp_static.drafting.project import Project
from mcp_static.git.remotes import origin_of, tags_of
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import InputError
from mcp_static.model.origin import Origin, parse_origin


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with what Git knows about it; `origin` is None if there is none, or on another forge."""

    project: Project
    origin: Origin | None = None
    notes: tuple[str, ...] = ()


def read_checkout(folder: Path) -> Checkout:
    """Ask Git about a folder, which need not be in a repository."""
    path = folder.resolve()
    alone = Project(path, path)
    try:
        repository = open_repository(path)
    except InputError:
        return Checkout(alone)
    with repository:
        top = Path(repository.working_tree_dir).resolve() if repository.working_tree_dir else None
        if top is None or not path.is_relative_to(top):
            return Checkout(alone)
        try:
            tags, address = tags_of(repository), origin_of(repository)
        except InputError as error:
            return Checkout(alone, notes=(f"Git cannot be asked about {path}: {error}",))
    origin = parse_origin(address)
    notes = () if origin or not address else ("origin is on neither GitHub nor GitLab: left out",)
    return Checkout(Project(path, top, tags), origin, notes)
