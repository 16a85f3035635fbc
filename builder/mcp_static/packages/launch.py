"""Starting a package: the command line that its type, its runner and its record make together.

How packages become commands is told in the registry's `generic-server-json.md`.
"""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, text_of
from mcp_static.packages.values import Settings, Value, argument_words, named_values


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

    `base_url` is the record's `registryBaseUrl`, empty if it has none.
    """

    identifier: str
    version: str
    base_url: str
    runtime_hint: str | None
    runtime_arguments: tuple[Value, ...]
    package_arguments: tuple[Value, ...]
    environment: tuple[tuple[str, Value], ...]

    @property
    def at_version(self) -> str:
        """Identifier and version in the form that most runners take."""
        return f"{self.identifier}@{self.version}" if self.version else self.identifier


def read_runnable(package: Part, settings: Settings) -> RunnablePackage:
    """Read what a record says about starting a package."""
    return RunnablePackage(
        identifier=str(package.get("identifier", "")),
        version=str(package.get("version") or ""),
        base_url=text_of(package, "registryBaseUrl") or "",
        runtime_hint=text_of(package, "runtimeHint"),
        runtime_arguments=tuple(argument_words(package.get("runtimeArguments"), settings)),
        package_arguments=tuple(argument_words(package.get("packageArguments"), settings)),
        environment=tuple(named_values(package.get("environmentVariables"), settings)),
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
    its own.
    """
    hint = package.runtime_hint
    words = _runner_words(package, options, source, named or package.at_version, is_identifier)
    return Launch(
        hint if hint in runners else runners[0],
        (*words, *((word,) for word in after), *package.package_arguments),
        package.environment,
    )


def registry_options(package: RunnablePackage, address: str, *spellings: str) -> tuple[str, ...]:
    """The option, in the first of its spellings, that makes a runner fetch from a private registry.

    There is none if the address is empty or the record's own arguments give it already. Raises
    NoCommandError if they give another one.
    """
    if not address:
        return ()
    given = [_bare(value) for value in _given_values(package.runtime_arguments, spellings)]
    if any(value != _bare(address) for value in given):
        raise NoCommandError(
            f"its runtimeArguments name another registry than its registryBaseUrl, {address}"
        )
    return () if given else (spellings[0], address)


def _given_values(arguments: tuple[Value, ...], spellings: tuple[str, ...]) -> Iterator[str]:
    """The values of an option; empty for one that the user fills in."""
    words = [_fixed(argument) for argument in arguments]
    for word, following in pairwise([*words, ""]):
        name, has_value, value = word.partition("=")
        if name in spellings:
            yield value if has_value else following


def _fixed(value: Value) -> str:
    """The text of a value; empty if a part of it is the user's."""
    parts = [part for part in value if isinstance(part, str)]
    return "".join(parts) if len(parts) == len(value) else ""


def _bare(address: str) -> str:
    """An address without what may follow it: Python's index is its `/simple`, with or without it."""
    return address.rstrip("/").removesuffix("/simple")


def _runner_words(
    package: RunnablePackage,
    options: tuple[str, ...],
    source: tuple[str, ...],
    named: str,
    is_identifier: Callable[[str, str], bool],
) -> tuple[Value, ...]:
    """The runner's words up to the package: ours, and those of the record's `runtimeArguments`.

    Some authors write the whole command line there: what they give is not given twice, and where they
    name the package, it stays as they placed it, in the version of the record if they give none.
    """
    runtime = package.runtime_arguments
    if options[:1] == ("run",) and runtime[:1] == (("run",),):
        runtime = runtime[1:]
    given = {word for (word, *rest) in runtime if isinstance(word, str) and not rest}
    kept = [word for word in options if word not in given or word == "-e"]
    ours = tuple((word,) for word in (*kept, *source))
    bare = {(word,) for word in given if is_identifier(word, package.identifier)}
    separators = tuple(f"{package.identifier}{separator}" for separator in ("@", "[", "=="))
    if not bare and not any(word.startswith(separators) for word in given):
        return (*ours, *runtime, (named,))
    return (*ours, *((named,) if value in bare else value for value in runtime))
