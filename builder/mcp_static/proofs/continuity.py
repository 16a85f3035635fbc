"""Continuity: whether a proof rests on an identity that has proven the name before.

A proof shows who owns a login, a domain or a repository today. When one changes hands, so does what it
proves: a recycled login, a domain registered anew, a subdomain that somebody took over. So where
anything is remembered, what it does not know is held: it waits for the days that the settings name,
from when people could first see that it does, and for an operator. A new key that an old one signed
for waits for nobody.
"""

from dataclasses import replace
from typing import Final

from mcp_static.model.forge_ids import parse_forge_id
from mcp_static.model.identity import Identity, IdentityKind, Memory, ProvenBy, identities_of
from mcp_static.model.names import Namespace
from mcp_static.model.proofs import Facts
from mcp_static.model.server import PROJECT_PLACES
from mcp_static.model.times import SECONDS_A_DAY, format_time
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.memory import namespaces_above
from mcp_static.reports.findings import Finding, Level

HELD_UNTIL: Final = "heldUntil"
"""The fact that says how long what is held waits."""


def continued(outcome: Finding, claim: Claim, context: ProofContext) -> Finding:
    """The outcome of a proof; one that holds is held back if it rests on what is not known."""
    if not outcome.has_passed:
        return outcome
    proven = identities_of(outcome.id, outcome.facts, int(context.now))
    if proven is None:
        return outcome
    reason = _news_to_namespace(proven, outcome.facts, claim, context)
    reason = reason or _news_to_server(proven, claim, context)
    return _held(outcome, reason, context) if reason else outcome


def _held(outcome: Finding, reason: str, context: ProofContext) -> Finding:
    days = context.settings.continuity.wait_days
    shown = context.held_since()
    since = int(context.now) if shown is None else shown
    until = format_time(since + days * SECONDS_A_DAY)
    fix = f"It waits until {until}, and for an operator who then writes `{context.approval}`."
    if outcome.facts.get("key"):
        fix += " Signed with the old key as well (`mcp-static sign --previous-key`), it need not wait."
    facts = {**outcome.facts, HELD_UNTIL: until}
    message = f"{outcome.message}; but {reason}"
    return replace(outcome, level=Level.HELD, message=message, fix=fix, facts=facts)


def _news_to_namespace(
    proven: ProvenBy, facts: Facts, claim: Claim, context: ProofContext
) -> str | None:
    """Why the nearest memory does not know an identity; None if it does, or if there is none."""
    namespace = claim.name.namespace
    chain = [context.memories.of_namespace(one) for one in namespaces_above(namespace)]
    nearest = next((place for place, memory in enumerate(chain) if memory), None)
    if nearest is None:
        return None
    memory, above, identity = chain[nearest], chain[nearest + 1 :], proven.first
    if not memory.is_readable:
        return f"the identity.json of {namespace} cannot be read"
    if identity.kind is IdentityKind.GRANT:
        return _changed_hands(identity, chain) if facts.get("grantedTo") == "login" else None
    if memory.find(identity) or any(_knew_before(one, identity, memory.since) for one in above):
        return None
    previous = facts.get("previousKey")
    if isinstance(previous, str) and memory.find(replace(identity, value=previous)):
        return None
    return _changed_hands(identity, chain) or _said_of(identity, memory, namespace)


def _knew_before(memory: Memory, identity: Identity, time: int) -> bool:
    """Whether a domain above knew an identity before anything was known below it."""
    known = memory.find(identity)
    return known is not None and known.first_seen < time


def _changed_hands(identity: Identity, chain: list[Memory]) -> str | None:
    """The sentence for a login that was another account's before."""
    if not identity.name:
        return None
    for known in (one for memory in chain for one in memory.identities):
        is_login = known.kind is not IdentityKind.SOURCE or "/repository/" not in known.value
        if is_login and known.name == identity.name and known.value != identity.value:
            return f"the login {identity.name} was {known.value} before, and is {identity.value} now"
    return None


def _said_of(identity: Identity, memory: Memory, namespace: Namespace) -> str:
    if not memory.of_kind(identity.kind):
        kinds = ", ".join(sorted({known.kind.value for known in memory.identities}))
        return f"{namespace} was proven by {kinds} before, and never by {identity.kind.value}"
    return f"this {identity.kind.value} has never proven {namespace} before"


def _news_to_server(proven: ProvenBy, claim: Claim, context: ProofContext) -> str | None:
    """Why a server's memory does not know the repository that its record is in."""
    source = proven.server[0]
    if source.kind is not IdentityKind.SOURCE:
        return None
    memory = context.memories.of_server(claim.name)
    if not memory.is_readable:
        return f"the identity.json of {claim.name} cannot be read"
    if not memory:
        return _first_from(source, proven, context)
    bound = memory.of_kind(IdentityKind.SOURCE)
    if memory.find(source) or any(_is_address_of(known, source) for known in bound):
        return None
    if any(_stands_in(known, claim, context) for known in bound):
        return None
    if not bound:
        kinds = ", ".join(sorted({known.kind.value for known in memory.identities}))
        return f"{claim.name} was proven by {kinds} before, and never by a repository"
    known = bound[-1]
    return f"{claim.name} came from {known.path} in {known.name or known.value} before"


def _first_from(source: Identity, proven: ProvenBy, context: ProofContext) -> str | None:
    """Anyone may ask for the first publish of a server, unless only contributors meant it to be one."""
    owner = parse_forge_id(proven.first.value)
    if source.path in PROJECT_PLACES or any(one.id == owner for one in context.accounts()):
        return None
    return f"a first publish from {source.path} counts only if the owner asks for it"


def _is_address_of(known: Identity, source: Identity) -> bool:
    """Whether an older record, which had no id, names this repository by its address."""
    return known.value == source.name and known.path == source.path


def _stands_in(known: Identity, claim: Claim, context: ProofContext) -> bool:
    """Whether the repository that a server is bound to has the same bytes on its default branch now."""
    number = parse_forge_id(known.value)
    if number is None:
        return False
    forge = next((one.forge for one in context.forges if one.host == number.host), None)
    repository = forge.repository_of(number.number) if forge is not None else None
    if forge is None or repository is None or repository.id != number or repository.is_fork:
        return False
    head = forge.branch_head(repository.full_name, repository.default_branch)
    file = "server.json" if isinstance(claim, Publication) else "status.json"
    path = known.path.removesuffix("server.json") + file
    return head is not None and forge.file(repository.full_name, path, head) == claim.content
