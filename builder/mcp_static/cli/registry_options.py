"""What `new` and `upgrade` are told about a registry, and how they ask for what they are not told."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

import click
from pydantic import ValidationError

from mcp_static.cli.author_options import SETTINGS, settings_of
from mcp_static.hosts.hosts import HOSTS
from mcp_static.model.errors import UsageError
from mcp_static.model.faults import fault_in_words
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.scaffolding.answers import AUDIENCES, FORGES, Forge, Given
from mcp_static.scaffolding.installation import Installation, installation, require_address
from mcp_static.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option("--title", help="What the registry is called."),
    click.option("--description", help="What is in it, in a sentence."),
    click.option("--url", help="The address at which readers find it."),
    click.option("--namespace", help="Its own reversed domain, such as com.example.mcp."),
    click.option("--forge", type=click.Choice(FORGES), help="Where authors propose their servers."),
    click.option("--repository", help="Its repository there: OWNER/NAME, or an address."),
    click.option(
        "--host",
        type=click.Choice([host.name for host in HOSTS]),
        help="What serves it; see `mcp-static hosts`.",
    ),
    click.option(
        "--audience",
        type=click.Choice(AUDIENCES),
        help="Whether it is for everybody, or an allowlist of a company.",
    ),
    click.option(
        "--source", "sources", multiple=True, help="A registry to take entries from; repeatable."
    ),
    click.option("--tool", default="", help="What installs mcp-static, if not its release."),
    click.option("--tool-url", default="", help="The address of the tool's own repository."),
    click.option("--index", default="", help="The package index that has mcp-static."),
    click.option(
        "--offline",
        is_flag=True,
        help="Do not ask the package index for the digests of the tool.",
    ),
    SETTINGS,
)


def registry_options(function: _Function) -> _Function:
    """Add the options; their values arrive as keyword arguments."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given_in(values: dict[str, Any]) -> Given:
    """The answers among the values of the options."""
    return Given(**{name: values[name] for name in Given.__dataclass_fields__})


def installed_by(values: dict[str, Any]) -> Installation:
    """What installs the tool, as the options say. Raises UsageError for what cannot be committed."""
    if values["tool_url"]:
        require_address(values["tool_url"], "--tool-url")
    network = settings_of(values["settings_file"]).network
    if values["index"]:  # an index that was named may be on an inside network
        network = network.model_copy(update={"reach": ("0.0.0.0/0", "::/0")})
    fetcher = None if values["offline"] else Fetcher(Reach(network))
    return installation(fetcher, values["index"], values["tool"])


def can_ask() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(given: Given, folder: str) -> Given:
    """Ask for what was not given; each question shows what is taken for an empty answer."""

    def prompt(
        question: str,
        default: str | None,
        choices: tuple[str, ...] = (),
        accept: Callable[[str], str] | None = None,
    ) -> str:
        kind = click.Choice(choices) if choices else None
        answer: str = click.prompt(question, default=default, type=kind, value_proc=accept, err=True)
        return answer

    given = replace(given, title=given.title or prompt("Title", given.with_defaults(folder).title))
    if given.audience is None:
        answer = prompt("For everybody, or for a company", "public", AUDIENCES)
        given = replace(given, audience=next(one for one in AUDIENCES if one == answer))
    if given.forge is None:
        answer = prompt("Where authors propose their servers", "github", FORGES)
        given = replace(given, forge=next(one for one in FORGES if one == answer))
    if given.forge is not None and given.forge != "none" and not given.repository:
        accept = _accepts_repository(given.forge)
        question = "Its repository there (OWNER/NAME)"
        given = replace(given, repository=prompt(question, None, accept=accept))
    if given.host is None:
        names = tuple(host.name for host in HOSTS)
        question = "Host (`mcp-static hosts` tells them apart)"
        given = replace(given, host=prompt(question, given.with_defaults(folder).host, names))
    if not given.url:
        default = given.with_defaults(folder).url or None
        given = replace(given, url=prompt("Address", default, accept=_accepts_setting("url")))
    if given.namespace is None:
        default = given.with_defaults(folder).namespace
        accept = _accepts_setting("namespace")
        given = replace(given, namespace=prompt("Namespace", default, accept=accept))
    return given


def _accepts_repository(forge: Forge) -> Callable[[str], str]:
    """Takes what names a repository of a forge, and lets click ask again for anything else."""

    def accept(text: str) -> str:
        try:
            Given(repository=text, forge=forge).with_defaults("")
        except UsageError as error:
            raise click.BadParameter(f"{error.message} {error.fix}") from None
        return text

    return accept


def _accepts_setting(name: str) -> Callable[[str], str]:
    """Takes what a setting of `registry.toml` may be, and lets click ask again for anything else."""

    def accept(text: str) -> str:
        try:
            Settings.model_validate({name: text})
        except ValidationError as error:
            raise click.BadParameter(fault_in_words(error.errors()[0])) from None
        return text

    return accept
