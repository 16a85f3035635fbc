"""What the commands for a forge's workflows have in common."""

from pathlib import Path
from typing import Final

import click

REPO: Final = click.option(
    "--repo",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="A clone of the registry's repository; nothing in it is checked out or executed.",
)
EVENT: Final = click.option(
    "--event",
    "event_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=["GITHUB_EVENT_PATH", "TRIGGER_PAYLOAD"],
    required=True,
    help="The event of a workflow; $GITHUB_EVENT_PATH or, on GitLab, $TRIGGER_PAYLOAD unless given.",
)
HANDOVER: Final = click.option(
    "--handover",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What `check --handover` wrote about this pull request.",
)
STATE: Final = click.option(
    "--state",
    "built",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    help="The output of an earlier build; its state saves reading every record.",
)
