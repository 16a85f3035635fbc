"""`mcp-static sync`: makes a registry what its sources and its lists say."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mcp_static.cli.console import ConsoleProgress, say
from mcp_static.cli.operator_options import REPO
from mcp_static.cli.reporting import show_report
from mcp_static.cli.style_options import STYLE
from mcp_static.forges.workflow import open_workflow
from mcp_static.git.access import network_of
from mcp_static.git.repository import Repository, open_repository, read_settings, resolve_commit
from mcp_static.git.writing import lock_for_import, require_clean, write_commits
from mcp_static.model.errors import UsageError
from mcp_static.reports.markdown import report_markdown
from mcp_static.reports.printing import Style, counted_of
from mcp_static.syncing.handover import SyncHandover, read_sync_handover
from mcp_static.syncing.judging import judged
from mcp_static.syncing.on_forge import close_others, land_sync, propose_reviews
from mcp_static.syncing.reviews import Proposal
from mcp_static.syncing.syncing import SyncOptions, SyncResult, sync, write_reviews

_NAMED = 100


@click.command("sync")
@REPO
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--allow-withdraw-all",
    is_flag=True,
    help="Withdraw everything of a source whose list names nothing, or nothing that is there.",
)
@click.option(
    "--adopt",
    is_flag=True,
    help="Hand records that an import took in over to sync, where a source serves the same.",
)
@click.option(
    "--approve",
    metavar="HEAD",
    multiple=True,
    help="Take in what this head of a review proposes, named by its full id; may be given several "
    "times.",
)
@click.option(
    "--on-forge",
    "--on-github",
    "full_name",
    metavar="OWNER/NAME",
    help="Move the main of this repository on the workflow's forge, past its protection, open pull "
    "requests for reviews, and start the deploy.",
)
@click.option(
    "--handover",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Commit nothing; write what is to be committed and proposed to this file, for `--land`.",
)
@click.option(
    "--land",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Ask no source; commit and propose what this file of `--handover` says, if it holds.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the report in Markdown to this file as well ($GITHUB_STEP_SUMMARY).",
)
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append what changed for later steps of a workflow ($GITHUB_OUTPUT).",
)
@STYLE
def command(
    repo: Path,
    full_name: str | None,
    report_file: Path | None,
    outputs: Path | None,
    approve: tuple[str, ...],
    handover: Path | None,
    land: Path | None,
    style: Style,
    *,
    dry_run: bool,
    allow_withdraw_all: bool,
    adopt: bool,
) -> None:
    """Take in what the [[sources]] of registry.toml serve and their lists approve, and withdraw what
    they no longer do.

    Exit codes: 0 the registry is what sources and lists say, 1 a list is at fault, 3 a source could
    not be read to its end; nothing of that one is withdrawn as gone.
    """
    if full_name is not None and (dry_run or handover is not None):
        raise UsageError("--dry-run and --handover change nothing on a forge.", "Leave one out.")
    if land is not None:
        _land(repo, land, full_name, adopt=adopt)
        return
    options = SyncOptions(
        dry_run=dry_run or handover is not None,
        allow_withdraw_all=allow_withdraw_all,
        adopt=adopt,
        approve=approve,
    )
    with open_repository(repo) as repository:
        with ConsoleProgress() as progress:
            progress.stage("Reading sources")
            result = sync(repository, options, progress.advance)
        proposals = [review.proposal for review in result.reviews]
        if handover is not None:
            handed = SyncHandover.of(
                result.before, result.made, proposals, is_whole=result.has_all_reviews
            )
            handover.write_text(handed.model_dump_json(), "utf-8")
        elif full_name is not None:
            _on_forge(
                repository, full_name, result.before, result.after, proposals, result.has_all_reviews
            )
        else:
            _tell_reviews(result, {} if dry_run else write_reviews(repository, result))
    _tell(result, style, report_file, outputs)
    if result.report.exit_code:
        sys.exit(result.report.exit_code)


def _land(repo: Path, file: Path, full_name: str | None, *, adopt: bool) -> None:
    """Commit what a sync without rights has handed over."""
    handed = read_sync_handover(file)
    with open_repository(repo) as repository, lock_for_import(repository):
        require_clean(repository)
        commits, proposals = judged(repository, handed, adopt=adopt)
        before = resolve_commit(repository, "HEAD")
        identity = read_settings(repository, before).merge.identity
        write_commits(repository, commits, identity)
        after = resolve_commit(repository, "HEAD")
        if full_name is not None:
            _on_forge(repository, full_name, before, after, proposals, handed.is_whole)
    click.echo(
        f"{counted_of(len(commits), 'commit')} made, {counted_of(len(proposals), 'review')} due."
    )


def _on_forge(
    repository: Repository,
    full_name: str,
    before: str,
    after: str,
    proposals: Sequence[Proposal],
    has_all: bool,
) -> None:
    with open_workflow(full_name, repository, network=network_of(repository)) as workflow:
        land_sync(workflow.registry, repository, before, after)
        for address in propose_reviews(workflow.registry, proposals):
            say(f"A review waits at {address}")
        for address in close_others(workflow.registry, proposals) if has_all else ():
            say(f"Nobody waits for {address} any more; it is closed.")


def _tell_reviews(result: SyncResult, heads: dict[str, str]) -> None:
    for review in result.reviews:
        say(review.text)
        if head := heads.get(review.branch):
            say(f"  It is on the branch {review.branch}; this takes it in:")
            say(f"  mcp-static sync --approve {head}")


def _tell(result: SyncResult, style: Style, report_file: Path | None, outputs: Path | None) -> None:
    show_report(result.report, style, most=_NAMED)
    if report_file is not None:
        blocks = [report_markdown(result.report), *(review.markdown for review in result.reviews)]
        with report_file.open("a", encoding="utf-8") as stream:
            stream.write("\n\n".join(blocks) + "\n")
    if outputs is not None:
        plan = result.plan
        counts = {
            "changed": str(bool(result.made)).lower(),
            "taken-in": len(plan.incoming),
            "withdrawn": len(plan.withdrawn),
            "waiting": sum(len(review.incoming) for review in result.reviews),
        }
        with outputs.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{key}={value}\n" for key, value in counts.items())
