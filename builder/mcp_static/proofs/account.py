"""Proofs by who asks: the account of the namespace, an account that its domain names, or a grant."""

import re
from typing import Final

from mcp_static.forges.forge import Account
from mcp_static.model.names import Namespace
from mcp_static.model.proofs import ProofId
from mcp_static.proofs.claims import Claim, ProofContext
from mcp_static.proofs.domains import candidate_domains
from mcp_static.proofs.results import fails, holds, unknown
from mcp_static.reports.findings import Finding
from mcp_static.settings.grants import GrantHolder

ACCOUNT: Final = ProofId.ACCOUNT
DELEGATION: Final = ProofId.DNS_DELEGATION
GRANT: Final = ProofId.GRANT

_DELEGATED: Final = re.compile(
    r"mcp-publisher=github:([A-Za-z0-9][A-Za-z0-9-]{0,38})(?:#(\d{1,18}))?", re.ASCII
)
_PARENT: Final = "io.github."


def github_owner(namespace: Namespace) -> str | None:
    """The login that `io.github.<owner>` represents; None for other namespaces."""
    text = namespace.text
    if not text.lower().startswith(_PARENT) or len(namespace.labels) != 3:
        return None
    return namespace.labels[2]


def prove_account(claim: Claim, context: ProofContext) -> Finding:
    """The requester is the account that the namespace names."""
    owner = github_owner(claim.name.namespace)
    assert owner is not None
    account = context.github.account(owner)
    if account is None:
        return fails(ACCOUNT, f"GitHub has no account {owner}", "Publish under your own login.")
    if context.stands_for(account):
        return _stands(ACCOUNT, context, account)
    requester = context.requester.login if context.requester else "whoever brought this commit"
    if account.is_organization:
        return fails(
            ACCOUNT,
            f"{owner} is an organization, and {requester} a user",
            "Membership alone grants nothing. Put the same server.json into a repository of the "
            f"organization {owner}, on its default branch with a tag of this version.",
        )
    fix = f"Let {owner} confirm it with the comment `{context.confirmation}`"
    if context.requester is None:
        message = "nobody is known to have both opened the pull request and first pushed its files"
        return fails(ACCOUNT, message, f"{fix}.")
    return fails(
        ACCOUNT,
        f"{requester} brought this commit, and is not {owner}",
        f"{fix}; or put it into a repository of {owner} under a tag of this version.",
    )


def prove_delegation(claim: Claim, context: ProofContext) -> Finding:
    """The domain's TXT record names the requester's account."""
    failures = []
    for domain in candidate_domains(claim.name.namespace):
        lookup = context.resolution.look_up(domain)
        if not lookup.is_conclusive:
            return unknown(DELEGATION, lookup.message)
        if not lookup.is_found:
            failures.append(lookup.message)
            continue
        named = [match for text in lookup.texts if (match := _DELEGATED.fullmatch(text.strip()))]
        for login, number in (match.groups() for match in named):
            account = context.github.account(login)
            if account is None or number not in {None, str(account.id.number)}:
                continue
            if context.stands_for(account):
                return _stands(
                    DELEGATION,
                    context,
                    account,
                    domain=domain,
                    nameServers=context.resolution.name_servers(domain),
                )
        names = ", ".join(match[0].partition(":")[2] for match in named)
        failures.append(f"{domain} names {names or 'no account'}")
    return fails(
        DELEGATION,
        "; ".join(failures) or "this namespace belongs to no domain",
        'Add the TXT record "mcp-publisher=github:<login>#<id>" with the account that publishes.',
    )


def prove_grant(claim: Claim, context: ProofContext) -> Finding:
    """A grant of `registry.toml` names the requester's account."""
    text = claim.name.namespace.text
    holders = [
        holder for grant in context.settings.grants if grant.covers(text) for holder in grant.holders
    ]
    for account in context.accounts():
        held = [holder for holder in holders if _is_held_by(holder, account)]
        if held:
            by_login = all(holder.id is None and holder.number is None for holder in held)
            return _stands(GRANT, context, account, grantedTo="login" if by_login else "id")
    who = context.requester.login if context.requester else "whoever brought this"
    return fails(
        GRANT,
        f"registry.toml grants {text} to others than {who}",
        "Ask the registry's operator for a grant, or let an account that has one confirm this with "
        f"the comment `{context.confirmation}`.",
    )


def _is_held_by(holder: GrantHolder, account: Account) -> bool:
    """Whether a grant means an account. A login without a host is one of the registry's own forge."""
    if holder.id is not None:
        return holder.id == account.id
    is_number = holder.number in {None, account.id.number}
    return is_number and holder.login.lower() == account.login.lower()


def has_grant(namespace: Namespace, context: ProofContext) -> bool:
    """Whether any grant covers a namespace."""
    return any(grant.covers(namespace.text) for grant in context.settings.grants)


def _stands(
    proof: str, context: ProofContext, account: Account, **facts: str | tuple[str, ...]
) -> Finding:
    """The proof holds, by this account."""
    how = "brought" if context.requester and context.requester.id == account.id else "confirmed"
    message = f"{account.login} ({account.id}) {how} this very commit"
    return holds(proof, message, login=account.login, id=str(account.id), **facts)
