"""`search` and `show`, against our own host and against servers that answer whatever they like."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from mcp_static.browsing import registry as browsing
from mcp_static.cli import main

from tests.conftest import build_registry
from tests.importing.doubles import registry_double
from tests.registries import Registry, server_json
from tests.servers import serve_in_background

ALICE = "io.github.alice/weather"


def run(*arguments: str) -> Result:
    """Call it as a user does."""
    return CliRunner().invoke(main, arguments, prog_name="mcp-static")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry that our own host serves."""
    folder = tmp_path_factory.mktemp("browsing")
    registry = Registry(folder / "registry.git")
    package = {
        "registryType": "npm",
        "identifier": "@alice/weather",
        "version": "1.0.0",
        "transport": {"type": "stdio"},
        "environmentVariables": [
            {"name": "WEATHER_KEY", "description": "The key.", "isRequired": True, "isSecret": True}
        ],
    }
    registry.publish("com.example/forecast", description="What io.github.alice/weather has, and more.")
    registry.publish(ALICE, "0.9.0")
    registry.publish(ALICE, packages=[package])
    build_registry(registry, folder / "dist")
    with serve_in_background(folder / "dist") as server:
        yield server.url


def test_search_lists_names_first(served: str) -> None:
    done = run("search", "WEATHER", "--registry", served)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        f"{ALICE} 1.0.0",
        "com.example/forecast 1.0.0",
    ]
    document = json.loads(run("search", "--json", "--registry", served).stdout)
    assert {entry["server"]["name"] for entry in document["servers"]} == {ALICE, "com.example/forecast"}
    assert document["metadata"] == {"count": 2}


def test_search_says_what_it_left_out(served: str) -> None:
    done = run("search", "--limit", "1", "--registry", served)
    assert "There may be more" in done.stderr
    assert len([line for line in done.stdout.splitlines() if not line.startswith(" ")]) == 1
    done = run("search", "zebra", "--registry", served)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "has no server for 'zebra'" in done.stderr


def test_show_tells_how_a_server_is_run(served: str) -> None:
    done = run("show", ALICE, "--registry", served)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{ALICE} 1.0.0\n")
    assert "npx -y @alice/weather@1.0.0" in done.stdout
    assert "WEATHER_KEY (secret)  The key." in done.stdout
    assert "1.0.0, 0.9.0" in done.stdout
    older = run("show", f"{ALICE}@0.9.0", "--json", "--registry", served)
    assert json.loads(older.stdout)["server"]["version"] == "0.9.0"


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        (f"{ALICE}@7.0.0", 1, "It has 1.0.0, 0.9.0."),
        ("com.example/nothing", 1, "`mcp-static search nothing`"),
        ("@1.0.0", 2, "names no server"),
        ("com.example/x@", 2, "names no server"),
    ],
)
def test_what_is_not_there_is_said(target: str, code: int, said: str, served: str) -> None:
    done = run("show", target, "--registry", served)
    assert (done.exit_code, said in done.output) == (code, True), done.output


Reply = Callable[[dict[str, str]], tuple[int, bytes]]


@contextmanager
def answering(reply: Reply) -> Iterator[str]:
    """The address of a server that answers a query so."""
    with registry_double(reply) as (url, _):
        yield url


def page(*servers: dict[str, Any], cursor: str = "") -> bytes:
    """A list of the standard."""
    metadata = {"nextCursor": cursor} if cursor else {}
    return json.dumps({"servers": [{"server": one} for one in servers], "metadata": metadata}).encode()


def test_a_host_that_reads_no_query_is_looked_through() -> None:
    everything = page(server_json("com.example/rain"), server_json(ALICE))
    with answering(lambda _: (200, everything)) as url:
        assert run("search", "weather", "--registry", url).stdout.startswith(ALICE)


def test_a_list_without_an_end_is_left() -> None:
    asked: list[dict[str, str]] = []

    def reply(query: dict[str, str]) -> tuple[int, bytes]:
        asked.append(query)
        return 200, page(server_json(f"com.example/s-{len(asked)}"), cursor=f"c{len(asked)}")

    with answering(reply) as url:
        done = run("search", "weather", "--registry", url)
    assert done.exit_code == 0
    assert len(asked) == browsing._MOST_PAGES
    assert asked[1]["cursor"] == "c1"
    assert f"{len(asked)} entries looked at" in done.stderr


def test_who_finds_nothing_in_a_part_is_not_told_that_there_is_nothing() -> None:
    found = count()
    with answering(
        lambda _: (200, page(server_json(f"com.example/s-{next(found)}"), cursor=f"c{next(found)}"))
    ) as url:
        done = run("search", "weather", "--registry", url)
    assert "has no server" not in done.stderr
    assert "the registry has more" in done.stderr


def test_an_empty_list_may_be_null() -> None:
    with answering(lambda _: (200, b'{"servers": null, "metadata": {}}')) as url:
        done = run("search", "weather", "--registry", url)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "has no server for 'weather'; 0 entries looked at" in done.stderr


@pytest.mark.parametrize("command", [("search", "weather"), ("show", ALICE)])
def test_a_registry_that_fails_may_answer_later(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "_RETRIES", 0)
    with answering(lambda _: (503, b"")) as url:
        done = run(*command, "--registry", url)
    assert done.exit_code == 3
    assert "it answered 503" in done.stderr
    assert "Try again in a while." in done.stderr


HOSTILE = "a\x1b]0;title\x07\x1b[31mred\x1b[0m\x9b2J\u202eb\n::add-mask::c ##[group]d\x7f"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_answer_acts_on_a_terminal(options: tuple[str, ...]) -> None:
    server = {
        "name": ALICE,
        "title": HOSTILE,
        "description": HOSTILE,
        "version": HOSTILE,
        "websiteUrl": HOSTILE,
        "repository": {"url": HOSTILE},
        "packages": [{"registryType": HOSTILE, "identifier": HOSTILE}],
        HOSTILE: HOSTILE,
    }

    def reply(query: dict[str, str]) -> tuple[int, bytes]:
        return 200, page(server) if query else json.dumps({"server": server}).encode()

    with answering(reply) as url:
        for command in (("search", "weather"), ("show", ALICE)):
            done = run(*command, *options, "--registry", url)
            assert done.exit_code == 0, done.output
            acting = [sign for sign in done.output if not sign.isprintable() and sign != "\n"]
            assert acting == []
            assert "##[" not in done.output
            assert not [line for line in done.output.splitlines() if line.lstrip().startswith("::")]
            if options:
                text = json.dumps(json.loads(done.stdout))
                assert json.dumps(HOSTILE)[1:-1] in text, "JSON has all of it"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"servers": 1}'),
        (200, b"[" * 100_000),
        (200, b'{"servers": [' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"]}"),
        (200, b"\xff\xfe"),
        (404, b""),
        (418, b"{}"),
    ],
)
def test_what_is_no_registry_is_told(status: int, body: bytes) -> None:
    with answering(lambda _: (status, body)) as url:
        done = run("search", "weather", "--registry", url)
        assert done.exit_code == 3, done.output
        assert "Check the address" in done.output or "sign" in done.output
        done = run("show", ALICE, "--registry", url)
        assert done.exit_code == (1 if status == 404 else 3), done.output


@pytest.mark.parametrize(
    "entry",
    [1, [], {}, {"server": []}, {"server": {"name": 1, "version": []}}, {"_meta": 7}, None],
)
def test_entries_of_any_shape_are_passed_over(entry: object) -> None:
    body = json.dumps({"servers": [entry, {"server": server_json(ALICE)}], "metadata": []}).encode()
    with answering(lambda _: (200, body)) as url:
        done = run("search", "--registry", url)
    assert done.exit_code == 0, done.output
    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [f"{ALICE} 1.0.0"]


@pytest.mark.parametrize("packages", [1, [1], [{"transport": 1}], [{"environmentVariables": {}}]])
def test_a_server_that_is_not_valid_shows_no_commands(packages: object) -> None:
    server = {**server_json(ALICE), "packages": packages}
    with answering(lambda _: (200, json.dumps({"server": server}).encode())) as url:
        done = run("show", ALICE, "--registry", url)
    assert done.exit_code == 0, done.output
    assert "is not shown" in done.stdout


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    done = run("search", "weather", "--registry", "https://alice:hunter2@registry.example.com")
    assert done.exit_code == 2
    assert "hunter2" not in done.output
    assert "[network] credentials" in done.stderr


def test_without_an_address_that_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MCP_STATIC_REGISTRY", raising=False)
    done = run("search", "weather")
    assert (done.exit_code, "MCP_STATIC_REGISTRY" in done.output) == (2, True)
