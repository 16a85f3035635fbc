"""`mcp-static check`: checks a change against rules and proofs."""

import re
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from mcp_static.check.checking import check
from mcp_static.check.report import CheckReport
from mcp_static.cli.console import say
from mcp_static.cli.forge_options import REPO, STATE
from mcp_static.cli.reporting import show_report
from mcp_static.cli.style_options import STYLE
from mcp_static.forges.clients import Clients
from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import LOGIN, GitHub
from mcp_static.forges.github.login import token_from_environment
from mcp_static.forges.gitlab.instance import registry_instance
from mcp_static.forges.workflow import open_workflow, read_event
from mcp_static.git.access import network_of
from mcp_static.git.repository import open_repository, read_settings, resolve_commit
from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError, UsageError
from mcp_static.model.forge_ids import (
    ACCOUNT,
    GITHUB_HOST,
    GITLAB_HOST,
    USER,
    ForgeId,
    parse_forge_id,
)
from mcp_static.proofs.claims import ProofContext
from mcp_static.proofs.context import proof_context
from mcp_static.publishing.awaiting import ask_until
from mcp_static.publishing.checking import check_event, handover_of, pull_job
from mcp_static.reports.markdown import report_markdown
from mcp_static.reports.printing import Style
from mcp_static.settings import Settings

_ON_GITHUB: Final = re.compile(rf"(?P<login>{LOGIN.pattern})#(?P<number>\d{{1,18}})", re.ASCII)
_ON_GITLAB: Final = re.compile(r"gitlab:(?P<login>\w[\w.-]{0,254})#(?P<number>\d{1,18})", re.ASCII)
_LONGEST_WAIT: Final = 900
"""Seconds; the jobs of a forge end after 20 minutes."""
_KINDS: Final = {GITHUB_HOST: {ACCOUNT}, GITLAB_HOST: {USER}}
"""What accounts of public forges are in ids; those of others may be either."""


@click.command("check")
@click.option(
    "--base", metavar="REV", help="What the change is compared with; with --event, HEAD unless given."
)
@click.option("--head", metavar="REV", help="What is checked; with --event, the event's head.")
@click.option(
    "--author",
    metavar="LOGIN[#ID]",
    help="Assume that this GitHub account submitted the head, without further proof. With its "
    "number, or as github.com/account/ID alone, it is not looked up. Accounts of GitLab are given "
    "as gitlab:LOGIN#ID or HOST/user/ID.",
)
@click.option(
    "--event",
    "event_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The event of a workflow ($GITHUB_EVENT_PATH, or on GitLab $TRIGGER_PAYLOAD).",
)
@REPO
@STATE
@STYLE
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the report in Markdown to this file as well ($GITHUB_STEP_SUMMARY).",
)
@click.option(
    "--handover",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what `report` and `merge` take from this check; with --event.",
)
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the result's level for later jobs of a workflow ($GITHUB_OUTPUT).",
)
@click.option(
    "--wait",
    "seconds",
    metavar="SECONDS",
    type=click.IntRange(0, _LONGEST_WAIT),
    default=0,
    help="Check again, with growing pauses, while all that is open is a package that its registry does "
    "not show yet; 0 unless given.",
)
def command(
    base: str | None,
    head: str | None,
    author: str | None,
    event_file: Path | None,
    repo: Path,
    built: Path,
    style: Style,
    summary: Path | None,
    handover: Path | None,
    outputs: Path | None,
    seconds: int,
) -> None:
    """Check what a change adds and edits: the rules, and the proofs of names, statuses and packages.

    Exit codes: 0 all is well, 1 something has to be fixed, 3 something could not be checked.
    """
    if event_file is not None:
        if head is not None or author is not None:
            raise UsageError("--event names the head and who brought it.", "Leave them out.")
        report = _check_event(event_file, repo, base or "HEAD", built, handover, seconds)
    elif handover is not None:
        raise UsageError("--handover is about a pull request.", "Give its event with --event.")
    elif base is None or head is None:
        raise UsageError("--base and --head are needed.", "Or give a workflow's event with --event.")
    else:
        report = _check_revisions(repo, base, head, author, built, seconds)
    show_report(report, style, more=report.members())
    if summary is not None:
        with summary.open("a", encoding="utf-8") as stream:
            stream.write(report_markdown(report, report.footer) + "\n")
    if outputs is not None:
        with outputs.open("a", encoding="utf-8") as stream:
            stream.write(f"level={report.level.value}\n")
    if report.exit_code:
        sys.exit(report.exit_code)


def _check_event(
    event_file: Path, repo: Path, base: str, built: Path, handover: Path | None, seconds: float
) -> CheckReport:
    event = read_event(event_file)
    with (
        open_repository(repo) as clone,
        open_workflow(event.repository, network=network_of(clone)) as workflow,
    ):
        job = pull_job(event, clone, workflow.registry, workflow.clients, built)
        commit = resolve_commit(clone, base)
        checked = ask_until(
            lambda: check_event(job, commit),
            lambda checked: checked.report.is_awaiting and checked.pull.state == "open",
            seconds,
            _tell_pause,
        )
    if handover is not None:
        handover.write_bytes(handover_of(checked).written())
    return checked.report


def _tell_pause(pause: float) -> None:
    say(f"A package is not shown by its registry yet; the check runs again in {pause:.0f} s.")


def _check_revisions(
    repo: Path, base: str, head: str, author: str | None, built: Path, seconds: float
) -> CheckReport:
    with ExitStack() as stack:
        repository = stack.enter_context(open_repository(repo))
        base, head = resolve_commit(repository, base), resolve_commit(repository, head)
        settings = read_settings(repository, base)
        github = GitHub(token_from_environment(), network=settings.network)
        stack.enter_context(github)
        requester = _account(author, github, settings) if author else None

        def checked() -> CheckReport:
            """A check with a context of its own, which knows no answers yet."""
            context = _context(settings, Clients(github), requester)
            return check(repository, base, head, context, built)

        return ask_until(
            checked,
            lambda report: report.is_awaiting,
            seconds,
            _tell_pause,
        )


def _context(
    settings: Settings, clients: Clients, requester: Account | UnansweredError | None
) -> ProofContext:
    context = proof_context(settings, clients, requester)
    host = _gitlab_host(requester, settings)
    if not host:
        return context
    from mcp_static.forges.gitlab.repository import GitLabProject  # slow, for GitLab alone

    sign = GitLabProject.command_sign
    return replace(context, account_hosts=frozenset({host}), command_sign=sign)


def _gitlab_host(requester: Account | UnansweredError | None, settings: Settings) -> str:
    """The GitLab that the registry lives on, by whoever submitted the head or by its settings."""
    if isinstance(requester, Account):
        return requester.id.host if requester.id.kind == USER else ""
    return settings.repository_host if settings.forge_kind == "gitlab" else ""


def _account(author: str, github: GitHub, settings: Settings) -> Account | UnansweredError:
    """The account that `--author` names, looked up unless its number is there.

    The reason, where it could not be looked up: rules are still reported, and every proof that
    does not rest on it.
    """
    if match := _ON_GITHUB.fullmatch(author):
        return Account(match["login"], ForgeId(github.host, ACCOUNT, int(match["number"])))
    if match := _ON_GITLAB.fullmatch(author):
        host = _gitlab_host(None, settings) or registry_instance().host
        return Account(match["login"], ForgeId(host, USER, int(match["number"])))
    forge_id = parse_forge_id(author)
    if forge_id is not None and forge_id.kind in _KINDS.get(forge_id.host, {ACCOUNT, USER}):
        return Account(author, forge_id)
    try:
        account = github.account(author)
    except (UnansweredError, ForbiddenError) as error:
        return UnansweredError(f"the account {author} could not be looked up: {error}", error.fix)
    if account is None:
        raise InputError(f"GitHub has no account {author}.", "Give another --author.")
    return account
