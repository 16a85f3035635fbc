"""The platform that a bundle is built for, by the words in which its file is named."""

import re
from typing import Final

_SYSTEMS: Final = {
    "macOS": ("darwin", "macos", "osx", "mac"),
    "Windows": ("windows", "win32", "win64", "win"),
    "Linux": ("linux",),
}
_PROCESSORS: Final = {
    "ARM64": ("arm64", "aarch64"),
    "x64": ("x64", "amd64", "x86_64", "x86-64"),
    "x86": ("x86", "i386", "i686", "ia32"),
    "universal": ("universal", "universal2"),
}


def platform_of(*texts: str) -> str:
    """The platform that the first of these texts names, such as `macOS ARM64`; empty if none does.

    Releases name their files as Go, Rust, Node.js and npm call systems and processors.
    """
    for text in texts:
        found = [name for table in (_SYSTEMS, _PROCESSORS) if (name := _named(text, table))]
        if found:
            return " ".join(found)
    return ""


def _named(text: str, table: dict[str, tuple[str, ...]]) -> str:
    for name, words in table.items():
        if re.search(rf"(?<![a-z0-9])(?:{'|'.join(words)})(?![a-z0-9])", text.lower()):
            return name
    return ""
