"""Names that a new one is easily taken for: a state answers as a listing of all namespaces does."""

import json
from collections.abc import Iterator

import pytest
from mcp_static.check.earlier_build import EarlierBuild
from mcp_static.check.similar_names import similar_names
from mcp_static.git.repository import Repository, open_repository
from mcp_static.model.layout import Place
from mcp_static.model.names import Namespace, ServerName, parse_name
from rapidfuzz.distance import OSA

from tests.conftest import build_registry
from tests.registries import Registry, path_of, server_json

NAMES = (
    "ai.exa/exa", "ai.smithery/brave", "app.linear/linear", "co.huggingface/hf-mcp-server",
    "com.apple/pay", "com.atlassian/atlassian-mcp-server", "com.figma.mcp/mcp", "com.google/drive",
    "com.mail/box", "com.microsoft/microsoft-learn-mcp", "com.monday/monday.com", "com.notion/mcp",
    "com.paypal.mcp/mcp", "com.rnicrosoft/learn", "com.stripe/mcp", "com.xn--pple-43d/pay",
    "com.xn--stripe-f4d/mcp", "dev.svelte/mcp", "io.github.Alice/weather", "io.github.bob/maps",
    "io.github.b0b/maps", "io.github.bobb/maps", "io.github.bobby/maps", "io.github.github/github",
    "io.github.grafana/mcp-grafana", "io.github.modelcontextprotocol/filesystem",
    "io.github.modelcontextprotocol/everything", "io.github.upstash/context7",
    "io.gitlab.gitlab-org/gitlab", "net.todoist/mcp", "org.wikimedia/wikipedia", "tools.mem/memory",
)  # fmt: skip
LATER = ("com.nvidia/nim", "io.github.carol/calendar")
"""What was published after the build."""
ODD = ("com.evil/stealer", "com.broken/broken")
"""What has a folder, but nothing to serve."""
_SEEN = {"l": "1", "1": "l", "o": "0", "0": "o", "i": "l", "m": "rn", "rn": "m"}


def mistaken(name: str) -> Iterator[str]:
    """Other names that one can be taken for, or that are a few slips away from it."""
    namespace, server = name.split("/")
    for sign, other in _SEEN.items():
        yield namespace.replace(sign, other) + "/" + server.replace(sign, other)
    middle = len(namespace) - 2
    before, after = namespace[:middle], namespace[middle:]
    yield f"{before}{after[::-1]}/{server}"
    yield f"{before}x{after}/{server}"
    yield f"{before}{after[1:]}/{server}"
    yield f"{before}xyz{after}/{server}"
    yield f"{before[:-2]}{after}/{server}"
    yield f"{namespace}/{server}s"
    yield f"{namespace.swapcase()}s/{server.swapcase()}"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Repository, EarlierBuild]]:
    folder = tmp_path_factory.mktemp("similar")
    made = Registry(folder / "registry.git")
    made.commit({path_of(name, "1.0.0"): json.dumps(server_json(name)) for name in NAMES})
    made.set_status("com.stripe/mcp", "1.0.0", "deleted")
    made.commit({path_of("com.notion/mcp", "1.0.0"): None})
    text = '{"status":"deleted","reason":"Stolen.","at":"2026-01-02T03:04:05Z","by":"Ada"}'
    made.commit({f"{Place(Namespace('com.evil'), 'stealer').folder}/takedown.json": text})
    made.commit({path_of("com.broken/broken", "1.0.0"): "{}"})
    build_registry(made, folder / "dist")
    made.commit({path_of(name, "1.0.0"): json.dumps(server_json(name)) for name in LATER})
    repository = open_repository(made.path)
    with EarlierBuild(repository, made.head, folder / "dist") as earlier:
        yield repository, earlier


def proposed(names: tuple[str, ...]) -> list[ServerName]:
    """The names, and what each is mistaken for."""
    return [parse_name(one) for name in names for one in dict.fromkeys((name, *mistaken(name)))]


@pytest.mark.parametrize("edits", [1, 2])
def test_a_state_tells_the_same_names_as_a_listing(
    registry: tuple[Repository, EarlierBuild], edits: int
) -> None:
    repository, earlier = registry
    base = repository.commit("main").hexsha
    found: set[str] = set()
    for name in proposed(("com.apple/pay", *NAMES[::3], *LATER, *ODD)):
        looked_up = similar_names(repository, base, name, edits, earlier.namespaces)
        assert looked_up == similar_names(repository, base, name, edits, lambda _: None), name
        found |= set(looked_up)
    assert {"com.xn--pple-43d/pay", *LATER, *ODD} <= found
    assert "com.notion/mcp" not in found


@pytest.mark.parametrize("edits", [0, 1, 2])
def test_a_name_within_so_many_edits_is_found(
    registry: tuple[Repository, EarlierBuild], edits: int
) -> None:
    repository, earlier = registry
    base = repository.commit("main").hexsha
    others = [name for name in NAMES if name.startswith("io.github.")]
    for name in proposed(tuple(others[::2])):
        near = {
            other
            for other in others
            if OSA.distance(name.folded, other.casefold()) <= edits
            and name.namespace.folded != parse_name(other).namespace.folded
        }
        assert near <= set(similar_names(repository, base, name, edits, earlier.namespaces)), name


def test_with_a_state_no_folder_is_listed(
    registry: tuple[Repository, EarlierBuild], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, earlier = registry
    monkeypatch.setattr("mcp_static.check.similar_names.folders_of", None)
    base = repository.commit("main").hexsha
    for name, other in {
        "com.g00gle/drive": "com.google/drive",
        "com.rnail/box": "com.mail/box",
    }.items():
        assert similar_names(repository, base, parse_name(name), 1, earlier.namespaces) == [other]
