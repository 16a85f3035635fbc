"""What an operator names: a namespace, a server or one version, and where it is in a commit."""

from mcp_static.git.repository import Repository
from mcp_static.git.trees import contents_of, entries_of, folders_of
from mcp_static.model.errors import UsageError
from mcp_static.model.layout import SERVERS_ROOT, Place, named_version_problem, parse_location
from mcp_static.model.names import Namespace, name_problem
from mcp_static.model.versions import folded_version


def parse_place(text: str) -> Place:
    """Read `NAMESPACE[/SERVER[@VERSION]]`; raises UsageError."""
    name, at, version = text.partition("@")
    namespace, slash, server = name.partition("/")
    problem = name_problem(name if slash else f"{name}/x")
    if not problem and "." not in namespace:
        problem = "has no namespace with a dot"
    if not problem and at:
        problem = named_version_problem(version) if slash else "has a version, but no server"
    if problem:
        raise UsageError(
            f"{text!r} {problem}.", "Write io.github.alice, io.github.alice/weather or …/weather@1.0.0."
        )
    return Place(Namespace(namespace), server, version)


def title_of(place: Place) -> str:
    """A place as an operator writes it."""
    name = "/".join(filter(None, (place.namespace.text, place.server)))
    return f"{name}@{place.version}" if place.version else name


def as_spelled(repository: Repository, commit: str, place: Place) -> Place:
    """The place in the spelling that a commit has of it, which may differ in case."""
    shard = f"{SERVERS_ROOT}/{place.namespace.shard}"
    namespace = _spelled(place.namespace.text, folders_of(repository, commit, shard))
    if not place.server:
        return Place(Namespace(namespace))
    server = _spelled(place.server, folders_of(repository, commit, f"{shard}/{namespace}"))
    known = Place(Namespace(namespace), server)
    for entry in contents_of(repository, commit, [known.folder] if place.version else []):
        location = parse_location(f"{entry.path}/server.json")
        if location and folded_version(location.version) == folded_version(place.version):
            return Place(known.namespace, server, location.version)
    return Place(known.namespace, server, place.version)


def count_versions(repository: Repository, commit: str, place: Place, *, subdomains: bool) -> int:
    """How many versions a commit has in a place, with `subdomains` also in the namespaces below it."""
    folders = [place.folder]
    if subdomains:
        shards = folders_of(repository, commit, SERVERS_ROOT)
        known = contents_of(repository, commit, [f"{SERVERS_ROOT}/{shard}" for shard in shards])
        start = f"{place.namespace.folded}."
        folders += [entry.path for entry in known if entry.name.casefold().startswith(start)]
    locations = (
        parse_location(path)
        for folder in folders
        for path, _ in entries_of(repository, commit, f"{folder}/", recursive=True)
    )
    return sum(location is not None and location.file == "server.json" for location in locations)


def _spelled(wanted: str, folders: list[str]) -> str:
    alike = [folder for folder in folders if folder.casefold() == wanted.casefold()]
    return wanted if not alike or wanted in alike else min(alike)
