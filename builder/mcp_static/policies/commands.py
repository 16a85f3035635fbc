"""The command lines by which clients start a server, as policies compare them: word by word."""

from typing import Final

from mcp_static.model.errors import NoCommandError
from mcp_static.model.reading import Part, objects_in, text_of
from mcp_static.packages.configurations import command_words
from mcp_static.packages.launch import Launch
from mcp_static.packages.methods import Method
from mcp_static.packages.oci import OCI
from mcp_static.packages.values import Input, has_variable


def shown_command(method: Method, launch: Launch) -> tuple[str, ...]:
    """The command that the server's page shows, with the defaults of what the user may change.

    Raises NoCommandError, with the reason, if its words differ from user to user, or if they start
    whatever is installed under that name.
    """
    if method.install_command:
        raise NoCommandError(
            "its command names neither its version nor where it comes from, so that any program of "
            "that name would pass"
        )
    if any(name == "GOPROXY" for name, _ in launch.env):
        raise NoCommandError(
            "a variable of its environment says where it comes from, which policies do not compare"
        )
    if any(map(has_variable, launch.args)):  # GitHub Copilot's clients block it
        raise NoCommandError("its command line has a variable, which policies cannot compare")
    return tuple(command_words(launch, _default))


def _default(given: Input) -> str:
    if given.default is None:
        raise NoCommandError(f"its command line has a value that each user supplies, {given.id!r}")
    return given.default


def gallery_command(method: Method) -> tuple[str, ...] | None:
    """The command that VS Code writes when it installs a package from its gallery by itself.

    None if it would ask for a value in it, which its policies block, or knows no such type.
    (microsoft/vscode, `getMcpServerConfigurationFromManifest` in `mcpManagementService.ts`, 2026.)
    """
    package = method.part
    kind, registry = str(package.get("registryType")), text_of(package, "registryBaseUrl") or ""
    if kind not in _PROGRAMS or method.launch is None or (kind == "oci" and registry):
        return None
    runtime = _argument_words(package, "runtimeArguments")
    arguments = _argument_words(package, "packageArguments")
    if runtime is None or arguments is None:
        return None
    if kind == "oci" and _starts_another_image(package):
        return None
    words = [*_PROGRAMS[kind], *runtime, *_passed_on(package, kind), *_named(package, kind, registry)]
    if kind == "nuget" and package.get("packageArguments"):
        words.append("--")
    words += arguments
    return None if any(has_variable((word,)) for word in words) else tuple(words)


def _starts_another_image(package: Part) -> bool:
    """Whether VS Code gives Docker a word for the image that its author meant otherwise.

    That is a second `run`, or the value of a flag: in `docker run -i --rm run …`, `run` is the image.
    """
    for argument in objects_in(package.get("runtimeArguments")):
        value = text_of(argument, "value")
        if argument.get("type") != "named":
            if value in ("docker", "run"):
                return True
        elif value and (argument.get("format") == "boolean" or text_of(argument, "name") in OCI.flags):
            return True
    return False


_PROGRAMS: Final = {
    "npm": ("npx",),
    "pypi": ("uvx",),
    "nuget": ("dnx",),
    "oci": ("docker", "run", "-i", "--rm"),
}
_VERSION_MARKS: Final = {"npm": "@", "pypi": "@", "nuget": "@", "oci": ":"}
_REGISTRY_OPTIONS: Final = {"npm": "--registry", "pypi": "--index-url", "nuget": "--source"}


def _passed_on(package: Part, kind: str) -> list[str]:
    names = [text_of(one, "name") for one in objects_in(package.get("environmentVariables"))]
    return [word for name in names if name for word in ("-e", name)] if kind == "oci" else []


def _named(package: Part, kind: str, registry: str) -> list[str]:
    version = text_of(package, "version")
    named = f"{package.get('identifier')}{_VERSION_MARKS[kind] + version if version else ''}"
    source = [_REGISTRY_OPTIONS[kind], registry] if registry else []
    return [named, "--yes", *source] if kind == "nuget" else [*source, named]


def _argument_words(package: Part, key: str) -> list[str] | None:
    """The words of arguments; None if VS Code asks for one of them, or would start it without one."""
    words: list[str] = []
    for argument in objects_in(package.get(key)):
        value, name = text_of(argument, "value"), text_of(argument, "name")
        is_named, hint = argument.get("type") == "named", text_of(argument, "valueHint")
        is_open = not value and (argument.get("isRequired") or _is_asked_for(argument, named=is_named))
        if argument.get("variables") or is_open:
            return None
        if is_named:
            words += [word for word in (name, value) if word] if name else []
        else:
            words.append(value or hint or "")
    return words


def _is_asked_for(argument: Part, *, named: bool) -> bool:
    is_described = bool(argument.get("description")) or "default" in argument
    return is_described and (named or bool(argument.get("valueHint")))
