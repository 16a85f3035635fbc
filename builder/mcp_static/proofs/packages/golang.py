"""Go: the module path belongs to the namespace's owner, and the module proxy has the version.

A proxy also resolves branches, and old repositories under foreign paths, so that the answer's own
version and the `module` line of the go.mod are compared.
"""

import re
from urllib.parse import quote

from mcp_static.model.errors import NotProvenError
from mcp_static.proofs.domains import domain_of, is_domain_namespace
from mcp_static.proofs.packages.package import Package, expect, json_of

_FORGES = {"io.github": "github.com", "io.gitlab": "gitlab.com"}


def prove_go(package: Package) -> str:
    """Say what was found; raises NotProvenError, UnansweredError, FetchRefusedError."""
    module, version = package.identifier, package.version
    owner = _owner(package)
    if not f"{module.lower()}/".startswith(f"{owner}/") or module.lower() == owner:
        raise NotProvenError(
            f"the module {module} is not below {owner}",
            f"Publish a module below {owner}, which the server's namespace stands for.",
        )
    base = f"{package.base}/{_escaped(module)}/@v/{_escaped(version)}"
    info = package.get(f"{base}.info", "*/*")
    if not expect(info, 404, 410) or json_of(info).get("Version") != version:
        raise package.missing(f"{module} {version}")
    mod = package.get(f"{base}.mod", "*/*")
    line = re.search(r'^\s*module\s+"?([^\s"]+)"?', mod.body.decode(errors="replace"), re.MULTILINE)
    if not expect(mod, 404, 410) or line is None or line[1] != module:
        raise NotProvenError(
            f"{module} {version} has another path in its go.mod", "Name the module by its own path."
        )
    return f"{module} {version} is below {owner}"


def _owner(package: Package) -> str:
    """What module paths of a namespace begin with: an account of a forge, or the domain."""
    namespace = package.name.namespace
    if is_domain_namespace(namespace):
        return domain_of(namespace)
    forge = _FORGES[".".join(namespace.labels[:2]).lower()]
    return f"{forge}/{'.'.join(namespace.labels[2:])}".lower()


def _escaped(text: str) -> str:
    """A path or version as module proxies want it: `!` before a letter that was a capital."""
    return quote(re.sub("[A-Z]", lambda letter: "!" + letter[0].lower(), text), safe="/!~+-._")
