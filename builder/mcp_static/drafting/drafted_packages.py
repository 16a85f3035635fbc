"""The packages of a draft: one for each manifest that makes one, an image, and bundles."""

from collections.abc import Iterator

from mcp_static.drafting.answers import NONE, Answers
from mcp_static.drafting.existing import other_packages, package_members
from mcp_static.drafting.facts import Bundle, Findings
from mcp_static.drafting.images import Image
from mcp_static.drafting.programs import chosen_program
from mcp_static.drafting.variables import is_variable_name, variable_part
from mcp_static.model.origin import Origin
from mcp_static.model.reading import Part
from mcp_static.model.wording import one_line
from mcp_static.packages.images import with_tag
from mcp_static.packages.manifest import Manifest, Variable
from mcp_static.packages.mcpb import MCPB, is_release_address
from mcp_static.packages.oci import OCI
from mcp_static.packages.types import package_type

_APART = (OCI.id, MCPB.id)
"""Types whose packages are files or images that a manifest does not name by itself."""


def draft_packages(
    found: Findings, answers: Answers, version: str | None, origin: Origin | None
) -> Iterator[Part]:
    """The packages, each with what the project says about starting it."""
    variables = [variable_part(one) for one in _wanted_variables(found, answers)]
    for manifest in found.manifests:
        if manifest.registry_type not in _APART and manifest.identifier:
            yield _completed(_package(manifest, found, answers, version), found, answers, variables)
    if image := image_of(found, answers):
        tagged = with_tag(image.repository, _image_tag(image, found, version))
        part: Part = {"registryType": OCI.id, "identifier": tagged, "runtimeHint": "docker"}
        yield _completed(part, found, answers, variables)
    for bundle in found.bundles:
        if address := _bundle_address(bundle, found, version, origin):
            part = {"registryType": MCPB.id, "identifier": address, "fileSha256": bundle.sha256}
            yield {**part, "transport": {"type": "stdio"}}
    for other in other_packages(found.existing, {one.registry_type for one in found.manifests}):
        yield {**other, "version": other["version"] or version or ""}


def image_of(found: Findings, answers: Answers) -> Image | None:
    """The image of the project: as its author says, its Dockerfile, or what pushes it."""
    if answers.image is not None:
        named = one_line(answers.image)
        known = next((one for one in found.images if one.repository == named), None)
        return known or (Image(named, "") if named and named != NONE else None)
    labelled = [one for one in found.manifests if one.registry_type == OCI.id and one.identifier]
    certain = [Image(one.identifier or "", one.file) for one in labelled if not one.is_guess]
    guessed = [Image(one.identifier or "", one.file) for one in labelled if one.is_guess]
    return next(iter((*certain, *found.images, *guessed)), None)


def package_notes(
    found: Findings, answers: Answers, version: str | None, origin: Origin | None
) -> Iterator[str]:
    """What the author should know about where packages and their versions come from."""
    yield from _version_notes(found, answers, version)
    image = image_of(found, answers) if answers.image is None else None
    if image is not None and image in found.images:
        others = [one.repository for one in found.images if one is not image]
        more = f" ({len(others)} more: {', '.join(others[:3])})" if others else ""
        yield f"{image.file} has the image {image.repository}{more}; --image names another"
    has_manifest = any(one.registry_type == MCPB.id for one in found.manifests)
    if has_manifest and not found.bundles:
        yield (
            "the bundle is left out, since its SHA-256 is not known: pack it in this folder "
            "(`mcpb pack`), and run this again with --force"
        )
    for bundle in found.bundles:
        address = _bundle_address(bundle, found, version, origin)
        yield (
            f"{bundle.name} is taken to be attached to a release, as {address}"
            if address
            else f"{bundle.name} is left out: the address that it has in a release is not known, "
            "or does not contain `mcp`"
        )


def _version_notes(found: Findings, answers: Answers, version: str | None) -> Iterator[str]:
    """Notes about packages that have their version of another's manifest, and about newer tags."""
    if found.release and version and answers.version is None and found.release.is_newer_than(version):
        yield f"{version} is older than the newest tag, {found.release.tag}; see --server-version"
    is_known = any(manifest.version for manifest in found.manifests)
    for manifest in found.manifests:
        is_package = manifest.identifier and manifest.registry_type not in _APART
        if is_package and version and is_known and not manifest.version:
            yield f"{manifest.file} gives no version, so its package is taken to have {version}"


def _package(manifest: Manifest, found: Findings, answers: Answers, version: str | None) -> Part:
    kind = package_type(manifest.registry_type)
    assert kind is not None
    package = {
        "registryType": kind.id,
        "registryBaseUrl": manifest.base_url,
        **kind.release(manifest.identifier or "", manifest.version or version or ""),
        "runtimeHint": manifest.runtime_hint,
    }
    program = chosen_program(manifest, found, answers.command)
    written = {key: value for key, value in package.items() if value}
    can_name = program and kind.with_command and "version" in written
    return (
        kind.with_command(written, program) if can_name and kind.with_command and program else written
    )


def _completed(package: Part, found: Findings, answers: Answers, variables: list[Part]) -> Part:
    """A package with what an existing document says about it, and else with the variables found."""
    kept = package_members(found.existing, package["registryType"], package["identifier"])
    if answers.variables is not None:
        kept.pop("environmentVariables", None)
    own: Part = {"environmentVariables": variables} if variables else {}
    if found.subcommand:
        own["packageArguments"] = [{"type": "positional", "value": found.subcommand}]
    return {**package, **own, "transport": {"type": "stdio"}, **kept}


def _wanted_variables(found: Findings, answers: Answers) -> Iterator[Variable]:
    """The variables that the author names, with what is known about them; else all that were found."""
    if answers.variables is None:
        yield from found.variables
        return
    known = {one.name: one for one in found.variables}
    for name in dict.fromkeys(answers.variables.replace(",", " ").split()):
        if is_variable_name(name):
            yield known.get(name, Variable(name=name))


def _image_tag(image: Image, found: Findings, version: str | None) -> str:
    if not version:
        return ""
    release = found.release
    tag = release.tag_of(version) if release else f"v{version}"
    return (image.tag or "{version}").replace("{version}", version).replace("{tag}", tag)


def _bundle_address(
    bundle: Bundle, found: Findings, version: str | None, origin: Origin | None
) -> str | None:
    if origin is None or not version:
        return None
    tag = found.release.tag_of(version) if found.release else f"v{version}"
    middle = "releases/download" if origin.source == "github" else "-/releases"
    end = bundle.name if origin.source == "github" else f"downloads/{bundle.name}"
    address = f"{origin.url}/{middle}/{tag}/{end}"
    return address if "mcp" in address.lower() and is_release_address(address) else None
