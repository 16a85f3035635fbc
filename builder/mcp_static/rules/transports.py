"""Rules over transports: how clients reach a server, locally or hosted.

Template variables and what they may refer to: `StreamableHttpTransport.url` in the standard's
`openapi.yaml`, and `internal/validators` of the official registry.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.lookalikes import only_looks_latin
from mcp_static.model.reading import Part, packages_of, part_of, parts_of, text_of
from mcp_static.model.remotes import (
    MAX_ADDRESSES,
    VARIABLE,
    count_addresses,
    filled_addresses,
    remote_addresses,
)
from mcp_static.model.strictjson import child_path
from mcp_static.model.visible_text import is_of_one_script
from mcp_static.model.web_addresses import (
    MAX_CHARACTERS,
    is_plainly_written,
    parse_address,
    unicode_host,
)
from mcp_static.packages.hosts import transport_addresses
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule

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


_REMOTE_VARIABLE: Final = 'Add "variables": {{"{}": {{"description": "…"}}}} to the remote.'


def _remote_variables(record: Record) -> Iterator[Breach]:
    for path, remote in parts_of(record.document, "remotes"):
        declared = set(part_of(remote, "variables"))
        yield from _undeclared(
            child_path(path, "url"), text_of(remote, "url"), declared, _REMOTE_VARIABLE
        )


def _undeclared(
    path: str, url: str | None, declared: set[str], declaration: str = ""
) -> Iterator[Breach]:
    for name in VARIABLE.findall(url or ""):
        if name not in declared:
            fix = declaration.format(name) if declaration else ""
            yield Breach(path, f"refers to {{{name}}}, which is not declared", fix)


def _too_many(record: Record) -> Iterator[Breach]:
    count = sum(count_addresses(remote) for _, remote in parts_of(record.document, "remotes"))
    message = f"can be filled in to more than {MAX_ADDRESSES} different addresses"
    if count > MAX_ADDRESSES:
        yield Breach("remotes", message)
    for path, package in packages_of(record.document):
        if sum(1 for _ in transport_addresses(package)) > MAX_ADDRESSES:
            yield Breach(f"{path}.transport.url", message)


def _draft_urls(record: Record) -> Iterator[Breach]:
    for path, part in all_transports(record.document):
        if (text_of(part, "url") or "").startswith("{"):
            yield Breach(child_path(path, "url"), "begins with a variable")


def _package_address(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        transport = part_of(package, "transport")
        url = text_of(transport, "url")
        if transport.get("type") in _HTTP_TYPES and url:
            filled = next(filled_addresses({"url": url}))
            address = parse_address(filled) if is_plainly_written(filled) else None
            if address is None or address.port == "0" or address.has_credentials:
                yield Breach(f"{path}.transport.url", "is not an http or https URL")


def _remote_address(record: Record) -> Iterator[Breach]:
    for path, remote in parts_of(record.document, "remotes"):
        if remote.get("type") not in _HTTP_TYPES or text_of(remote, "url") is None:
            continue
        problems = (_address_problem(text) for text in filled_addresses(remote))
        for problem in dict.fromkeys(filter(None, problems)):
            yield Breach(child_path(path, "url"), problem)


def _address_problem(text: str) -> str | None:
    """What is wrong with an address that a remote leads to, or None."""
    if len(text) > MAX_CHARACTERS:
        return f"has more than {MAX_CHARACTERS:,} characters"
    address = parse_address(text) if is_plainly_written(text) else None
    if address is None or address.port == "0":
        return _unreadable(text)
    if address.scheme != "https":
        return "begins with http://, which is not encrypted"
    if address.has_credentials:
        return "has a user name or a password before its host"
    if address.is_on_the_users_machine:
        return "leads to the user's own machine or network"
    if address.is_ip:
        return f"leads to the IP address {address.host}, which shows nobody whose it is"
    return None


def _unreadable(text: str) -> str:
    """Why nobody reads an address as one."""
    scheme, colon, rest = text.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    port = authority.rpartition(":")[2]
    if colon and scheme.lower() == "https":
        if re.search(r"\s", text):
            return f"is {text[:_SHOWN]!r}, which has white space"
        if not authority:
            return f"is {text[:_SHOWN]!r}, which has no host"
        if port != authority and port.isdecimal() and not 0 < int(port[:6]) < 65536:
            return f"has the port {port[:_SHOWN]}; ports are 1 to 65535"
    return f"is {text[:_SHOWN]!r}, which is not an https URL"


_SHOWN: Final = 120


def _host_scripts(record: Record) -> Iterator[Breach]:
    website = parse_address(text_of(record.document, "websiteUrl") or "")
    places = [("websiteUrl", website)] if website else []
    for path, address in dict.fromkeys([*places, *remote_addresses(record.document)]):
        host = unicode_host(address)
        *labels, top_level = host.split(".")
        if not all(map(is_of_one_script, (*labels, top_level))):
            yield Breach(path, f"has the host {host!r} ({address.host}), which mixes scripts")
        elif any(only_looks_latin(label, top_level) for label in labels):
            message = f"has the host {host!r} ({address.host}), whose letters only look like Latin ones"
            yield Breach(path, message)


def _headers(record: Record) -> Iterator[Breach]:
    for path, part in all_transports(record.document):
        for header_path, header in parts_of(part, "headers", path):
            name = text_of(header, "name")
            if name is not None and not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
                yield Breach(child_path(header_path, "name"), f"{name!r} is not a valid header name")
            for key in ("value", "default"):
                if re.search(r"[\r\n]", text_of(header, key) or ""):
                    yield Breach(child_path(header_path, key), "has a line break", "Write one line.")


def all_transports(document: Part) -> Iterator[tuple[str, Part]]:
    """The transports of packages and the remotes, each with its path."""
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
        told_by=("no-placeholder",),
        requirement="A package's streamable-http or sse transport has an http or https URL, without a "
        "user name.",
        fix="Write a URL such as http://127.0.0.1:{port}/mcp.",
        check=_package_address,
    ),
    Rule(
        id="transport-variables",
        told_by=("no-placeholder",),
        requirement="Every `{variable}` in a package's transport URL is the name or `valueHint` of "
        "one of its arguments, or one of its environment variables.",
        fix="Declare the variable among packageArguments, runtimeArguments or environmentVariables.",
        check=_package_variables,
    ),
    Rule(
        id="remote-address",
        told_by=("no-placeholder",),
        requirement="A remote has an https URL that leads to a named host, not to an IP address nor to "
        "the user's own machine, and has no user name; also with defaults, fixed values and choices "
        "filled in.",
        fix="Publish the server under https:// and a name of its own; one that runs on the user's "
        "machine is a package.",
        check=_remote_address,
    ),
    Rule(
        id="host-script",
        requirement="Each label of the host of a remote, and of `websiteUrl`, keeps to one script "
        '(UTS #39, "highly restrictive"). One of another script has a letter that does not look Latin, '
        "unless the top-level domain is of that script, or of a country that writes in it.",
        fix="Use the name whose letters are of one alphabet, and plainly of that one.",
        check=_host_scripts,
    ),
    Rule(
        id="transport-url-of-the-draft",
        level=Level.WARNING,
        requirement="A transport's URL begins with http:// or https://; that a variable may come first "
        "is in the schema's draft alone.",
        fix="Nothing has to be done for this registry. The official one refuses it as yet: write "
        "https://{host}/… for it.",
        check=_draft_urls,
    ),
    Rule(
        id="remote-addresses",
        requirement=f"Choices and defaults lead to at most {MAX_ADDRESSES} different addresses, of all "
        "remotes together and of each package's transport.",
        fix="Leave the choices out, and say in the variable's description what they are.",
        check=_too_many,
    ),
    Rule(
        id="remote-variables",
        told_by=("no-placeholder",),
        requirement="Every `{variable}` in a remote's URL is declared in its `variables`.",
        fix="Declare it there, with a description, for the people who fill it in.",
        check=_remote_variables,
    ),
    Rule(
        id="header-name",
        requirement="A header's name is an HTTP field name, and its value one line (RFC 9110, 5.1 and "
        "5.5).",
        fix="Use letters, digits and '-'; what follows the colon goes into `value`.",
        check=_headers,
    ),
)
