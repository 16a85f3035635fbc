"""The pipeline of a new registry on GitLab: what runs when, with which rights."""

import re
from typing import Any

import pytest
import yaml
from click import Context
from mcp_static.cli import main
from mcp_static.hosts.hosts import HOSTS
from mcp_static.scaffolding.templates import registry_files
from mcp_static.settings import parse_settings

from tests.scaffolding.registries import answers

WRITERS = {"report", "merge", "answer", "tick"}


def files(**more: object) -> dict[str, bytes]:
    """The files of a registry on GitLab."""
    given = {"forge": "gitlab", "host": "nginx", "url": "https://mcp.example.com", **more}
    return registry_files(answers(**given))


def pipeline(**more: object) -> dict[str, Any]:
    """Its pipeline, read."""
    document = yaml.safe_load(files(**more)[".gitlab-ci.yml"])
    assert isinstance(document, dict)
    return document


def jobs(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The jobs of a pipeline."""
    return {name: job for name, job in document.items() if isinstance(job, dict) and "script" in job}


def test_no_pipeline_of_a_merge_request_or_of_another_branch_begins() -> None:
    document = pipeline()
    first, *others = document["workflow"]["rules"]
    assert first == {"if": "$CI_COMMIT_REF_NAME != $CI_DEFAULT_BRANCH", "when": "never"}
    rules = [re.fullmatch(r'\$CI_PIPELINE_SOURCE == "(\w+)"', rule["if"]) for rule in others]
    assert {rule[1] for rule in rules if rule} == {"trigger", "schedule", "push", "web"}
    assert all("rules" in job for job in jobs(document).values())


def test_what_parses_strangers_bytes_has_no_token_that_may_write() -> None:
    found = jobs(pipeline())
    environments = {name: job.get("environment", {}).get("name") for name, job in found.items()}
    readers = {name for name, where in environments.items() if where == "registry/read"}
    assert readers == {"check", "read"}
    assert {name for name, where in environments.items() if where == "registry/publish"} == WRITERS
    assert {name: job["artifacts"]["paths"] for name, job in found.items() if "artifacts" in job} == {
        "check": ["handover-$CI_PIPELINE_ID.json"],
        "read": ["comment-$CI_PIPELINE_ID.json", "comment-$CI_PIPELINE_ID.txt"],
    }


def test_no_job_works_where_what_is_handed_over_lands() -> None:
    """An artifact is unpacked over the checkout, with whatever files the job that made it liked."""
    document = pipeline(sources=("https://registry.example.com",), host="gitlab-pages")
    assert document["variables"]["GIT_STRATEGY"] == "none"
    before = document["default"]["before_script"]
    assert before[:2] == ['handed="$CI_PROJECT_DIR"', 'cd "$(mktemp -d)"']
    for name, job in jobs(document).items():
        assert "before_script" not in job, name
        assert "GIT_STRATEGY" not in job.get("variables", {}), name
        text = "\n".join(job["script"])
        for file in ("handover", "comment", "sync"):
            named = re.findall(rf"\b{file}(?:-\$CI_PIPELINE_ID)?\.(?:json|txt)", text)
            assert len(named) == text.count(f'"$handed/{file}-$CI_PIPELINE_ID.'), name
        for file in ("dist", "public"):
            found = re.findall(rf"\S*\b{re.escape(file)}\b", text)
            assert set(found) <= {f'"$handed/{file}', "mcp-static"}, name


def test_only_the_deploy_writes_the_cache_and_it_reads_none() -> None:
    """What a check could put there would else be served."""
    found = jobs(pipeline())
    cached = {name: job["cache"] for name, job in found.items() if "cache" in job}
    assert {name: cache["policy"] for name, cache in cached.items()} == {
        "check": "pull",
        "deploy": "push",
    }
    assert {(cache["key"], tuple(cache["paths"])) for cache in cached.values()} == {
        ("build", ("dist", "dist.state/*/state.*"))
    }


def test_what_asks_sources_has_no_token_that_may_write() -> None:
    found = jobs(pipeline(sources=("https://registry.example.com",)))
    assert found["sync-read"]["environment"]["name"] == "registry/read"
    assert found["sync-read"]["artifacts"]["paths"] == ["sync-$CI_PIPELINE_ID.json"]
    assert found["sync-write"]["environment"]["name"] == "registry/publish"
    assert found["sync-write"]["needs"] == ["sync-read"]
    assert not {"sync-read", "sync-write"} & jobs(pipeline()).keys()


def test_each_step_is_a_command_of_ours() -> None:
    text = files()[".gitlab-ci.yml"].decode()
    named = set(re.findall(r"mcp-static ([a-z-]+) ", text))
    assert {
        "event",
        "check",
        "report",
        "merge",
        "read-comment",
        "bot",
        "tick",
        "catch-up",
        "build",
    } <= named
    assert named <= set(main.list_commands(Context(main)))


@pytest.mark.parametrize("host", [host.name for host in HOSTS if host.name != "github-pages"])
def test_every_host_has_a_pipeline(host: str) -> None:
    document = pipeline(host=host)
    script = jobs(document)["deploy"]["script"]
    assert f"--host {host} " in " ".join(script)
    platform = next(one.platform for one in HOSTS if one.name == host)
    if platform is not None:
        assert script[-1] == f'cd "$handed/dist" && {platform.command}'
        readme = files(host=host)["README.md"].decode()
        assert all(f"`{name}`" in readme for name in (*platform.variables, *platform.secrets))


def test_its_settings_name_the_bot_and_its_comments_begin_with_an_exclamation_mark() -> None:
    for audience in ("public", "company"):
        made = files(audience=audience)
        settings = parse_settings(made["registry.toml"].decode())
        assert settings.merge.identity.startswith("registry-bot <")
        assert not re.search(r"`/(?:publish|merge|approve)", made["README.md"].decode())
        assert "!publish" in made["README.md"].decode()
