"""The rule over a record's repository: on a forge that the registry knows."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import part_of, text_of
from mcp_static.rules.rule import Breach, Record, RegistryIndex, Rule

_HOSTS: Final = {"github": ("www.github.com", "github.com"), "gitlab": ("www.gitlab.com", "gitlab.com")}
_PATHS: Final = {
    "github": re.compile(r"/[\w.-]+/[\w.-]+/?", re.ASCII),
    "gitlab": re.compile(r"/[\w.-]+(?:/[\w.-]+)+/?", re.ASCII),
}


def _repository(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    repository = part_of(record.document, "repository")
    url, source = text_of(repository, "url"), text_of(repository, "source")
    if url is None or source is None:
        return
    path = _PATHS.get(source)
    if path is None:
        meant = source.lower() if source.lower() in _PATHS else ""
        fix = f'Write "{meant}".' if meant else ""
        yield Breach("repository.source", f"{source[:60]!r} is neither 'github' nor 'gitlab'", fix)
        return
    scheme, _, rest = url.partition("://")
    host, slash, tail = rest.partition("/")
    own = tuple(name for kind, name in index.allowed.forges if kind == source)
    is_known = scheme in {"http", "https"} and host in (*_HOSTS[source], *own)
    if not (is_known and path.fullmatch(slash + tail)):
        message = f"is {url[:120]!r}, which is not the address of a {source} repository"
        yield Breach("repository.url", message, _front_page(source, url))


def _front_page(source: str, url: str) -> str:
    """The address that is meant, where one of Git or of a page in the repository is given."""
    found = re.match(rf"(?:[a-z+]+://)?(?:[^@/]+@)?(?:www\.)?{source}\.com[:/]([^?#]*)", url)
    parts = found[1].rstrip("/").split("/") if found else []
    kept = parts[:2] if source == "github" else parts
    page = f"https://{source}.com/{'/'.join(kept)}".removesuffix(".git")
    is_page = len(kept) > 1 and _PATHS[source].fullmatch(f"/{'/'.join(kept)}") and "-" not in kept
    return f"Write {page}." if is_page else ""


REPOSITORY_RULES: Final = (
    Rule(
        id="repository-address",
        told_by=("no-placeholder",),
        requirement="`repository.url` has the form of its `source`: "
        "https://github.com/<owner>/<repository>, or https://gitlab.com/<group>/…/<project>; "
        "or likewise on a forge that the registry's settings name.",
        fix="Give the address of the repository's front page; leave `repository` out if it is "
        "kept elsewhere. A company's own forge counts where its registry names it in [[forges]] of "
        "registry.toml, which `validate --registry` takes into account.",
        check_within=_repository,
    ),
)
