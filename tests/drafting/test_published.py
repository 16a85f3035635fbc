"""Ten real projects: how much of the `server.json` that they publish a draft reproduces, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import draft
from mcp_static.drafting.findings import search
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record

from tests.drafting.projects import make_repository

FILES = sorted(Path(__file__).parent.joinpath("published").glob("*.yaml"))
every_project = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def project_in(folder: Path, file: Path) -> tuple[dict[str, Any], Path]:
    """A project's description, and its folder, written out as a real repository."""
    project: dict[str, Any] = yaml.safe_load(file.read_text())
    for path, text in (project["files"] | project.get("bundles", {})).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    make_repository(folder, project["origin"], *project["tags"])
    return project, folder / project.get("folder", ".")


def fields_of(document: dict[str, Any]) -> dict[str, Any]:
    """What is measured: each value by its path, packages by type and name, variables by name."""
    found: dict[str, Any] = {}
    for key in ("name", "title", "description", "version", "websiteUrl"):
        found[key] = document.get(key)
    for key, value in document.get("repository", {}).items():
        found[f"repository.{key}"] = value
    for package in document.get("packages", ()):
        kind, name = package["registryType"], package["identifier"]
        path = f"packages[{kind} {name.rpartition(':')[0] if kind == 'oci' else name}]"
        found[path] = True
        for key, value in package.items():
            found[f"{path}.{key}"] = value
        for variable in found.pop(f"{path}.environmentVariables", ()):
            about = {key: variable.get(key) for key in ("name", "isRequired", "isSecret", "default")}
            found |= {f"{path}.{variable['name']}.{key}": value for key, value in about.items()}
    for remote in document.get("remotes", ()):
        found |= {f"remotes[{remote['url']}].{key}": value for key, value in remote.items()}
    return {key: value for key, value in found.items() if value}


def added(drafted: dict[str, Any], published: dict[str, Any]) -> set[str]:
    """What only the draft has, hints aside; of a package or variable, no more than that it is there."""
    fresh = {path for path in drafted if path not in published and not path.endswith(".runtimeHint")}
    packages = {path for path in fresh if path.endswith("]")}
    names = {path for path in fresh if path.endswith(".name") and path != "name"}
    inner = {path for path in fresh for one in packages if path.startswith(f"{one}.")}
    own = {path.removesuffix(".name") for path in names if path not in inner}
    inner |= {path for path in fresh for one in own if path.startswith(f"{one}.")}
    return fresh - inner | own


@every_project
def test_a_draft_has_every_field_of_the_published_file_but_those_that_are_named(
    file: Path, tmp_path: Path
) -> None:
    project, folder = project_in(tmp_path, file)
    drafted = draft(search(folder).findings, Answers(**project.get("answers", {})))
    published, ours = fields_of(json.loads(project["published"])), fields_of(drafted.document)
    different = {path for path, value in published.items() if ours.get(path) != value}
    assert different == set(project["differs"])
    assert added(ours, published) == set(project["adds"])
    assert [one.field for one in drafted.missing if one.is_necessary] == []
    record = read_record(json.dumps(drafted.document).encode())
    assert [one.sentence for one in findings_of(record, EmptyRegistry()) if one.is_error] == []


@pytest.mark.parametrize(
    "file", [file for file in FILES if "root:" in file.read_text()], ids=lambda file: file.stem
)
def test_the_root_of_a_workspace_names_its_server(file: Path, tmp_path: Path) -> None:
    project, _ = project_in(tmp_path, file)
    found = search(tmp_path).findings
    assert [member.folder for member in found.servers] == [project["root"]]


def test_of_172_published_fields_154_are_reproduced() -> None:
    projects = [yaml.safe_load(file.read_text()) for file in FILES]
    published = sum(len(fields_of(json.loads(project["published"]))) for project in projects)
    different = sum(len(project["differs"]) for project in projects)
    assert (len(projects), published - different, published) == (10, 154, 172)
