"""Images that workflows, release tools and compose files push."""

from pathlib import Path

import pytest
from mcp_static.drafting.images import images_of
from mcp_static.drafting.yaml_files import MAX_CHARACTERS, parse_yaml
from mcp_static.model.errors import ManifestError
from mcp_static.model.origin import Origin

from tests.drafting.projects import project_of

ORIGIN = Origin("github", "Alice/Weather")


def found(folder: Path, **files: str) -> list[tuple[str, str]]:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return [(image.repository, image.tag) for image in images_of(project_of(folder), ORIGIN)]


def workflow(steps: str, env: str = "A: b") -> dict[str, str]:
    lines = "\n".join(f"      {line}" for line in steps.strip("\n").splitlines())
    text = f"env:\n  {env}\njobs:\n  image:\n    env:\n      HOST: quay.io\n    steps:\n{lines}\n"
    return {".github/workflows/release.yml": text}


@pytest.mark.parametrize(
    ("images", "repository"),
    [
        ("ghcr.io/alice/weather", "ghcr.io/alice/weather"),
        ("alice/weather", "docker.io/alice/weather"),
        ("ghcr.io/${{ github.repository }}", "ghcr.io/alice/weather"),
        ("ghcr.io/${{ github.repository_owner }}/weather-mcp", "ghcr.io/alice/weather-mcp"),
        ("${{ env.HOST }}/${{env.NAME}}", "quay.io/alice/w"),
        ("name=ghcr.io/alice/weather,enable=true", "ghcr.io/alice/weather"),
        ("localhost:5000/alice/weather", "localhost:5000/alice/weather"),
    ],
)
def test_what_a_workflow_knows_is_filled_in(images: str, repository: str, tmp_path: Path) -> None:
    step = f"- uses: docker/metadata-action@v5\n  with:\n    images: |\n      {images}\n"
    assert found(tmp_path, **workflow(step, "NAME: alice/w")) == [(repository, "")]


@pytest.mark.parametrize(
    "images",
    [
        "${{ secrets.DOCKER_USER }}/weather",
        "${{ vars.REGISTRY }}/alice/weather",
        "weather",
        "$UNKNOWN/weather",
        "ghcr.io/alice/we ather",
    ],
)
def test_what_only_a_run_knows_is_no_image(images: str, tmp_path: Path) -> None:
    step = f"- uses: docker/metadata-action@v5\n  with:\n    images: {images}\n"
    assert found(tmp_path, **workflow(step)) == []


@pytest.mark.parametrize(
    ("tags", "form"),
    [
        ("type=semver,pattern={{version}}", "{version}"),
        ("type=semver,pattern=v{{version}}", "v{version}"),
        ("type=semver,pattern={{raw}}", "{tag}"),
        ("type=ref,event=tag", "{tag}"),
        ("type=semver,pattern={{major}}.{{minor}}", ""),
        ("type=sha", ""),
    ],
)
def test_the_form_of_tags_is_known(tags: str, form: str, tmp_path: Path) -> None:
    step = f'- uses: docker/metadata-action@v5\n  with:\n    images: a/b\n    tags: "{tags}"\n'
    assert found(tmp_path, **workflow(step)) == [("docker.io/a/b", form)]


def test_what_is_only_built_is_not_pushed(tmp_path: Path) -> None:
    step = "- uses: docker/build-push-action@v6\n  with:\n    push: {}\n    tags: a/test:ci\n"
    assert found(tmp_path, **workflow(step.format("false"))) == []
    assert found(tmp_path, **workflow(step.format("${{ x }}"))) == [("docker.io/a/test", "")]
    run = "- run: |\n    docker build -t a/b .\n    docker push a/b:$GITHUB_REF_NAME\n"
    assert found(tmp_path, **workflow(run)) == [("docker.io/a/b", "{tag}")]


def test_goreleaser_and_compose_name_images_of_their_own(tmp_path: Path) -> None:
    goreleaser = 'dockers:\n  - image_templates: ["ghcr.io/a/b:{{ .Tag }}", "x/{{ .Env.NAME }}:1"]\n'
    compose = "services:\n  w: {build: ., image: a/c:dev}\n  db: {image: postgres/postgres:18}\n"
    files = {".goreleaser.yml": goreleaser, "docker-compose.yml": compose}
    assert found(tmp_path, **files) == [("ghcr.io/a/b", "{tag}"), ("docker.io/a/c", "")]


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("ghcr.io/a/b:${TAG:-latest}", "ghcr.io/a/b"),
        ("${HOST-ghcr.io}/a/b:${TAG}", "ghcr.io/a/b"),
        ("${HOST:-}/a/b", None),
        ("${HOST}/a/b:${TAG:-latest}", None),
    ],
)
def test_a_variable_of_a_compose_file_has_its_default(
    image: str, repository: str | None, tmp_path: Path
) -> None:
    compose = f"services:\n  w:\n    build: .\n    image: {image}\n"
    wanted = [(repository, "")] if repository else []
    assert found(tmp_path, **{"compose.yaml": compose}) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "docker: [",
        "docker\n- a: b\nc",
        "jobs: docker",
        "jobs: [docker]",
        "jobs: {docker: {steps: [1, {uses: [x]}, {with: 3, uses: docker/metadata-action}]}}",
        "jobs: &a {docker: *a}",
        "? [docker]\n: b",
        "docker: !!python/object/apply:os.system [false]",
        "docker: " + "[" * 5_000,
        "docker: " + "x" * MAX_CHARACTERS,
    ],
    ids=range(10),
)
def test_no_workflow_whatever_it_says_ends_the_search(text: str, tmp_path: Path) -> None:
    files = {".github/workflows/a.yml": text, "compose.yaml": text, ".goreleaser.yaml": text}
    assert found(tmp_path, **files) == []


def test_yaml_makes_texts_alone() -> None:
    assert parse_yaml("on: 1.10\nx: [true, null, 2025-01-01]") == {
        "on": "1.10",
        "x": ["true", "null", "2025-01-01"],
    }
    laughs = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 40))
    assert len(parse_yaml(f"l0: &l0 [ha]\n{laughs}")) == 40
    with pytest.raises(ManifestError, match="is not YAML"):
        parse_yaml("a: [")
