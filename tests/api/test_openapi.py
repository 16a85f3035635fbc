"""The OpenAPI documents and the JSON Schemas: valid, exact, and extensible as they say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from mcp_static.api.entries import server_bytes
from mcp_static.api.openapi import generic_openapi, registry_openapi
from mcp_static.api.schemas import SCHEMAS, schema_of
from mcp_static.rules.run import findings_of, read_record
from mcp_static.settings import Settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.conftest import Corpus
from tests.rules.breaches import BREACHES, SOUND
from tests.servers import PROJECT, Served

SETTINGS = Settings.model_validate({"title": "Ours: «a» & b", "url": "https://mcp.example.com"})


def documents() -> list[dict[str, Any]]:
    return [registry_openapi(SETTINGS), yaml.safe_load(generic_openapi())]


def test_both_documents_are_valid_openapi() -> None:
    for document in documents():
        OpenAPIV31SpecValidator(document).validate()
        assert document["openapi"] == "3.1.0"


def validator(document: dict[str, Any], component: str) -> jsonschema.Draft202012Validator:
    root = {**document, "$ref": f"#/components/schemas/{component}"}
    return jsonschema.Draft202012Validator(root)


def test_the_worked_example_is_an_entry_of_both_registries() -> None:
    ours, generic = documents()
    example = generic["components"]["examples"]["RatedEntry"]["value"]
    validator(generic, "ServerResponse").validate(example)
    validator(ours, "ServerResponse").validate(example)
    assert "com.example.marketplace/ratings" in example["_meta"]
    assert generic["components"]["schemas"]["ServerResponse"]["properties"]["_meta"][
        "x-extension-point"
    ]
    broken = json.loads(json.dumps(example))
    del broken["server"]["version"]
    with pytest.raises(jsonschema.ValidationError):
        validator(generic, "ServerResponse").validate(broken)


def test_every_page_that_is_served_is_as_documented(corpus: Corpus) -> None:
    document = yaml.safe_load((corpus.out / "openapi.yaml").read_bytes())
    pages = validator(document, "ServerList")
    for page in (corpus.out / "data/pages/all").iterdir():
        pages.validate(json.loads(page.read_bytes()))


def test_schemas_agree_with_the_rules() -> None:
    schema = jsonschema.Draft202012Validator(schema_of("server", SETTINGS))
    for sound in SOUND:
        schema.validate(sound)
    for rule, document, _ in BREACHES:
        if isinstance(document, bytes):
            continue
        findings = findings_of(read_record(json.dumps(document).encode()))
        found = {problem.id for problem in findings}
        if found & {"shape", "schema"}:
            assert not schema.is_valid(document), rule
        if not schema.is_valid(document):
            refused = any(problem.is_error for problem in findings)
            assert refused or "no-empty-member" in found, rule


def test_what_is_accepted_is_valid_as_it_is_served() -> None:
    schema = jsonschema.Draft202012Validator(schema_of("server", SETTINGS))
    for _, document, _ in BREACHES:
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        record = read_record(raw)
        if not any(finding.is_error for finding in findings_of(record)):
            schema.validate(json.loads(server_bytes(record.document)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas_and_are_published(name: str, corpus: Corpus) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(name, SETTINGS))
    published = json.loads((corpus.out / f"schemas/{name}.schema.json").read_bytes())
    assert published["$id"].endswith(f"/schemas/{name}.schema.json")


@pytest.mark.integration
def test_the_served_api_keeps_to_its_description(served_corpus: Served, tmp_path: Path) -> None:
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection"
    run = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "--config-file", PROJECT / "tests/schemathesis.toml",
         "run", f"{served_corpus.url}/openapi.yaml", "--url", served_corpus.url, "--checks", checks,
         "--phases", "examples,coverage,fuzzing", "--max-examples", "60", "--suppress-health-check", "all", "--seed", "7"],
        check=False, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-6000:]
    assert "6 passed" in run.stdout
