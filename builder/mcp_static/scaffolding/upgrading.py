"""Bringing a registry's own repository up to this release, around what was changed by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from pathlib import Path
from typing import Final

from mcp_static.git.interruption import uninterrupted
from mcp_static.git.merging import merge_texts
from mcp_static.git.repository import Repository
from mcp_static.model.errors import InputError
from mcp_static.scaffolding.answers import Answers
from mcp_static.scaffolding.installation import Installation
from mcp_static.scaffolding.record import (
    MAX_RECORD_BYTES,
    RECORD_FILE,
    Record,
    digest_of,
    read_record,
    record_of,
)
from mcp_static.scaffolding.templates import registry_files

_LONGEST: Final = 4 << 20


class Action(StrEnum):
    """What becomes of a file."""

    ADDED = "added"
    UPDATED = "updated"
    MERGED = "merged with your changes"
    REMOVED = "removed"
    LEFT = "left as it is: it was changed by hand, in the same places"
    KEPT = "left as it is: it was there before"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one file: its content before and after, None for not there.

    `wanted` is what this release writes, which a file that was left alone does not have.
    """

    path: str
    action: Action
    before: str | None
    after: str | None
    wanted: str | None = None

    @property
    def difference(self) -> str:
        """What changes or, for a file that is left alone, what would, as a unified diff."""
        after = self.wanted if self.action in {Action.LEFT, Action.KEPT} else self.after
        lines = unified_diff(
            (self.before or "").splitlines(keepends=True),
            (after or "").splitlines(keepends=True),
            self.path,
            self.path,
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The steps, and the record that replaces the one from before."""

    steps: tuple[Step, ...]
    record: Record


def recorded(folder: Path) -> Record | None:
    """The record of an earlier `new` or `upgrade`; None if there is none. Raises InputError."""
    content = _read(folder, RECORD_FILE, MAX_RECORD_BYTES)
    return None if content is None else read_record(content.encode())


def plan(
    repository: Repository,
    answers: Answers,
    installed: Installation,
    before: Record | None,
    tool_url: str = "",
) -> Upgrade:
    """What an upgrade of a work tree would do; nothing is written yet.

    Raises what `registry_files` raises, and InputError for files that are no texts.
    """
    folder = Path(repository.working_dir)
    texts = registry_files(answers, tool_url, installed.requirement)
    wanted = {path: content.decode() for path, content in texts.items()}
    known = before.texts if before else {}
    steps = []
    for path in sorted(wanted.keys() | known.keys()):
        now = _read(folder, path, _LONGEST)
        step = _text_step(repository, path, now, known.get(path), wanted.get(path))
        if step is not None:
            steps.append(step)
    generated = before.generated if before else {}
    steps += _generated_steps(folder, installed.files, generated)
    # What was left alone has been shown; the next upgrade goes on from here.
    return Upgrade(tuple(steps), record_of(answers, texts, installed, tool_url))


def _text_step(
    repository: Repository, path: str, now: str | None, base: str | None, wanted: str | None
) -> Step | None:
    """What becomes of a file that people edit; None if nothing does."""
    if now == wanted:
        return None
    if now is None:
        # What somebody removed stays away; what is new comes.
        return Step(path, Action.ADDED, None, wanted) if base is None else None
    if wanted is None:
        return Step(path, Action.REMOVED, now, None) if now == base else None
    if base is None:
        return Step(path, Action.KEPT, now, now, wanted)
    if now == base:
        return Step(path, Action.UPDATED, now, wanted)
    if base == wanted:
        return None
    merged = merge_texts(repository, base, now, wanted)
    if merged is None:
        return Step(path, Action.LEFT, now, now, wanted)
    return Step(path, Action.MERGED, now, merged) if merged != now else None


def _generated_steps(folder: Path, wanted: dict[str, bytes], known: dict[str, str]) -> Iterator[Step]:
    """What becomes of files that nobody edits: they are what this release writes."""
    for path, content in sorted(wanted.items()):
        now, text = _read(folder, path, _LONGEST), content.decode()
        if now is None:
            yield Step(path, Action.ADDED, None, text)
        elif now != text:
            yield Step(path, Action.UPDATED, now, text)
    for path in sorted(known.keys() - wanted.keys()):
        now = _read(folder, path, _LONGEST)
        if now is not None and digest_of(now.encode()) == known[path]:
            yield Step(path, Action.REMOVED, now, None)


def carry_out(folder: Path, upgrade: Upgrade) -> None:
    """Write what was planned."""
    with uninterrupted():
        _write(folder, upgrade)


def _write(folder: Path, upgrade: Upgrade) -> None:
    for step in upgrade.steps:
        file = folder / step.path
        if step.after == step.before:
            continue
        if step.after is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(step.after.encode())
    (folder / RECORD_FILE).write_bytes(upgrade.record.written())


def _read(folder: Path, path: str, limit: int) -> str | None:
    """A file's text, None if it is not there.

    Raises InputError for anything but a text, and for a way there that is not all folders: a link in
    the repository could lead out of it.
    """
    file = folder / path
    for parent in list(file.relative_to(folder).parents)[:-1]:
        way = folder / parent
        if way.is_symlink() or (way.exists() and not way.is_dir()):
            raise InputError(
                f"{way} is no ordinary folder.", "Move it away, and run the upgrade again."
            )
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise InputError(f"{file} is no ordinary file.", "Move it away, and run the upgrade again.")
    if not file.exists():
        return None
    if file.stat().st_size > limit:
        raise InputError(f"{file} is larger than {limit} bytes.", "Move it away.")
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8.", "Save it as UTF-8.") from None
