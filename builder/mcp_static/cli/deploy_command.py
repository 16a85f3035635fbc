"""`mcp-static deploy`: brings an output to where it is served."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from mcp_static.build.output_tree import Output
from mcp_static.cli.console import ConsoleProgress
from mcp_static.deploy.folder import FolderOptions, deploy_to_folder
from mcp_static.deploy.release import Release, open_release
from mcp_static.deploy.rollback import RollbackGuard
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import UsageError

_BUCKET: Final = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
_NAMED: Final = 50
_LONGEST_GRACE: Final = 86_400
"""Seconds; no walk takes longer than a day."""


@click.command("deploy")
@click.argument("destination", metavar="FOLDER|s3://BUCKET/PREFIX")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    help="What was built.",
)
@click.option("--dry-run", is_flag=True, help="List what would be written and removed in a bucket.")
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Number of releases to keep in a folder.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Go through every file of a folder, and repair what others have changed there.",
)
@click.option(
    "--grace",
    type=click.IntRange(0, _LONGEST_GRACE),
    default=60,
    show_default=True,
    help="Seconds to wait before removing old objects from a bucket, for readers in mid-walk.",
)
@click.option(
    "--extensionless",
    is_flag=True,
    help="Put the API's documents at their addresses too, where no function maps them.",
)
@click.option("--break-lock", is_flag=True, help="Take over from a deploy known to be dead.")
@click.option(
    "--adopt",
    is_flag=True,
    help="Allow a first deploy to a bucket that holds other objects; those with other names stay.",
)
@click.option(
    "--repo",
    type=click.Path(path_type=Path),
    help="A clone of the registry, to confirm that this output follows what is deployed; without it, "
    "the output's own list of its last 500 commits is used.",
)
@click.option(
    "--allow-rollback",
    is_flag=True,
    help="Deploy an earlier state of the registry, even though that undoes takedowns.",
)
def command(
    destination: str,
    out: Path,
    *,
    dry_run: bool,
    keep: int,
    full: bool,
    grace: int,
    extensionless: bool,
    break_lock: bool,
    adopt: bool,
    repo: Path | None,
    allow_rollback: bool,
) -> None:
    """Deploy an output to a folder, or to an S3-compatible bucket.

    Readers see the old or the new; a deploy that was killed is taken up by the next one. Buckets are
    found and opened by AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    """
    match = _BUCKET.fullmatch(destination)
    if "://" in destination and not match:
        raise UsageError(
            f"{destination!r} is not a place to deploy to.", "Give a folder, or s3://bucket/prefix."
        )
    with ExitStack() as stack:
        if out.is_symlink():  # no build may change what is being read
            stack.enter_context(Output(out).locked())
        release = open_release(out.resolve())
        clone = stack.enter_context(open_repository(repo)) if repo is not None else None
        guard = RollbackGuard(clone, allow_rollback)
        progress = stack.enter_context(ConsoleProgress())
        if match and full:
            raise UsageError("--full is for folders.", "Leave it out: a bucket gets what differs.")
        if match:
            prefix = (match["prefix"] or "").strip("/")
            said = _to_bucket(
                release,
                match["bucket"],
                prefix,
                progress,
                dry_run=dry_run,
                grace=grace,
                extensionless=extensionless,
                break_lock=break_lock,
                adopt=adopt,
                guard=guard,
            )
        elif dry_run or extensionless or adopt:
            raise UsageError(
                "--dry-run, --extensionless and --adopt are for buckets.", "Leave them out."
            )
        else:
            options = FolderOptions(keep, full)
            said = _to_folder(release, Path(destination), options, progress, guard)
    click.echo(said)


def _to_bucket(
    release: Release,
    bucket: str,
    prefix: str,
    progress: ConsoleProgress,
    *,
    dry_run: bool,
    grace: int,
    extensionless: bool,
    break_lock: bool,
    adopt: bool,
    guard: RollbackGuard,
) -> str:
    # Imported here: a large library, which no other command needs.
    from mcp_static.deploy.bucket import Bucket
    from mcp_static.deploy.uploading import BucketOptions, deploy_to_bucket

    options = BucketOptions(
        extensionless=extensionless,
        grace=grace,
        dry_run=dry_run,
        break_lock=break_lock,
        adopt=adopt,
        guard=guard,
    )
    place = Bucket(bucket, prefix)
    report = deploy_to_bucket(release, place, options, progress)
    lines = []
    if dry_run:
        lines += [f"would write {path}" for path in report.written[:_NAMED]]
        lines += [f"would remove {path}" for path in report.removed[:_NAMED]]
        more = max(0, len(report.written) - _NAMED) + max(0, len(report.removed) - _NAMED)
        lines += [f"… and {more} more"] if more else []
    elif not report.written and not report.removed:
        return f"{place.name} is up to date with {release.commit[:12]}."
    lines.append(
        f"{place.name} {'would have' if dry_run else 'has'} {release.commit[:12]}: "
        f"{len(report.written)} objects written, {len(report.removed)} removed "
        f"in {report.seconds:.1f} s{' (after one that did not end)' if report.resumed else ''}."
    )
    return "\n".join(lines)


def _to_folder(
    release: Release,
    destination: Path,
    options: FolderOptions,
    progress: ConsoleProgress,
    guard: RollbackGuard,
) -> str:
    report = deploy_to_folder(release, destination, options, progress, guard)
    if report.is_current:
        return f"{destination} is up to date with {release.commit[:12]}."
    shared = f"{report.shared} shared" if report.is_full else "all others shared"
    return (
        f"{destination} shows {report.release}: {report.copied} files copied, {shared} with earlier "
        f"releases, in {report.seconds:.1f} s."
    )
