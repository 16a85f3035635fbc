"""Images that a project pushes, by its workflows, its release tool or its compose files.

Actions and their inputs: docker/metadata-action, docker/build-push-action and actions for Docker Hub,
as their READMEs have them; GoReleaser's reference of `dockers` and `dockers_v2`; the Compose
specification (`build`, `image`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from mcp_static.drafting.expressions import UNKNOWN, facts_of, fill, with_variables
from mcp_static.drafting.project import Project
from mcp_static.drafting.yaml_files import parse_yaml
from mcp_static.model.errors import ManifestError
from mcp_static.model.origin import Origin
from mcp_static.model.reading import Part, objects_in, part_of, text_of
from mcp_static.packages.images import HUB_NAMES, parse_repository
from mcp_static.packages.manifest import folders_above

_COMPOSE: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_GORELEASER: Final = (".goreleaser.yaml", ".goreleaser.yml", "goreleaser.yaml", "goreleaser.yml")
_MAX_WORKFLOWS: Final = 20
_ABOUT_IMAGES: Final = "docker"
"""What every workflow contains that pushes an image in a way that is known here."""
_PUSHED: Final = re.compile(r"^[ \t]*docker[ \t]+push[ \t]+[\"']?([^\s\"']+)", re.MULTILINE)
_GO_TEMPLATE: Final = re.compile(r"\{\{-?\s*\.?([\w.]{1,40})[^{}]{0,80}\}\}")
_GO_NAMES: Final = {"Tag": "{tag}", "Version": "{version}"}
_META_TAGS: Final = re.compile(r"\{\{\s*(version|raw|tag)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Image:
    """An image: the repository that it is pushed to, with its host, and the file that says so.

    `tag` is the form of its tags, with `{version}` or, for the tag in Git, `{tag}`; empty if unknown.
    """

    repository: str
    file: str
    tag: str = ""

    @property
    def last(self) -> str:
        """The end of the repository's path, which is what people call the image."""
        return self.repository.rpartition("/")[2]


def images_of(project: Project, origin: Origin | None) -> tuple[Image, ...]:
    """The images that a project pushes, each repository once; what cannot be read is passed over."""
    found = (*_of_workflows(project, origin), *_of_goreleaser(project), *_of_compose(project))
    return each_once(found)


def each_once(images: Iterable[Image]) -> tuple[Image, ...]:
    """Each repository once, with the form of its tags if any of the images tells it."""
    found: dict[str, Image] = {}
    for image in images:
        known = found.setdefault(image.repository, image)
        if image.tag and not known.tag:
            found[image.repository] = replace(known, tag=image.tag)
    return tuple(found.values())


def _read(project: Project, file: str, containing: str = "") -> Part:
    try:
        text = project.text(file)
        document = parse_yaml(text) if text is not None and containing in text.lower() else None
    except ManifestError:
        return {}
    return document if isinstance(document, dict) else {}


def _of_workflows(project: Project, origin: Origin | None) -> Iterator[Image]:
    top = (folders_above(project) or ["."])[-1]
    folder = f"{top}/.github/workflows"
    names = [name for name in project.names(folder) if name.endswith((".yml", ".yaml"))]
    workflows = (
        (name, workflow)
        for name in names
        if (workflow := _read(project, f"{folder}/{name}", containing=_ABOUT_IMAGES))
    )
    for name, workflow in islice(workflows, _MAX_WORKFLOWS):
        known = with_variables(facts_of(origin), part_of(workflow, "env"))
        for job in part_of(workflow, "jobs").values():
            if isinstance(job, dict):
                steps = objects_in(job.get("steps"))
                yield from _of_job(steps, with_variables(known, part_of(job, "env")), name)


def _of_job(steps: list[Part], known: Mapping[str, str], file: str) -> Iterator[Image]:
    found: list[Image] = []
    form = ""
    for step in steps:
        here = with_variables(known, part_of(step, "env"))
        action, given = text_of(step, "uses") or "", part_of(step, "with")
        if action.startswith("docker/metadata-action"):
            form = form or _form_of(text_of(given, "tags") or "")
            found += _images(_lines(given.get("images")), here, file)
        elif action.startswith("docker/build-push-action") and _is_pushed(given):
            found += _images(_lines(given.get("tags")), here, file)
        elif "dockerhub" in action and text_of(given, "repository"):
            form = form or _form_of(text_of(given, "tags") or "")
            found += _images(_lines(given.get("repository")), here, file)
        found += _images(_PUSHED.findall(text_of(step, "run") or ""), here, file)
    for image in found:
        yield image if image.tag else Image(image.repository, image.file, form)


def _is_pushed(given: Part) -> bool:
    return str(given.get("push", "false")).lower() != "false" or "push=true" in str(
        given.get("outputs")
    )


def _lines(value: Any) -> list[str]:
    """The entries of an input, which are lines, or texts between commas."""
    text = value if isinstance(value, str) else ""
    return [one.strip() for line in text.splitlines() for one in line.split(",")[:1] if one.strip()]


def _form_of(tags: str) -> str:
    """The form of the tags that docker/metadata-action makes for a release."""
    patterns = [line for line in tags.splitlines() if "type=semver" in line or "type=pep440" in line]
    for line in patterns:
        pattern = line.partition("pattern=")[2].partition(",")[0]
        form = _META_TAGS.sub(lambda found: "{version}" if found[1] == "version" else "{tag}", pattern)
        if form.count("{") == 1:
            return form.strip("'\" ")
    return "{tag}" if re.search(r"type=ref,\s*event=tag", tags) else ""


def _images(texts: Iterable[str], known: Mapping[str, str], file: str) -> list[Image]:
    filled = (fill(text.removeprefix("name="), known) for text in texts)
    return [image for text in filled if (image := image_in(text, file))]


def image_in(text: str, file: str) -> Image | None:
    """An image by a reference; None unless the whole repository is known, and belongs to somebody."""
    head, _, last = text.rpartition("/")
    last, _, tag = last.partition("@")[0].partition(":")
    repository = f"{head}/{last}".lower()
    if not head or UNKNOWN in repository or "{" in repository:
        return None
    parsed = parse_repository(repository)
    if parsed is None or "/" not in parsed[1] or parsed[1].startswith("library/"):
        return None
    host = repository.partition("/")[0]
    named = repository if "." in host or ":" in host else f"{HUB_NAMES[0]}/{repository}"
    return Image(named, file, tag if tag.count("{") == 1 and UNKNOWN not in tag else "")


def _of_goreleaser(project: Project) -> Iterator[Image]:
    for name in _GORELEASER:
        document = _read(project, name)
        for docker in (*objects_in(document.get("dockers")), *objects_in(document.get("dockers_v2"))):
            templates = docker.get("image_templates") or docker.get("images")
            for text in templates if isinstance(templates, list) else ():
                if image := image_in(_go_filled(str(text)), name):
                    yield image


def _go_filled(text: str) -> str:
    return _GO_TEMPLATE.sub(lambda found: _GO_NAMES.get(found[1], UNKNOWN), text[:1000])


def _of_compose(project: Project) -> Iterator[Image]:
    """The images that a compose file builds; those that it only uses are other people's."""
    for name in _COMPOSE:
        for service in part_of(_read(project, name), "services").values():
            if isinstance(service, dict) and service.get("build") and text_of(service, "image"):
                yield from _images([text_of(service, "image") or ""], {}, name)
