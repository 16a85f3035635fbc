"""Proofs by who asks: the account of the namespace, an account that its domain names, or a grant."""

import re
from typing import Final

from mcp_static.forges.forge import Account
from mcp_static.model.names import Namespace
from mcp_static.model.proofs import ProofId
from mcp_static.proofs.claims import Claim, ProofContext
from mcp_static.proofs.domains import candidate_domains
from mcp_static.proofs.forge_namespaces import ForgeKind
from mcp_static.proofs.results import fails, holds, unknown
from mcp_static.reports.findings import Finding
from mcp_static.settings.grants import GrantHolder

DELEGATION: Final = ProofId.DNS_DELEGATION
GRANT: Final = ProofId.GRANT

_DELEGATED: Final = re.compile(
    r"mcp-publisher=(?P<forge>github:[A-Za-z0-9][A-Za-z0-9-]{0,38}|gitlab:\w[\w.-]{0,254})"
    r"(?:#(?P<number>\d{1,18}))?",
    re.ASCII,
)
_ACCOUNT_PROOFS: Final = {"github": ProofId.ACCOUNT, "gitlab": ProofId.GITLAB_ACCOUNT}


def has_account(namespace: Namespace, context: ProofContext, kind: ForgeKind) -> bool:
    """Whether a namespace represents an account, on such a forge, that can ask for something here."""
    found = context.owner_of(namespace)
    if found is None:
        return False
    forge, _ = found
    return forge.kind == kind and forge.host in context.account_hosts


def prove_account(claim: Claim, context: ProofContext) -> Finding:
    """The requester is the account that the namespace names."""
    found = context.owner_of(claim.name.namespace)
    assert found is not None
    forge, owner = found
    proof = _ACCOUNT_PROOFS[forge.kind]
    account = forge.forge.account(owner)
    if account is None:
        message = f"{forge.name} has no account {owner}"
        return fails(proof, message, "Publish under your own login.")
    if context.stands_for(account):
        return _stands(proof, context, account)
    requester = context.requester.login if context.requester else "whoever brought this commit"
    if account.is_organization:
        what = "an organization" if forge.kind == "github" else "a group"
        return fails(
            proof,
            f"{owner} is {what}, and {requester} a user",
            "Membership alone grants nothing. Put the same server.json into a repository of "
            f"{owner}, on its default branch with a tag of this version.",
        )
    fix = f"Let {owner} confirm it with the comment `{context.confirmation}`"
    if context.requester is None:
        message = "nobody is known to have both opened the pull request and first pushed its files"
        return fails(proof, message, f"{fix}.")
    return fails(
        proof,
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
        for match in named:
            kind, _, login = match["forge"].partition(":")
            forge = context.github if kind == "github" else context.gitlab
            account = forge.account(login)
            if account is None or match["number"] not in {None, str(account.id.number)}:
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
    is_login = holder.login.lower() == account.login.lower()
    return is_number and is_login and holder.kind == account.id.kind


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
