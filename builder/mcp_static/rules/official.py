"""What the official registry refuses of a record that this one accepts.

It is for authors who publish in both: it keeps nothing out of this registry, so every breach is a
warning, and only `validate --official` looks.

Sources: version 1.6.0 of the official registry (github.com/modelcontextprotocol/registry, read
2026-11): names, versions, titles and templates in `internal/validators/validators.go`, addresses and
repositories in `internal/validators/utils.go`, packages in `internal/validators/registries/*.go`,
fields in `pkg/api/v0/types.go` and `pkg/model/types.go`; that `mcp-publisher publish` takes the newest
schema alone, in `cmd/publisher/commands`. That the server refuses properties which those types lack,
and passes over an optional null: `validate.go` of github.com/danielgtaylor/huma. Which addresses Go
reads: its package `net/url`.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.names import name_problem, parse_name
from mcp_static.model.reading import packages_of, part_of, parts_of, text_of
from mcp_static.model.remotes import VARIABLE
from mcp_static.model.server import (
    CURRENT_SCHEMA_DATE,
    MAX_PUBLISHER_META_BYTES,
    PUBLISHER_META,
    SCHEMA_URL,
)
from mcp_static.model.strictjson import child_path, dump_json
from mcp_static.packages.images import is_public_host, parse_reference
from mcp_static.packages.types import PACKAGE_TYPES, package_type
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule
from mcp_static.rules.transports import all_transports

_RELEASE: Final = r"v?\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?"
_RANGES: Final = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:[\^~=]|[<>]=?)\s*{_RELEASE}",
        rf"{_RELEASE}\s-\s*{_RELEASE}",
        rf"{_RELEASE}\s*(?:\|\|\s*{_RELEASE}\s*)+",
    )
)
_DOTTED: Final = re.compile(r"(?:v?\d+|[xX*])(?:\.(?:\d+|[xX*])){1,2}(?:-[0-9A-Za-z.-]+)?", re.ASCII)
_REPOSITORIES: Final = {
    source: re.compile(rf"https?://(?:www\.)?{source}\.com/[\w.-]+/[\w.-]+/?", re.ASCII)
    for source in ("github", "gitlab")
}
_STAND_INS: Final = {
    "host": "example.com",
    "port": "8080",
    "path": "api",
    "protocol": "http",
    "scheme": "http",
}
_STAND_IN: Final = "placeholder"
"""What the official server fills in before it reads an address, by the variable and for any other."""

_REFUSED: Final = "the official registry refuses that"
_PORT_VARIABLE: Final = re.compile(r":\{[^}]+\}(?=/|$)")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")
_AUTHORITY: Final = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_WITHOUT_DIGEST: Final = tuple(kind.id for kind in PACKAGE_TYPES if kind.id != "mcpb")


def _schema(record: Record) -> Iterator[Breach]:
    address = text_of(record.document, "$schema")
    if address is not None and address != SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE):
        yield Breach("$schema", "names a schema that `mcp-publisher publish` refuses as deprecated")


def _name(record: Record) -> Iterator[Breach]:
    name = text_of(record.document, "name")
    if name is not None and not name_problem(name) and len(parse_name(name).server) < 2:
        yield Breach("name", f"has the server part {parse_name(name).server!r}; {_REFUSED}")


def _version(record: Record) -> Iterator[Breach]:
    for path, part in [("", record.document), *packages_of(record.document)]:
        version = (text_of(part, "version") or "").strip()
        if is_range(version):
            sign = next((sign for sign in "*xX" if sign in version), "")
            reason = f", since it has {sign!r} in it" if _DOTTED.fullmatch(version) else ""
            message = f"{version!r} is a range to the official registry{reason}"
            yield Breach(child_path(path, "version"), message)


def is_range(version: str) -> bool:
    """Whether the official registry takes a version for a range.

    A wildcard anywhere counts, also in the word after the hyphen: `1.0.0-next.1` is a range there.
    """
    if any(form.fullmatch(version) for form in _RANGES):
        return True
    return bool(_DOTTED.fullmatch(version) and re.search(r"[xX*]", version))


def _repository(record: Record) -> Iterator[Breach]:
    repository = part_of(record.document, "repository")
    url, form = text_of(repository, "url"), _REPOSITORIES.get(text_of(repository, "source") or "")
    if url is None or form is None or form.fullmatch(url):
        return
    source = repository["source"]
    if re.match(rf"https?://(?:www\.)?{source}\.com/", url):
        yield Breach("repository.url", f"has a subgroup in it; {_REFUSED}")
    else:
        yield Breach("repository.url", f"is not on {source}.com; {_REFUSED}")


def _fields(record: Record) -> Iterator[Breach]:
    places = ["status"] if "status" in record.document else []
    meta = part_of(record.document, "_meta")
    places += [child_path("_meta", key) for key in meta if key != PUBLISHER_META]
    for path, package in packages_of(record.document):
        if "postInstallInstructions" in package:
            places.append(child_path(path, "postInstallInstructions"))
    for place in places:
        yield Breach(place, "is unknown to the official registry, which refuses such a file")


def _empty_title(record: Record) -> Iterator[Breach]:
    if ("title", '""') in record.empty_members:
        yield Breach("title", f"is empty; {_REFUSED}")


def _meta_size(record: Record) -> Iterator[Breach]:
    provided = part_of(record.document, "_meta").get(PUBLISHER_META)
    size = len(dump_json(provided)) if provided is not None else 0
    if size > MAX_PUBLISHER_META_BYTES:
        message = f"is {size} bytes to the official registry: each `<`, `>` and `&` counts as six"
        yield Breach(child_path("_meta", PUBLISHER_META), message)


def _variables(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        transport = part_of(package, "transport")
        inputs = [
            part
            for key in ("runtimeArguments", "packageArguments", "environmentVariables")
            for _, part in parts_of(package, key)
        ]
        known = {text_of(part, member) or "" for part in inputs for member in ("name", "valueHint")}
        bare = {name.lstrip("-"): name for name in known if name.startswith("-")}
        for name in VARIABLE.findall(text_of(transport, "url") or ""):
            if name not in known and name in bare:
                yield Breach(
                    f"{path}.transport.url",
                    f"refers to {{{name}}}, which is not {bare[name]} to the official registry",
                    f'Add "valueHint": "{name}" to the argument {bare[name]}.',
                )


def _addresses(record: Record) -> Iterator[Breach]:
    document = record.document
    places = [("websiteUrl", text_of(document, "websiteUrl"))]
    places += [
        (child_path(at, "src"), text_of(icon, "src")) for at, icon in parts_of(document, "icons")
    ]
    places += [(child_path(at, "url"), text_of(part, "url")) for at, part in all_transports(document)]
    for path, url in places:
        if url and url.startswith("{"):
            continue  # which `transport-url-of-the-draft` says
        if url and (problem := address_problem(url, is_remote=path.startswith("remotes["))):
            yield Breach(path, f"{problem}; {_REFUSED}")


def address_problem(url: str, *, is_remote: bool = False) -> str | None:
    """What keeps the official server from reading an address or a template; None if nothing does."""
    filled = VARIABLE.sub(lambda match: _STAND_INS.get(match[1], match[0]), url)
    filled = VARIABLE.sub(_STAND_IN, _PORT_VARIABLE.sub(":8080", filled))
    authority = _AUTHORITY.match(filled)
    if authority is None:
        return "begins with a variable"
    if is_remote and filled.startswith("http:"):
        return "has a variable for its scheme"
    before, _, fragment = filled.partition("#")
    if bad := _BAD_ESCAPE.search(before.partition("?")[0]) or _BAD_ESCAPE.search(fragment):
        return f"has {bad[0]!r}, which is no percent-encoding"
    if _STAND_IN in authority[1].partition(":")[2]:
        return "has a variable for its port, and something other than `/` behind it"
    return None


def _package_fields(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, *_WITHOUT_DIGEST):
        if "fileSha256" in package:
            kind = package["registryType"]
            message = f"is not for {kind} packages; {_REFUSED}"
            yield Breach(child_path(path, "fileSha256"), message)
    for path, package in packages_of(record.document, "mcpb"):
        if "registryBaseUrl" in package:
            message = f"is not for mcpb packages; {_REFUSED}"
            yield Breach(child_path(path, "registryBaseUrl"), message)


def _registries(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        kind = package_type(text_of(package, "registryType") or "")
        address = text_of(package, "registryBaseUrl")
        if kind and kind.registry and address and address != kind.registry.site.url:
            message = f"is not letter for letter {kind.registry.site.url}; {_REFUSED}"
            yield Breach(child_path(path, "registryBaseUrl"), message)


def _image_hosts(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document, "oci"):
        identifier = text_of(package, "identifier") or ""
        reference, host = parse_reference(identifier), identifier.partition("/")[0]
        if reference and not is_public_host(reference.host):
            message = f"is on {reference.host}; {_REFUSED}"
            yield Breach(child_path(path, "identifier"), message)
        elif reference and "." in host and host != host.lower():
            message = f"has capitals in its host, {host}; {_REFUSED}"
            yield Breach(child_path(path, "identifier"), message)


def _go_modules(record: Record) -> Iterator[Breach]:
    namespace = (text_of(record.document, "name") or "").partition("/")[0]
    for path, _ in packages_of(record.document, "go"):
        if not namespace.startswith("io.github."):
            message = f"is a Go module of a server in {namespace}; {_REFUSED}"
            yield Breach(child_path(path, "identifier"), message)


OFFICIAL_RULES: Final = (
    Rule(
        id="official-schema",
        level=Level.WARNING,
        requirement="`$schema` names the newest schema: `mcp-publisher publish` takes no other.",
        fix=f"Set it to {SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)}.",
        check=_schema,
    ),
    Rule(
        id="official-name",
        level=Level.WARNING,
        requirement="The server part of a name has at least two characters.",
        fix="Choose a longer name: a name cannot be changed later.",
        check=_name,
    ),
    Rule(
        id="official-version",
        level=Level.WARNING,
        requirement="No version of two or three numbers has an `x`, `X` or `*` in it, not even in a "
        "word such as `next`, `linux` or `experimental` after the hyphen.",
        fix="Use another word: 1.0.0-rc.1 or 1.0.0-beta.1.",
        check=_version,
    ),
    Rule(
        id="official-title",
        level=Level.WARNING,
        requirement="A title that is there says something.",
        fix="Leave `title` out.",
        check=_empty_title,
    ),
    Rule(
        id="official-repository",
        level=Level.WARNING,
        requirement="`repository.url` is https://github.com/<owner>/<repository> or "
        "https://gitlab.com/<group>/<project>, without subgroups.",
        fix="Leave `repository` out of what you publish there.",
        check=_repository,
    ),
    Rule(
        id="official-fields",
        level=Level.WARNING,
        requirement="The file has no property that the server does not expect: no `status`, no other "
        f"key of `_meta` than `{PUBLISHER_META}`, no `postInstallInstructions`.",
        fix="Remove it from what you publish there.",
        check=_fields,
    ),
    Rule(
        id="official-meta-size",
        level=Level.WARNING,
        requirement=f"Publisher-provided metadata is at most {MAX_PUBLISHER_META_BYTES} bytes of JSON "
        "in which `<`, `>` and `&` are escaped.",
        fix="Shorten it, or link to the details.",
        check=_meta_size,
    ),
    Rule(
        id="official-variables",
        level=Level.WARNING,
        requirement="A `{variable}` in a package's transport URL is the name of an argument with its "
        "dashes, a `valueHint`, or the name of an environment variable.",
        fix="Add a `valueHint` of that name to the argument.",
        check=_variables,
    ),
    Rule(
        id="official-address",
        level=Level.WARNING,
        requirement="Addresses begin with http:// or https:// (those of remotes with https://); each "
        "`%` in a path begins a percent-encoding; a port that is a `{variable}` is followed by `/` or "
        "nothing.",
        fix="Write the scheme out, `%25` for a percent sign, and a `/` behind the port.",
        check=_addresses,
    ),
    Rule(
        id="official-package-fields",
        level=Level.WARNING,
        requirement="Only MCPB packages have a `fileSha256`, and they have no `registryBaseUrl`.",
        fix="Leave it out.",
        check=_package_fields,
    ),
    Rule(
        id="official-package-registry",
        level=Level.WARNING,
        requirement="A `registryBaseUrl` is the public registry's, letter for letter.",
        fix="Leave `registryBaseUrl` out; packages in a registry of your own are not taken there.",
        check=_registries,
    ),
    Rule(
        id="official-image-host",
        level=Level.WARNING,
        requirement="An image is on a public host that the official registry knows, in lowercase.",
        fix="Push the image to such a host as well, ghcr.io for example.",
        check=_image_hosts,
    ),
    Rule(
        id="official-go-module",
        level=Level.WARNING,
        requirement="Servers with Go modules are called `io.github.<owner>/…`, and the modules are "
        "that owner's.",
        fix="Publish it there under io.github.<owner>, or as an image or a bundle.",
        check=_go_modules,
    ),
)
"""What `validate --official` looks for beside the rules of this registry."""
