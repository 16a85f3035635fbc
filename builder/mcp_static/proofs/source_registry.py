"""The proof by a source: another registry, which the settings name, serves this very server object.

`[[sources]]` in registry.toml grants it for the names that its lists approve. With `approve = "review"`
it holds once an operator has approved the head; then the merge takes the record in.
"""

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import quote

from mcp_static.api.source_entries import read_entry
from mcp_static.api.source_records import pinned_of
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import Namespace, ServerName
from mcp_static.model.proofs import ProofId
from mcp_static.model.times import format_time
from mcp_static.net.client import Authorization, Client
from mcp_static.net.credentials import authorization_of
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.results import fails, holds, unknown
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings.sources import Source, pin_of

SOURCE_REGISTRY: Final = ProofId.SOURCE_REGISTRY
_SECONDS: Final = 30
_MAX_BYTES: Final = 4 << 20


def taken_facts(source: str, digest: str, published_at: int) -> dict[str, str]:
    """What the note of the merge says of a version that came from a source."""
    return {"source": source, "digest": digest, "publishedAt": format_time(published_at)}


def is_mirrored(namespace: Namespace, context: ProofContext) -> bool:
    """Whether a list of a source is about servers of a namespace."""
    return any(
        fnmatchcase(namespace.text, approval.name.partition("/")[0])
        for source in context.settings.sources
        for approval in source.approvals
    )


def is_of_a_source(name: ServerName, version: str, context: ProofContext) -> bool:
    """Whether a version is what a list of a source approves, rather than an author's publish."""
    is_listed = any(one.covers(str(name), version) for one in context.settings.sources)
    return is_listed and not context.memories.is_own(name)


def prove_source_registry(claim: Claim, context: ProofContext) -> Finding:
    """The first source whose list is about this server serves these very contents."""
    if not isinstance(claim, Publication):
        return fails(
            SOURCE_REGISTRY,
            "the status of what comes from a source is set by `mcp-static sync`",
            "Change it at the source, or let the owner prove it in another way.",
        )
    name, version = str(claim.name), claim.version
    first = next((one for one in context.settings.sources if one.covers_name(name)), None)
    address = first.address if first else ""
    source = next(
        (
            one
            for one in context.settings.sources
            if one.address == address and one.covers(name, version)
        ),
        None,
    )
    if source is None:
        return fails(
            SOURCE_REGISTRY,
            f"no list of a source approves {name} {version}",
            "Ask the registry's operator.",
        )
    if context.memories.is_own(claim.name):
        return fails(
            SOURCE_REGISTRY,
            f"{name} is published in this registry itself, so that nothing of it comes from a source",
            "Let its owner publish it.",
        )
    if source.file:
        return fails(
            SOURCE_REGISTRY,
            f"{source.file} is a file, which a check cannot ask",
            "`mcp-static sync --approve <head>` takes it in.",
        )
    try:
        authorization = authorization_of(source)
    except InputError as error:
        return unknown(SOURCE_REGISTRY, error.message, error.fix)
    return _compared(claim, source, authorization, context)


def _compared(
    claim: Publication, source: Source, authorization: Authorization | None, context: ProofContext
) -> Finding:
    """Whether the source has the version, with the digest of what is proposed."""
    name, version = str(claim.name), claim.version
    address = f"{source.url}/v0.1/servers/{quote(name, safe='')}/versions/{quote(version, safe='')}"
    network = context.settings.network
    with Client(
        max_bytes=_MAX_BYTES, seconds=_SECONDS, authorization=authorization, network=network
    ) as client:
        try:
            answer = client.get(address)
        except InputError as error:  # where it redirects to
            return unknown(SOURCE_REGISTRY, error.message)
    if answer.status in {404, 410}:
        return fails(SOURCE_REGISTRY, f"{source.url} does not serve it", "Run `mcp-static sync` again.")
    if not answer.is_ok:
        return unknown(SOURCE_REGISTRY, f"{source.url} answers {answer.status}")
    try:
        value: Any = json.loads(answer.body)
        entry = read_entry(value, int(context.now))
        _, served, _ = pinned_of(entry.server, lenient=source.lenient)
        proposed = digest_of(claim.document)
    except (ValueError, RecursionError):
        return unknown(SOURCE_REGISTRY, f"{source.url} does not answer with an entry")
    except InputError as error:
        return fails(SOURCE_REGISTRY, f"what {source.url} serves {error}", "Tell its operator.")
    if served != proposed:
        message = f"{source.url} serves other contents ({served}) than these ({proposed})"
        return fails(SOURCE_REGISTRY, message, "Run `mcp-static sync` again.")
    if pin_of(context.settings.sources, source.address, name, version) not in {None, served}:
        return fails(SOURCE_REGISTRY, f"the list wants another digest than {served}", "Look at it.")
    if entry.status.status is Status.DELETED:
        return fails(SOURCE_REGISTRY, f"{source.url} has deleted it", "Nothing can be done here.")
    proven = holds(
        SOURCE_REGISTRY,
        f"{source.url} serves these very contents",
        **taken_facts(source.address, served, entry.published_at),
    )
    return _held(proven, context) if source.approve == "review" else proven


def _held(proven: Finding, context: ProofContext) -> Finding:
    fix = f"An operator who has looked at what changed writes `{context.approval}`."
    return replace(proven, level=Level.HELD, message=f"{proven.message}; a review is due", fix=fix)
