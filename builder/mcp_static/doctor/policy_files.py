"""Policy files, and what each client that they are for says of a server."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from mcp_static.doctor.clients import CLIENTS
from mcp_static.model.errors import InputError
from mcp_static.model.jsonc import parse_jsonc
from mcp_static.model.reading import Part, objects_in, part_of, text_of
from mcp_static.policies.claude_code import CLAUDE_CODE
from mcp_static.policies.copilot import COPILOT
from mcp_static.policies.gemini_cli import GEMINI_CLI
from mcp_static.policies.kiro import KIRO
from mcp_static.policies.matchers import Identity, Matcher, Verdict, matches, read_matchers, verdict
from mcp_static.policies.policy import Policy

Judge = Callable[[Identity], Verdict]
_FINAL_DOT: Final = re.compile(r"^(https?://[^/?#]*[^/?#.])\.(?=:\d*|[/?#]|$)", re.IGNORECASE)
"""The dot that may end the name of a host, which Claude Code ignores."""
_LISTS: Final = ("allowedMcpServers", "deniedMcpServers")


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy file: where it is from, and how the clients of each policy judge a server by it.

    With a fixed set of servers, users have none of their own.
    """

    source: str
    judges: dict[str, Judge]
    is_fixed_set: bool = False

    def judge(self, policy: Policy | None, server: Identity) -> Verdict | None:
        """What the clients of a policy say of a server; None if the file is none of theirs."""
        found = self.judges.get(policy.id) if policy is not None else None
        return found(server) if found is not None else None


def read_policy(content: bytes, source: str) -> PolicyFile:
    """Read a policy file by what it has. Raises InputError.

    Copilot's and Claude Code's lists have one form, so that they count for both, unless the file's path
    names one of them; `managed-mcp.json` is Claude Code's, and other `mcpServers` are Gemini CLI's.
    """
    document = parse_jsonc(content, source)
    if isinstance(document, dict):
        if any(key in document for key in _LISTS):
            return PolicyFile(source, _lists(document, source.lower()))
        if isinstance(document.get("mcpServers"), dict):
            return _named(document, source)
        if isinstance(document.get("servers"), list):
            return PolicyFile(source, {KIRO.id: _by_names(_names(document))})
    raise InputError(
        f"{source} is no policy file of a client that is known here.",
        f"Those have {', '.join(_LISTS)}, mcpServers or servers.",
    )


def _lists(document: Part, source: str) -> dict[str, Judge]:
    allowed, denied = (read_matchers(document.get(key)) for key in _LISTS)
    if allowed is None and "allowedMcpServers" in document:
        allowed = []  # a list that is none blocks all (github/docs, `enterprise-managed-settings.md`)
    judges: dict[str, Judge] = {
        COPILOT.id: lambda server: verdict(allowed, denied, server),
        CLAUDE_CODE.id: lambda server: _of_claude_code(allowed, denied, server),
    }
    only = next((word for word in ("copilot", "claude") if word in source), "")
    return {key: judge for key, judge in judges.items() if only in key}


def _of_claude_code(
    allowed: list[Matcher] | None, denied: list[Matcher] | None, server: Identity
) -> Verdict:
    """As Claude Code has it (code.claude.com/docs/en/managed-mcp).

    A pattern without a path matches any, letters of paths have their case, and names count only where
    no command or address is listed.
    """
    if any(_matches_in_claude_code(matcher, server) for matcher in denied or ()):
        return Verdict.DENIED
    if allowed is None:
        return Verdict.ALLOWED
    if server.command and any(matcher.command for matcher in allowed):
        allowed = [matcher for matcher in allowed if matcher.command]
    elif server.url and any(matcher.url for matcher in allowed):
        allowed = [matcher for matcher in allowed if matcher.url]
    is_listed = any(_matches_in_claude_code(matcher, server) for matcher in allowed)
    return Verdict.ALLOWED if is_listed else Verdict.NOT_ALLOWED


def _matches_in_claude_code(matcher: Matcher, server: Identity) -> bool:
    has_no_path = re.fullmatch(r"[^/]*//[^/?#]+", matcher.url) is not None
    pattern = replace(matcher, url=f"{matcher.url}/*") if has_no_path else matcher
    fetched = replace(server, url=_FINAL_DOT.sub(r"\1", server.url))
    return matches(pattern, fetched, is_path_cased=True)


def _named(document: Part, source: str) -> PolicyFile:
    servers = part_of(document, "mcpServers")
    if source.lower().endswith("managed-mcp.json"):
        fixed: dict[str, Judge] = {CLAUDE_CODE.id: lambda _: Verdict.NOT_ALLOWED}
        return PolicyFile(source, fixed, is_fixed_set=True)
    return PolicyFile(source, {GEMINI_CLI.id: lambda server: _of_gemini_cli(servers, server)})


def _of_gemini_cli(servers: Part, server: Identity) -> Verdict:
    """As Gemini CLI has it (google-gemini/gemini-cli, `mcpUtils.ts`): an empty list allows all."""
    if not servers:
        return Verdict.ALLOWED
    is_remote = server.name in servers and not server.command
    return Verdict.ALLOWED if is_remote else Verdict.NOT_ALLOWED


def _names(document: Part) -> frozenset[str]:
    servers = (part_of(entry, "server") for entry in objects_in(document.get("servers")))
    return frozenset(name for server in servers if (name := text_of(server, "name")))


def _by_names(names: frozenset[str]) -> Judge:
    return lambda server: Verdict.ALLOWED if server.name in names else Verdict.NOT_ALLOWED


POLICIES_IN_FORCE: Final = tuple(
    dict.fromkeys(client.policy for client in CLIENTS if client.policy is not None)
)
"""The policies by which a client judges a user's servers."""
