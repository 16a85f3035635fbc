"""The version that a repository's tags give, in the forms that release tools write."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

_SUFFIX: Final = r"(?:[-+][0-9A-Za-z][0-9A-Za-z.+-]*|(?:a|b|rc|\.dev|\.post)\d+)?"
_TAG: Final = re.compile(
    rf"(?:(?P<name>\S+?)[/@_-])?(?P<v>[vV]?)(?P<version>\d+(?:\.\d+){{1,3}}{_SUFFIX})", re.ASCII
)
_GENERAL: Final = frozenset({"", "release", "releases", "rel", "version", "ver", "v", "tags"})
"""What stands before the version in tags of a whole repository."""
_MAX_TAGS: Final = 20_000
_LONGEST_TAG: Final = 200


@dataclass(frozen=True, slots=True)
class Release:
    """A tag, and the version that it gives."""

    tag: str
    version: str

    def tag_of(self, version: str) -> str:
        """The tag that another version has, if it is written as this one."""
        head, _, tail = self.tag.rpartition(self.version)
        return f"{head}{version}{tail}"

    def is_newer_than(self, version: str) -> bool:
        """Whether a release is higher than a version; False for a version without order."""
        if not re.match(r"\d+\.\d+", version):
            return False
        return bool(_order(self)[1:] > _order(Release(version, version))[1:])


def newest_release(tags: Iterable[str], names: Iterable[str], *, is_root: bool) -> Release | None:
    """The highest release that tags of a package give; without one, the highest pre-release.

    `names` are those of the package, before the version in its own tags (`weather@1.2.3`). Below the
    root of a repository these come first, and tags of the whole repository only without any.
    """
    wanted = {name.casefold() for name in names}
    own: list[Release] = []
    general: list[Release] = []
    for tag in list(tags)[:_MAX_TAGS]:
        match = _TAG.fullmatch(tag) if len(tag) <= _LONGEST_TAG else None
        if match is None:
            continue
        name = (match["name"] or "").casefold()
        release = Release(tag, match["version"])
        if name in wanted:
            own.append(release)
        elif name in _GENERAL:
            general.append(release)
    found = [*own, *general] if is_root else own or general
    return max(found, key=_order) if found else None


def _order(release: Release) -> Any:
    from packaging.version import InvalidVersion, Version

    numbers = re.match(r"[\d.]+\d", release.version)
    assert numbers is not None
    parts = [int(part) for part in numbers[0].split(".")]
    padded = (*parts, *[0] * (4 - len(parts)))
    try:
        version = Version(release.version)
    except InvalidVersion:  # "1.2.3-next.1": a pre-release to SemVer alone
        return (False, padded, Version("0"), release.version)
    return (not version.is_prerelease, padded, version, release.version)
