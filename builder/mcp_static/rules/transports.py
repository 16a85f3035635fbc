"""Rules over transports: how clients reach a server, locally or hosted.

Template variables and what they may refer to: `StreamableHttpTransport.url` in the standard's
`openapi.yaml`, and `internal/validators` of the official registry.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from mcp_static.model.reading import Part, packages_of, part_of, parts_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.rules.rule import Breach, Record, Rule

_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
_HTTP_TYPES: Final = ("streamable-http", "sse")


def _stdio(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        transport = part_of(package, "transport")
        if transport.get("type") == "stdio" and transport.get("url"):
            yield Breach(f"{path}.transport.url", "has no meaning for stdio")


def _package_variables(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        url = text_of(part_of(package, "transport"), "url")
        declared = {
            text
            for key in ("runtimeArguments", "packageArguments", "environmentVariables")
            for _, part in parts_of(package, key)
            for field in ("name", "valueHint")
            if (text := text_of(part, field))
        }
        declared |= {name.lstrip("-") for name in declared}
        yield from _undeclared(f"{path}.transport.url", url, declared)


def _remote_variables(record: Record) -> Iterator[Breach]:
    for path, remote in parts_of(record.document, "remotes"):
        declared = set(part_of(remote, "variables"))
        yield from _undeclared(child_path(path, "url"), text_of(remote, "url"), declared)


def _undeclared(path: str, url: str | None, declared: set[str]) -> Iterator[Breach]:
    for name in _VARIABLE.findall(url or ""):
        if name not in declared:
            yield Breach(path, f"refers to {{{name}}}, which is not declared")


def _package_address(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        transport = part_of(package, "transport")
        url = text_of(transport, "url")
        if transport.get("type") in _HTTP_TYPES and url and _sample(url) is None:
            yield Breach(f"{path}.transport.url", "is not an http or https URL")


def _remote_address(record: Record) -> Iterator[Breach]:
    for path, remote in parts_of(record.document, "remotes"):
        url = text_of(remote, "url")
        if remote.get("type") not in _HTTP_TYPES or url is None:
            continue
        sample = _sample(url)
        place = child_path(path, "url")
        if sample is None:
            yield Breach(place, "is not an https URL")
        elif not sample.startswith("https:"):
            yield Breach(place, "is not encrypted")
        elif _is_local(urlsplit(sample).hostname or ""):
            yield Breach(place, "leads to the user's own machine or network")


def _sample(url: str) -> str | None:
    """The address with its variables filled in, or None if that is not an address."""
    text = re.sub(r"^\{[^{}]*\}(?=$|[/?#:])", "https://variable.example", url)
    text = re.sub(r"(?<=:)\{[^{}]*\}(?=$|[/?#])", "8080", text)
    text = _VARIABLE.sub("variable", text)
    try:
        parts = urlsplit(text)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_one:
        return None
    return None if re.search(r"\s", text) else text


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _headers(record: Record) -> Iterator[Breach]:
    for path, part in _all_transports(record.document):
        for header_path, header in parts_of(part, "headers", path):
            name = text_of(header, "name")
            if name is not None and not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
                yield Breach(child_path(header_path, "name"), f"{name!r} is not a valid header name")


def _all_transports(document: Part) -> Iterator[tuple[str, Part]]:
    for path, package in packages_of(document):
        yield f"{path}.transport", part_of(package, "transport")
    yield from parts_of(document, "remotes")


TRANSPORT_RULES: Final = (
    Rule(
        id="transport-stdio",
        requirement="A stdio transport has no `url`.",
        fix="Remove the url, or change the type to streamable-http.",
        check=_stdio,
    ),
    Rule(
        id="transport-address",
        requirement="A package's streamable-http or sse transport has an http or https URL.",
        fix="Write a URL such as http://127.0.0.1:{port}/mcp.",
        check=_package_address,
    ),
    Rule(
        id="transport-variables",
        requirement="Every `{variable}` in a package's transport URL is the name or `valueHint` of "
        "one of its arguments, or one of its environment variables.",
        fix="Declare the variable among packageArguments, runtimeArguments or environmentVariables.",
        check=_package_variables,
    ),
    Rule(
        id="remote-address",
        requirement="A remote has a public https URL.",
        fix="Publish the server under https://; one that runs on the user's machine is a package.",
        check=_remote_address,
    ),
    Rule(
        id="remote-variables",
        requirement="Every `{variable}` in a remote's URL is declared in its `variables`.",
        fix="Declare it there, with a description.",
        check=_remote_variables,
    ),
    Rule(
        id="header-name",
        requirement="A header's name is an HTTP field name (RFC 9110, 5.1).",
        fix="Use letters, digits and '-'; what follows the colon goes into `value`.",
        check=_headers,
    ),
)
