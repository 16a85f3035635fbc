"""Starting a package: the command line that its type, its runner and its record make together.

How packages become commands is told in the registry's `generic-server-json.md`.
"""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, text_of
from mcp_static.packages.arguments import argument_words, named_values
from mcp_static.packages.values import Settings, Value, fixed_text

_NAME: Final = re.compile(r"(?:@[\w.~-]+/)?\w[\w.~-]*", re.ASCII)
_RELEASE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!_~-]*")


@dataclass(frozen=True, slots=True)
class Launch:
    """A program that the client starts and talks to over its standard input and output."""

    command: str
    args: tuple[Value, ...]
    env: tuple[tuple[str, Value], ...]

    @property
    def values(self) -> list[Value]:
        """All texts with inputs in them."""
        return [*self.args, *(value for _, value in self.env)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnablePackage:
    """What a record says about starting a package, with its arguments and variables parsed.

    `base_url` is the record's `registryBaseUrl`, empty if it has none; `address` is where the server
    is reached after its start, empty if that is over its standard input and output.
    """

    identifier: str
    version: str
    base_url: str
    runtime_hint: str | None
    runtime_arguments: tuple[Value, ...]
    package_arguments: tuple[Value, ...]
    environment: tuple[tuple[str, Value], ...]
    address: Value = ()

    @property
    def at_version(self) -> str:
        """Identifier and version in the form that most runners take."""
        return f"{self.identifier}@{self.version}" if self.version else self.identifier


def require_plain(identifier: str, version: str) -> None:
    """Raise NoCommandError unless a runner takes these for a package's name and one version of it.

    Runners take more: options, folders, addresses and repositories for names, and for versions other
    packages (`npm:other@1.0.0`, npm-package-arg; PEP 508, direct references).
    """
    if not _NAME.fullmatch(identifier):
        raise NoCommandError("its identifier is not only a name, so runners read more into it")
    if version and not _RELEASE.fullmatch(version):
        raise NoCommandError("its version is not only a number, so runners read more into it")


def read_runnable(
    package: Part, settings: Settings, address: Value = (), flags: frozenset[str] = frozenset()
) -> RunnablePackage:
    """Read what a record says about starting a package.

    `flags` are the options of the package type's runner that take no value.
    """
    return RunnablePackage(
        identifier=str(package.get("identifier", "")),
        version=str(package.get("version") or ""),
        base_url=text_of(package, "registryBaseUrl") or "",
        runtime_hint=text_of(package, "runtimeHint"),
        runtime_arguments=tuple(argument_words(package.get("runtimeArguments"), settings, flags)),
        package_arguments=tuple(argument_words(package.get("packageArguments"), settings)),
        environment=tuple(named_values(package.get("environmentVariables"), settings)),
        address=address,
    )


def run_with(
    package: RunnablePackage,
    runners: tuple[str, ...],
    *options: str,
    source: tuple[str, ...] = (),
    named: str = "",
    after: tuple[str, ...] = (),
    is_identifier: Callable[[str, str], bool] = operator.eq,
) -> Launch:
    """The command of a package that a runner fetches and starts.

    `runners` are programs that take the same words; the first is used unless the record asks for
    another of them. (Other hints, such as `node`, name what runs inside, and would not understand the
    words that follow.) `options` come before the package, then `source`, which tells where it comes
    from; the package is `named` so, by default with its version after an `@`; `after` follows it.
    `is_identifier` tells whether a word means the same package as an identifier, without a version of
    its own. Raises NoCommandError for a package whose name a runner reads as an option.
    """
    if (named or package.identifier).startswith("-"):
        raise NoCommandError("its identifier begins with a hyphen, so runners read an option")
    hint = package.runtime_hint
    runner = hint if hint in runners else runners[0]
    runtime = _without_start(package.runtime_arguments, runner, options)
    words = (
        *((word,) for word in (*_not_given(options, runtime), *source)),
        *_with_package(package, runtime, named or package.at_version, is_identifier),
    )
    return Launch(
        runner,
        (*words, *((word,) for word in _not_given(after, runtime)), *package.package_arguments),
        package.environment,
    )


def registry_options(
    package: RunnablePackage, address: str, *spellings: str, adding: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The option, in the first of its spellings, that makes a runner fetch from a private registry.

    There is none if the address is empty or the record's own arguments give it already. Raises
    NoCommandError if they give another registry than the record names, where its package was proven, or
    one beside it, by options for `adding` some.
    """
    named = _bare(address or package.base_url)
    given = [_bare(value) for value in _given_values(package.runtime_arguments, spellings)]
    beside = list(_given_values(package.runtime_arguments, adding))
    if beside or any(value != named for value in given):
        than = f"its registryBaseUrl, {address}" if address else "the public one"
        raise NoCommandError(f"its runtimeArguments name another registry than {than}")
    return () if given or not address else (spellings[0], address)


def _given_values(arguments: tuple[Value, ...], spellings: tuple[str, ...]) -> Iterator[str]:
    """The values of an option; empty for one that the user fills in."""
    words = [fixed_text(argument) for argument in arguments]
    for word, following in pairwise([*words, ""]):
        name, has_value, value = word.partition("=")
        if name in spellings:
            yield value if has_value else following


def _bare(address: str) -> str:
    """An address without what may follow it: Python's index is its `/simple`, with or without it."""
    return address.rstrip("/").removesuffix("/simple")


_SPELLINGS: Final = {
    "-i": ("-i", "--interactive"),
    "-y": ("-y", "--yes"),
    "--yes": ("-y", "--yes"),
}
"""Other names of what we give to runners (docker-run(1), npm-exec(1), dotnet-tool-exec)."""
_SHORT_OPTIONS: Final = re.compile(r"-[a-zA-Z]{2,}")


def _without_start(
    runtime: tuple[Value, ...], runner: str, options: tuple[str, ...]
) -> tuple[Value, ...]:
    """The `runtimeArguments` without the runner and its subcommand, which some authors repeat."""
    for word in (runner, *options[:1]):
        if not word.startswith("-") and runtime[:1] == ((word,),):
            runtime = runtime[1:]
    return runtime


def _not_given(options: tuple[str, ...], runtime: tuple[Value, ...]) -> Iterator[str]:
    """Our options without those that the record gives, under whatever name."""
    given = {fixed_text(word).partition("=")[0] for word in runtime}
    clusters = "".join(word for word in given if _SHORT_OPTIONS.fullmatch(word))
    for option in options:
        is_given = not given.isdisjoint(_SPELLINGS.get(option, (option,)))
        if option == "-e" or not (is_given or (option == "-i" and "i" in clusters)):
            yield option


def _with_package(
    package: RunnablePackage,
    runtime: tuple[Value, ...],
    named: str,
    is_identifier: Callable[[str, str], bool],
) -> tuple[Value, ...]:
    """The `runtimeArguments` with the package, which some authors name among them.

    There it stays where they placed it, in the version of the record if they give none. If an option
    names it, a command of it follows; by itself, that is the one of the package's own name.
    """
    words: list[Value] = []
    is_named = awaits_command = False
    for before, value in pairwise([(), *runtime]):
        option, word = _option_and_value(fixed_text(before), fixed_text(value))
        is_bare = bool(word) and is_identifier(word, package.identifier)
        names_it = is_bare or word.startswith(_starts(package.identifier))
        is_named, awaits_command = is_named or names_it, names_it and bool(option)
        words.append((fixed_text(value).removesuffix(word) + named,) if is_bare else value)
    if not is_named:
        return (*runtime, (named,))
    if awaits_command and not _begins_with_command(package.package_arguments):
        words.append((package.identifier.rpartition("/")[2].partition("[")[0],))
    return tuple(words)


_SOURCE_OPTIONS: Final = ("--from", "--package", "-p")
"""How runners are told which package has the command that follows (uvx of uv, npm-exec(1))."""


def _option_and_value(before: str, word: str) -> tuple[str, str]:
    """The option that a word is the value of, if it is one that names a package, and the value."""
    option, equals, value = word.partition("=")
    if equals and option in _SOURCE_OPTIONS:
        return option, value
    return before if before in _SOURCE_OPTIONS else "", word


def _starts(identifier: str) -> tuple[str, ...]:
    """How a word begins that names a package together with its version or extras."""
    return tuple(f"{identifier}{separator}" for separator in ("@", "[", "=="))


def _begins_with_command(arguments: tuple[Value, ...]) -> bool:
    return bool(arguments) and not str(arguments[0][0]).startswith("-")
