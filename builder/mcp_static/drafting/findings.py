"""Looking through a folder: all that Git and the files in it say, as one set of findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mcp_static.drafting.bundles import bundles_of
from mcp_static.drafting.clients import ConfiguredServer, configured_servers, subcommand_of
from mcp_static.drafting.existing import read_existing
from mcp_static.drafting.facts import Findings
from mcp_static.drafting.images import Image, each_once, image_in, images_of
from mcp_static.drafting.manifests import read_manifests
from mcp_static.drafting.project import Project
from mcp_static.drafting.remote import Checkout, read_checkout
from mcp_static.drafting.smithery import smithery_variables
from mcp_static.drafting.variables import variables_of
from mcp_static.drafting.versions import newest_release
from mcp_static.drafting.workspaces import members_of
from mcp_static.model.errors import ManifestError
from mcp_static.packages.manifest import Manifest, readme_name
from mcp_static.packages.oci import RUNNERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was found, and a note for each thing left out."""

    findings: Findings
    notes: tuple[str, ...]


def search(folder: Path) -> Search:
    """Read all that a folder says; what cannot be read becomes a note."""
    checkout = read_checkout(folder)
    project = checkout.project
    manifests, notes = read_manifests(project)
    readme, readme_notes = _readme(project)
    existing = read_existing(project)
    forms, form_notes = smithery_variables(project)
    names = list(_names(checkout, manifests))
    pushed = (*existing.images, *images_of(project, checkout.origin))
    configured = configured_servers(project, readme, [*names, *(image.last for image in pushed)])
    run = _run_images(configured, names)
    images = _own_images(each_once((*pushed, *run)), checkout, names)
    members, servers = members_of(project)
    findings = Findings(
        manifests=manifests,
        origin=checkout.origin,
        subfolder=project.subfolder,
        readme=readme,
        release=newest_release(project.tags, names, is_root=not project.subfolder),
        images=images,
        bundles=bundles_of(project),
        variables=variables_of(
            [*(one for manifest in manifests for one in manifest.variables), *forms],
            [name for server in configured for name in server.variables],
            readme,
        ),
        subcommand=subcommand_of(configured, names),
        words=frozenset(word for server in configured for word in server.words),
        addresses=tuple(dict.fromkeys(server.url for server in configured if server.url)),
        existing=existing.document,
        members=members,
        servers=servers,
    )
    certain = [note for note in notes if not (images and note in _guesses(manifests))]
    return Search(
        findings=findings,
        notes=(*checkout.notes, *certain, *readme_notes, *existing.notes, *form_notes),
    )


def _guesses(manifests: tuple[Manifest, ...]) -> list[str]:
    return [note for manifest in manifests if manifest.is_guess for note in manifest.notes]


def _run_images(configured: list[ConfiguredServer], names: list[str]) -> Iterator[Image]:
    """The images that configurations run, if they are called like the package."""
    known = {name.casefold() for name in names}
    for server in configured:
        if server.words and server.words[0] in RUNNERS:
            found = (image_in(word, "a configuration") for word in server.words if "/" in word)
            yield from (image for image in found if image and image.last in known)


def _names(checkout: Checkout, manifests: tuple[Manifest, ...]) -> Iterator[str]:
    """What the package is called: by its manifests, its folder and its repository."""
    for manifest in manifests:
        if manifest.identifier and not manifest.is_guess:
            yield manifest.identifier
            yield manifest.identifier.rpartition("/")[2]
        yield from (one.rpartition("/")[2] for one in manifest.commands if one != ".")
    subfolder = checkout.project.subfolder
    if subfolder:
        yield from (subfolder, subfolder.rpartition("/")[2])
    elif checkout.origin:
        yield checkout.origin.path.rpartition("/")[2]
    else:
        yield checkout.project.path.name


def _own_images(images: tuple[Image, ...], checkout: Checkout, names: list[str]) -> tuple[Image, ...]:
    """The images of this very project: those called like it come first, and alone below a root."""
    known = {name.casefold() for name in names}
    called_so = [image for image in images if image.last in known]
    if checkout.project.subfolder:
        return tuple(called_so)
    others = [image for image in images if image not in called_so]
    others.sort(key=lambda image: "mcp" not in image.last)
    return (*called_so, *others)


def _readme(project: Project) -> tuple[str | None, tuple[str, ...]]:
    name = readme_name(project)
    if name is None:
        return None, ()
    try:
        return project.text(name), ()
    except ManifestError as error:
        return None, (f"{name} is passed over: it {error}",)
