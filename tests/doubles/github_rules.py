"""The rules of a protected branch: which changes of it GitHub refuses, and in which words."""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.doubles.bare import NO_SHA, BareRepository

States = Mapping[str, str]
"""What has been reported on a commit: `success`, `failing` or `in progress`, by context."""

_STANDING: Final = "standing.json"
_HOOK: Final = """\
#!{python}
import sys
sys.path.insert(0, {root!r})
from tests.doubles.github_rules import receive
receive({repository!r})
"""


@dataclass(frozen=True)
class BranchRules:
    """A ruleset that targets one branch.

    `required` names status checks; with `app`, the id of a GitHub App, only that app's count. `bypass`
    names the logins that no rule holds.
    """

    required: tuple[str, ...] = ()
    app: int | None = None
    non_fast_forward: bool = True
    deletion: bool = True
    bypass: tuple[str, ...] = ()


def violations(
    store: BareRepository, rules: BranchRules, states: Callable[[str], States], old: str, new: str
) -> list[str]:
    """What forbids a push that moves a branch; NO_SHA stands for a branch that is not there.

    Only the new tip has to pass, wherever it passed: "commits must first be pushed to another ref where
    the checks pass". The one exception that GitHub documents is a merge, made elsewhere, of an up-to-date
    branch that passes: https://docs.github.com/en/pull-requests/how-tos/merge-and-close-pull-requests/troubleshooting-required-status-checks
    """
    if new == NO_SHA:
        return ["Cannot delete this branch"] if rules.deletion else []
    found = []
    if rules.non_fast_forward and old != NO_SHA and not store.is_ancestor(old, new):
        found.append("Cannot force-push to this branch")
    trouble = unmet(rules, states(new))
    merged = _up_to_date_branch(store, old, new) if trouble else None
    if trouble and (merged is None or unmet(rules, states(merged))):
        found.append(trouble)
    return found


def unmet(rules: BranchRules, states: States) -> str | None:
    """Which required checks a commit lacks, as GitHub says it; None when it has them all."""
    open_ = {c: states.get(c, "expected") for c in rules.required if states.get(c) != "success"}
    if not open_:
        return None
    if len(rules.required) == 1:
        [(context, word)] = open_.items()
        return f'Required status check "{context}" is {word}.'
    share, words = f"{len(open_)} of {len(rules.required)} required status checks", list(open_.values())
    if len(set(words)) == 1:
        return f"{share} are {words[0]}."
    counts = ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words)))
    return f"{share} have not succeeded: {counts}."


def _up_to_date_branch(store: BareRepository, old: str, new: str) -> str | None:
    if store.kind(new) != "commit":
        return None
    merge = store.commit_object(new)
    if len(merge.parents) != 2 or merge.parents[0] != old:
        return None
    branch = merge.parents[1]
    same = store.resolve(branch, "tree") == merge.tree
    return branch if same and store.is_ancestor(old, branch) else None


# ---- pushes through Git, which Git's own hook refuses


def guard_pushes(
    store: BareRepository, rules: Mapping[str, BranchRules], standing: Mapping[str, dict[str, States]]
) -> None:
    """Have Git refuse pushes to the repository's path that break rules, by what stands now.

    Nobody bypasses them that way, since a path does not tell who pushes.
    """
    told = {
        branch: {"rules": asdict(about), "standing": standing[branch]}
        for branch, about in rules.items()
    }
    (store.path / _STANDING).write_text(json.dumps(told))
    hook = store.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    root = str(Path(__file__).parents[2])
    hook.write_text(_HOOK.format(python=sys.executable, root=root, repository=str(store.path)))
    hook.chmod(0o755)


def receive(path: str) -> None:
    """Git's pre-receive hook: end with an error if a push on standard input breaks a rule."""
    store = BareRepository(Path(path))
    told = json.loads((store.path / _STANDING).read_text())
    for line in sys.stdin.read().splitlines():
        old, new, ref = line.split(" ")
        about = told.get(ref.removeprefix("refs/heads/"))
        if about is None:
            continue
        rules = BranchRules(**about["rules"])
        states = defaultdict[str, States](dict, about["standing"])
        if found := violations(store, rules, states.__getitem__, old, new):
            listed = "\n".join(f"\n- {line}" for line in found)
            sys.exit(f"error: GH013: Repository rule violations found for {ref}.\n{listed}\n")
