"""Go: the module path belongs to the namespace's owner, and the module proxy has the version."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from mcp_static.model.errors import ManifestError, NoCommandError, NotProvenError
from mcp_static.model.names import ServerName
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.model.wording import one_line
from mcp_static.packages.identifiers import Misnomer, name_grammar
from mcp_static.packages.launch import Launch, RunnablePackage, run_with
from mcp_static.packages.manifest import Manifest, ManifestFormat, Project, newest_tag
from mcp_static.packages.package import Package, PackageProof, digest, expect, json_of
from mcp_static.packages.registry import PublicRegistry, Site
from mcp_static.packages.sdks import is_server_sdk
from mcp_static.packages.type import PackageType, Requirement
from mcp_static.packages.values import Value

REGISTRY: Final = PublicRegistry(
    site=Site("org.golang.proxy"), pages=Site("dev.go.pkg"), version_separator="@"
)

_FORGES: Final = {"io.github": "github.com", "io.gitlab": "gitlab.com"}
_VERSION: Final = re.compile(r"v\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")
# Within a line: across lines, each blank one would be read again from every one before it.
_MODULE: Final = re.compile(r'^[ \t]*module[ \t]+"?([^\s"]+)"?', re.MULTILINE)
_MAIN: Final = re.compile(r"^package[ \t]+main\b", re.MULTILINE)
_MAX_FOLDERS: Final = 100
_MAX_SOURCES: Final = 20


def _without_scheme(text: str) -> str:
    """A module path out of the address of its repository."""
    text = re.sub(r"^(?:(?:git\+)?(?:https?|git|ssh)://(?:git@)?)|\.git$|/$", "", text)
    return re.sub(r"^git@([^:/]+):", r"\1/", text)


def _breaches(package: Part) -> Iterator[tuple[str, str]]:
    version = text_of(package, "version")
    if version and not _VERSION.fullmatch(version):
        yield "version", "is not a Go version such as v1.2.3"


def _launch(package: RunnablePackage) -> Launch:
    named = package.at_version if package.version else f"{package.identifier}@latest"
    launch = run_with(package, ("go",), "run", named=named)
    address = REGISTRY.private_address(package.base_url)
    return replace(launch, env=(*_proxy(package, address), *launch.env)) if address else launch


def _proxy(package: RunnablePackage, address: str) -> tuple[tuple[str, Value], ...]:
    """Variables that make Go ask a private proxy alone, and no checksum database for its modules.

    (Go Modules Reference, "Private modules": the public database knows none of them.)
    """
    module = _modules(package.identifier)[-1]  # which stands for all paths below it
    wanted: dict[str, Value] = {"GOPROXY": (address,), "GONOSUMDB": (module,)}
    given = dict(package.environment)
    if any(given.get(name, value) != value for name, value in wanted.items()):
        raise NoCommandError(f"its variables name another proxy than its registryBaseUrl, {address}")
    return tuple((name, value) for name, value in wanted.items() if name not in given)


_misnomer = name_grammar(
    REGISTRY,
    r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]+(?:/(?!\.+(?:/|\Z))[A-Za-z0-9._~-]+)*",
    "a host and a path: github.com/alice/weather",
    longest=400,
    respell=_without_scheme,
)
"""Paths of modules (Go Modules Reference, "Module paths")."""


def _foreign(module: str, name: ServerName) -> Misnomer | None:
    """Why a module is not of the namespace's owner; None if it is."""
    owner = _owner(name)
    if f"{module.lower()}/".startswith(f"{owner}/") and module.lower() != owner:
        return None
    return Misnomer(
        f"is the module {module}, which is not below {owner}",
        f"Publish a module below {owner}, which the server's namespace represents.",
    )


def _prove(package: Package) -> PackageProof:
    """Ask the module proxy for the version and its go.mod.

    A proxy also resolves branches, and old repositories under foreign paths, so that the answer's
    own version and the `module` line of the go.mod are compared. The identifier is a module, or a
    program in the folder `cmd` of one, as `go run` takes both.
    """
    version = package.version
    if foreign := _foreign(package.identifier, package.name):
        raise NotProvenError(f"the package {foreign.message}", foreign.fix)
    resolved = False
    for module in _modules(package.identifier):
        if _foreign(module, package.name):  # the account itself, which is no module
            continue
        base = f"{package.base}/{_escaped(module)}/@v/{_escaped(version)}"
        info = package.get(f"{base}.info", "*/*")
        is_there = expect(info, 404, 410)
        found = json_of(info) if is_there else {}
        if found.get("Version") == version:
            break
        resolved = resolved or is_there
    else:
        what = f"{package.identifier} {version}"
        raise package.missing(what) if resolved else package.not_shown(what)
    mod = package.get(f"{base}.mod", "*/*")
    line = _MODULE.search(mod.body.decode(errors="replace"))
    if not expect(mod, 404, 410) or line is None or line[1] != module:
        raise NotProvenError(
            f"{module} {version} has another path in its go.mod", "Name the module by its own path."
        )
    # The proxy gives the tag's commit; hashes of modules are in a checksum database beside it.
    noted = digest("git", part_of(found, "Origin").get("Hash"))
    return PackageProof(f"{module} {version} is below {_owner(package.name)}", noted)


def _modules(path: str) -> list[str]:
    """The modules that a path can belong to, the longest first: itself, and what has it in its cmd/."""
    module, is_program, _ = path.rpartition("/cmd/")
    return [path, module] if is_program else [path]


def _owner(name: ServerName) -> str:
    """What module paths of a namespace begin with: an account of a forge, or the domain."""
    namespace = name.namespace
    if namespace.is_of_a_domain:
        return namespace.domain
    forge = _FORGES[".".join(namespace.labels[:2]).lower()]
    return f"{forge}/{'.'.join(namespace.labels[2:])}".lower()


def _escaped(text: str) -> str:
    """A path or version as module proxies want it: `!` before a letter that was a capital."""
    return quote(re.sub("[A-Z]", lambda letter: "!" + letter[0].lower(), text), safe="/!~+-._")


def _read(project: Project, file: str, text: str) -> Manifest:
    """Read a go.mod; the version is the newest tag of the module (Go Modules Reference)."""
    match = _MODULE.search(text)
    module = one_line(match[1]) if match else None
    if module is None:
        raise ManifestError("has no module line")
    suffix = re.search(r"/v([0-9]{1,9})$", module)
    mains, is_known = _mains(project)
    is_program = bool(mains) or not is_known
    return Manifest(
        file=file,
        registry_type="go",
        identifier=module if is_program else None,
        version=newest_tag(project, (int(suffix[1]),) if suffix else (0, 1)),
        repository=f"https://{module}" if module.startswith("github.com/") else None,
        is_server=any(is_server_sdk("go", one) for one in text.split()),
        commands=mains,
        default_command="." if "." in mains or not is_known else None,
        notes=()
        if is_program
        else (f"{file} is that of a library: neither it nor cmd/ has a program",),
    )


def _mains(project: Project) -> tuple[tuple[str, ...], bool]:
    """The folders of programs, the module's own (`.`) and those in cmd/; whether there is any code."""
    folders = [".", *(f"cmd/{name}" for name in project.names("cmd"))][:_MAX_FOLDERS]
    sources = {folder: _sources(project, folder) for folder in folders}
    mains = tuple(
        folder for folder in folders if any(_is_main(project, one) for one in sources[folder])
    )
    return mains, any(sources.values())


def _sources(project: Project, folder: str) -> list[str]:
    names = [
        one for one in project.names(folder) if one.endswith(".go") and not one.endswith("_test.go")
    ]
    names.sort(key=lambda name: name != "main.go")
    return [f"{folder}/{name}" for name in names[:_MAX_SOURCES]]


def _is_main(project: Project, file: str) -> bool:
    """Whether a source file is of a program (The Go Programming Language Specification)."""
    try:
        return _MAIN.search(project.text(file) or "") is not None
    except ManifestError:
        return False


def _with_command(package: Part, command: str) -> Part:
    """A program below its module: `go run` takes the path of the program and the module's version."""
    return {**package, "identifier": f"{package['identifier']}/{command}"}


def _release(identifier: str, version: str) -> Part:
    return {"identifier": identifier, "version": version and f"v{version.removeprefix('v')}"}


GO: Final = PackageType(
    id="go",
    title="Go module",
    label="Go modules",
    also_called=frozenset({"golang"}),
    needs_version=True,
    requirements=(
        Requirement(
            id="package-go-version",
            requirement="A Go package's version is a module version, with its `v`.",
            fix="Write the tag, such as v1.2.3.",
            breaches=_breaches,
        ),
    ),
    can_trust_registries=True,
    misnomer=_misnomer,
    foreign=_foreign,
    registry=REGISTRY,
    page=REGISTRY.page,
    launch=_launch,
    marker="the owner of the module's path",
    prove=_prove,
    manifest=ManifestFormat("go.mod", _read),
    release=_release,
    with_command=_with_command,
)
