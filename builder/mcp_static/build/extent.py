"""How large an output is, or would be for another host."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from mcp_static.api.paths import API_FOLDER, HOST_FOLDER
from mcp_static.api.variants import WORTH_COMPRESSING, Extent, Variant


def measure(root: Path) -> Extent:
    """Count what is in an output folder, except for the host's own folder, which is not uploaded."""
    return _extent(_sizes(root))


def estimate(root: Path, variants: tuple[Variant, ...]) -> Extent:
    """What an output would be with these twins, from one that has any or none."""
    common = [(path, size) for path, size in _sizes(root) if not _is_variant(path)]
    sizes = list(common)
    for path, size in common:
        if Variant.HTML in variants and path.startswith(f"{API_FOLDER}/"):
            sizes.append((f"{path}.html", size))
        if Variant.GZIP in variants and size >= WORTH_COMPRESSING and not path.endswith(".gz"):
            sizes.append((f"{path}.gz", size // 5))
    return _extent(sizes)


def _sizes(root: Path) -> Iterator[tuple[str, int]]:
    for folder, folders, names in os.walk(root):
        below = Path(folder).relative_to(root).as_posix() if folder != str(root) else ""
        if not below and HOST_FOLDER in folders:
            folders.remove(HOST_FOLDER)
        for name in names:
            yield f"{below}/{name}".lstrip("/"), Path(folder, name).stat().st_size


def _is_variant(path: str) -> bool:
    if path.endswith(".gz"):
        return not path.endswith(".ndjson.gz")
    is_html = path.startswith(f"{API_FOLDER}/") and path.endswith(".html")
    return is_html or path.endswith("/since.json")


def _extent(sizes: Iterable[tuple[str, int]]) -> Extent:
    files = total = largest = 0
    largest_path = ""
    for path, size in sizes:
        files, total = files + 1, total + size
        if size > largest:
            largest, largest_path = size, path
    return Extent(files, total, largest, largest_path)
