"""Proposing from the command line: the ways to a registry's repository, and what is said about it."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import click

from mcp_static.check.proving import namespace_findings, package_findings
from mcp_static.cli.author_options import ProposalOptions, settings_of
from mcp_static.cli.console import say
from mcp_static.cli.reporting import show_section
from mcp_static.forges.clients import Clients
from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.instance import PUBLIC
from mcp_static.forges.github.login import find_token
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.forges.gitlab import login as gitlab_login
from mcp_static.forges.gitlab.instance import Instance
from mcp_static.forges.logins import gitlab_at
from mcp_static.model.errors import InputError, ServiceError, UsageError
from mcp_static.proofs.claims import Claim, ProofContext, Publication
from mcp_static.proofs.context import proof_context
from mcp_static.publishing.authoring import Author
from mcp_static.publishing.awaiting import ask_until
from mcp_static.publishing.registry_client import RegistryFacts, repository_name
from mcp_static.reports.findings import Level, Section, is_only_awaited
from mcp_static.settings import SETTINGS_FILE
from mcp_static.settings.network import NetworkSettings

_WAIT_SECONDS: Final = 1800.0
_PACKAGE_SECONDS: Final = 900.0
"""How long `--wait` waits for a pull request, and before that for packages."""


@dataclass(frozen=True, slots=True)
class Proposer:
    """An author logged in at the repository of a registry."""

    facts: RegistryFacts
    author: Author
    clients: Clients
    account: Account | None


@contextmanager
def open_proposer(
    facts: RegistryFacts, network: NetworkSettings, *, must_log_in: bool = True
) -> Iterator[Proposer]:
    """The way to a registry on its forge; raises UsageError when nobody is logged in and must be."""
    instance = gitlab_at(facts.repository, facts.forge)
    if instance is not None:
        with _on_gitlab(facts, instance, network, must_log_in) as proposer:
            yield proposer
        return
    token = find_token()
    if token is None and must_log_in:
        raise UsageError(
            "Nobody is logged in to GitHub.",
            "Run `mcp-static login` or `gh auth login`, or set GITHUB_TOKEN.",
        )
    with GitHub(token, network=network) as github:
        author = Author(GitHubRepository(github, repository_name(facts, github.site)))
        account = github.account(author.login) if token is not None else None
        yield Proposer(facts, author, Clients(github), account)


@contextmanager
def _on_gitlab(
    facts: RegistryFacts, instance: Instance, network: NetworkSettings, must_log_in: bool
) -> Iterator[Proposer]:
    from mcp_static.forges.gitlab.author import GitLabAuthor  # slow to load, and for GitLab alone

    find = gitlab_login.require_token if must_log_in else gitlab_login.find_token
    token = find(instance, network)
    path = facts.repository.removeprefix(f"{instance.site}/").strip("/").removesuffix(".git")
    with (
        GitLabAuthor(token, path, instance=instance, network=network) as project,
        GitHub(None, PUBLIC, network=network) as github,
    ):
        account = project.me() if token is not None else None
        yield Proposer(facts, Author(project), Clients(github, project.facts), account)


def propose(
    proposer: Proposer,
    claims: Sequence[Claim],
    branch: str,
    files: Mapping[str, bytes],
    title: str,
    how: ProposalOptions,
) -> None:
    """Try the proofs from here, then open a pull request and follow it, as far as the options say.

    Ends with exit code 1 when the check would surely be red, and with 3 for a package that its
    registry does not show yet.
    """
    if not how.no_check:
        _require_proven(claims, proposer, how)
    if how.dry_run:
        click.echo(f"Nothing was sent; it would go to {proposer.facts.repository}.")
        return
    body = (
        f"{title}.\n\nProposed with `mcp-static`; the check reports here, and edits its report "
        "when something changes."
    )
    proposal = proposer.author.propose(branch, files, title, body)
    verb = "is" if proposal.is_new else "has these very files already:"
    click.echo(f"The pull request {verb} {proposal.pull.url}")
    if how.wait:
        number = proposal.pull.number
        if proposer.author.wait(number, files, say, _WAIT_SECONDS) is None:
            raise InputError(
                f"{proposal.pull.reference} was closed, not published.", f"See {proposal.pull.url}."
            )
        click.echo("It is published; the next deploy shows it.")


def _require_proven(claims: Sequence[Claim], proposer: Proposer, how: ProposalOptions) -> None:
    """Try the proofs from this machine, as the registry's settings have them; print the outcome.

    What cannot be told from here is left to the check.
    """
    text = proposer.author.published(SETTINGS_FILE)
    settings = settings_of(how.settings_file, text.decode(errors="replace") if text else None)
    settings = settings.model_copy(update={"url": proposer.facts.url})
    seconds = _PACKAGE_SECONDS if how.wait else 0.0
    sections = [
        _section(claim, lambda: proof_context(settings, proposer.clients, proposer.account), seconds)
        for claim in claims
    ]
    for section in sections:
        show_section(section)
    if any(section.level is Level.ERROR for section in sections):
        click.echo("Nothing was sent: the check would be red. --no-check sends it anyway.")
        sys.exit(1)
    if any(finding.is_awaited for section in sections for finding in section.findings):
        raise ServiceError(
            "Nothing was sent: a package is not shown by its registry yet.",
            "Run it again in a while; --wait waits for it, --no-check sends it anyway.",
        )


def _section(claim: Claim, context: Callable[[], ProofContext], seconds: float) -> Section:
    """The findings about a claim; each look at its packages has a `context` without answers yet."""
    findings, _ = namespace_findings(claim, context())
    if isinstance(claim, Publication):
        findings += ask_until(
            lambda: package_findings(claim, context()),
            is_only_awaited,
            seconds,
            lambda pause: say(
                f"A package is not shown by its registry yet; next try in {pause:.0f} s."
            ),
        )
    return Section(f"{claim.name} {claim.version}, as seen from here", "", tuple(findings))
