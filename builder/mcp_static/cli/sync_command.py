"""`mcp-static sync`: makes a registry what its sources and its lists say."""

import sys
from pathlib import Path

import click

from mcp_static.cli.console import ConsoleProgress, say
from mcp_static.cli.operator_options import REPO
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.login import token_from_environment
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import UsageError
from mcp_static.reports.markdown import report_markdown
from mcp_static.reports.printing import Style, print_report
from mcp_static.syncing.on_forge import land_sync, propose_reviews
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
    help="Take in what this head of a review proposes, named by its full id.",
)
@click.option(
    "--on-github",
    "full_name",
    metavar="OWNER/NAME",
    help="Move the main of this repository, past its protection, open pull requests for reviews, and "
    "start the deploy.",
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
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, a comment, programs, or annotations of a GitHub workflow.",
)
def command(
    repo: Path,
    full_name: str | None,
    report_file: Path | None,
    outputs: Path | None,
    approve: str | None,
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
    if dry_run and full_name is not None:
        raise UsageError("--dry-run changes nothing on GitHub.", "Leave one of the two out.")
    options = SyncOptions(
        dry_run=dry_run, allow_withdraw_all=allow_withdraw_all, adopt=adopt, approve=approve
    )
    with open_repository(repo) as repository:
        with ConsoleProgress() as progress:
            progress.stage("Reading sources")
            result = sync(repository, options, progress.advance)
        if full_name is not None:
            with GitHub(token_from_environment()) as github:
                registry = GitHubRepository(github, full_name)
                land_sync(registry, repository, result, github.token)
                for address in propose_reviews(registry, result):
                    say(f"A review waits at {address}")
        elif not dry_run:
            _tell_reviews(result, write_reviews(repository, result))
        else:
            _tell_reviews(result, {})
    _tell(result, style, report_file, outputs)
    if result.report.exit_code:
        sys.exit(result.report.exit_code)


def _tell_reviews(result: SyncResult, heads: dict[str, str]) -> None:
    for review in result.reviews:
        say(review.text)
        if head := heads.get(review.branch):
            say(f"  It is on the branch {review.branch}; this takes it in:")
            say(f"  mcp-static sync --approve {head}")


def _tell(result: SyncResult, style: Style, report_file: Path | None, outputs: Path | None) -> None:
    click.echo(print_report(result.report, style, most=_NAMED))
    if report_file is not None:
        blocks = [report_markdown(result.report), *(review.markdown for review in result.reviews)]
        with report_file.open("a", encoding="utf-8") as stream:
            stream.write("\n\n".join(blocks) + "\n")
    if outputs is not None:
        plan = result.plan
        counts = {
            "changed": str(result.commits > 0).lower(),
            "taken-in": len(plan.incoming),
            "withdrawn": len(plan.withdrawn),
            "waiting": sum(len(review.incoming) for review in result.reviews),
        }
        with outputs.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{key}={value}\n" for key, value in counts.items())
