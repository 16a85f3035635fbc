"""What is taken of a server object, and what is altered so that strict clients can read it."""

import copy
from typing import Any

import pytest
from mcp_static.api.entries import MAX_SERVER_BYTES
from mcp_static.api.source_records import pinned_of, taken_of, unknown_types
from mcp_static.model.canonical import digest_of
from mcp_static.model.server import PUBLISHER_META, SERVER_DOCUMENT
from pydantic_core import SchemaValidator

VALID = SchemaValidator(SERVER_DOCUMENT)


def server(**more: Any) -> dict[str, Any]:
    return {"name": "com.example/maps", "description": "Maps.", "version": "1.0.0", **more}


def package(**more: Any) -> dict[str, Any]:
    found = {"registryType": "npm", "identifier": "maps", "version": "1.0.0"}
    return {**found, "transport": {"type": "stdio"}, **more}


def taken(document: dict[str, Any]) -> dict[str, Any]:
    before = copy.deepcopy(document)
    found, alterations = taken_of(document, lenient=False)
    assert document == before, "what is given is not touched"
    assert alterations
    VALID.validate_python(found)
    return found


@pytest.mark.parametrize(
    ("word", "known"),
    [("integer", "number"), ("Boolean", "boolean"), ("path", "filepath"), ("url", None), ("", None)],
)
def test_a_format_that_no_schema_has_becomes_one_or_goes(word: str, known: str | None) -> None:
    odd = {"name": "X", "format": word, "variables": {"a": {"format": word}}}
    argument = {"type": "named", "name": "--x", "format": word}
    url = "https://mcp.example.com/{a}"
    remote = {
        "type": "sse",
        "url": url,
        "headers": [copy.deepcopy(odd)],
        "variables": {"a": {"format": word}},
    }
    found = taken(
        server(
            packages=[package(environmentVariables=[odd], runtimeArguments=[argument])],
            remotes=[remote],
        )
    )
    parts = [
        found["packages"][0]["environmentVariables"][0],
        found["packages"][0]["environmentVariables"][0]["variables"]["a"],
        found["packages"][0]["runtimeArguments"][0],
        found["remotes"][0]["headers"][0],
        found["remotes"][0]["variables"]["a"],
    ]
    assert [part.get("format") for part in parts] == [known] * 5


@pytest.mark.parametrize("word", ["http", "streamable_http", "Streamable-HTTP", "streamableHttp"])
def test_a_transport_under_another_name_gets_its_own(word: str) -> None:
    address = "https://mcp.example.com/mcp"
    found = taken(
        server(
            remotes=[{"type": word, "url": address}],
            packages=[package(transport={"type": word, "url": address})],
        )
    )
    assert found["remotes"][0]["type"] == "streamable-http"
    assert found["packages"][0]["transport"]["type"] == "streamable-http"


def test_an_argument_is_what_its_members_make_it() -> None:
    arguments = [{"type": "", "value": "-m"}, {"type": "flag", "name": "--x"}, {"valueHint": "file"}]
    found = taken(server(packages=[package(packageArguments=arguments)]))
    kinds = [one["type"] for one in found["packages"][0]["packageArguments"]]
    assert kinds == ["positional", "named", "positional"]


@pytest.mark.parametrize("repository", [{}, None, {"url": "", "source": ""}])
def test_what_is_empty_means_that_there_is_none(repository: Any) -> None:
    document = server(title="", repository=repository, websiteUrl=None)
    found, alterations = taken_of(document, lenient=False)
    assert found == server()
    assert {(one.kind, one.path) for one in alterations} == {
        ("empty", "title"), ("empty", "repository"), ("empty", "websiteUrl"),
    }  # fmt: skip


def test_an_icon_loses_what_no_schema_has() -> None:
    icon = {"src": "https://example.com/i.ico", "mimeType": "image/x-icon", "theme": "Dark"}
    found = taken(server(icons=[icon]))
    assert found["icons"] == [{"src": "https://example.com/i.ico", "theme": "dark"}]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (server(remotes=[{"type": "websocket", "url": "wss://x"}]), "remotes[0].type"),
        (server(remotes=[{"type": "stdio"}]), "remotes[0].type"),
        (server(packages=[package(transport={"type": "grpc"})]), "packages[0].transport.type"),
        (server(packages=[package(runtimeArguments=[{}])]), "packages[0].runtimeArguments[0].type"),
        (server(remotes=[{"url": "https://x"}]), "remotes[0].type"),
    ],
)  # fmt: skip
def test_a_type_that_means_nothing_stays_and_is_told(document: dict[str, Any], path: str) -> None:
    found, alterations = taken_of(document, lenient=True)
    assert (found, alterations) == (document, ())
    assert [where for where, _ in unknown_types(found)] == [path]


def test_a_good_document_is_taken_as_it_is() -> None:
    document = server(packages=[package()], _meta={PUBLISHER_META: {"x": 1}, "foreign": 1})
    found, digest, alterations = pinned_of(document, lenient=False)
    assert found is document
    assert (digest, alterations) == (digest_of(document), ())


@pytest.mark.parametrize(
    ("size", "lenient", "is_kept"),
    [
        (4_000, False, True),
        (5_000, False, False),
        (5_000, True, True),
        (MAX_SERVER_BYTES, True, False),
        (MAX_SERVER_BYTES, False, False),
    ],
)
def test_what_a_publisher_provided_is_bounded(size: int, *, lenient: bool, is_kept: bool) -> None:
    document = server(_meta={PUBLISHER_META: {"readme": "x" * size}})
    found, digest, alterations = pinned_of(document, lenient=lenient)
    assert found == (document if is_kept else server())
    assert digest == digest_of(found)
    assert [one.kind for one in alterations] == ([] if is_kept else ["publisher-metadata"])


def test_what_others_put_into_the_metadata_does_not_cost_the_publishers() -> None:
    meta = {PUBLISHER_META: {"x": 1}, "com.example/readme": "x" * MAX_SERVER_BYTES}
    found, alterations = taken_of(server(_meta=meta), lenient=False)
    assert found == server(_meta={PUBLISHER_META: {"x": 1}})
    assert len(alterations) == 1
