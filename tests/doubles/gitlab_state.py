"""What happens on a double of GitLab that registries live on: projects, pushes, merge requests, notes."""

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.doubles.bare import BareRepository, Files, Signature
from tests.doubles.clock import Clock
from tests.doubles.gitlab_double import GitLabDouble, ProjectDouble
from tests.doubles.gitlab_models import (
    IssueDouble,
    MergeRequestDouble,
    NoteDouble,
    Pipeline,
    PushDouble,
)
from tests.doubles.gitlab_routes import MAINTAINER

_HOOK = """\
#!/bin/sh
while read old new ref; do
  [ "$ref" = refs/heads/main ] || continue
  if [ -e locked ]; then
    echo "GitLab: You are not allowed to push code to protected branches on this project." >&2
    exit 1
  fi
  case "$old" in *[!0]*) ;; *) continue ;; esac
  git merge-base --is-ancestor "$old" "$new" || {
    echo "GitLab: You are not allowed to force push code to a protected branch on this project." >&2
    exit 1
  }
done
"""
QUICK = re.compile(
    r"^/(merge|approve|unapprove|close|reopen|publish|label|draft)(?: ([^\n]*))?(?:\s*\n|$)",
    re.MULTILINE | re.IGNORECASE,
)
"""Some quick actions, as GitLab finds them in a text whose carriage returns it has dropped."""


@dataclass
class ForgeProject(ProjectDouble):
    """A project with merge requests, members and pushes."""

    bot: str = ""
    members: dict[str, int] = field(default_factory=dict)
    merge_requests: dict[int, MergeRequestDouble] = field(default_factory=dict)
    issues: dict[int, IssueDouble] = field(default_factory=dict)
    pushes: list[PushDouble] = field(default_factory=list)
    statuses: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The head of main."""
        head = self.store.resolve("refs/heads/main")
        assert head is not None
        return head


class GitLabState(GitLabDouble):
    """The forge's state, changed by what people do, and by what GitLab does of itself.

    Each thing happens a second after the last, beginning an hour ago.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.clock = Clock()
        self.clock.advance(-3600)
        self.tokens: dict[str, str] = {}
        self.pipelines: list[Pipeline] = []
        self.quick_actions: list[tuple[str, str]] = []
        self._numbers = itertools.count(1)

    def now(self) -> float:
        """The time of the next thing that happens."""
        self.clock.advance(1)
        return self.clock()

    # ---- what people do

    def add_user(self, name: str) -> str:
        """A user, whose token is `token-of-` and the name."""
        self.users.add(name)
        self.tokens[f"token-of-{name}"] = name
        return name

    def add_forge_project(
        self, path: str, bot: str = "", fork_of: ForgeProject | None = None
    ) -> ForgeProject:
        """A new project with a protected main, whose maintainer is the bot."""
        number = next(self._ids)
        made = ForgeProject(number, path, self.folder / f"{number}.git", "public", fork_of, bot)
        self.projects[number] = made
        if bot:
            made.members[bot] = MAINTAINER
        hook = made.path / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_HOOK)
        hook.chmod(0o755)
        made.seen = made.store.refs("refs/heads/")  # a fork begins with branches that nobody pushed
        return made

    def forge_project(self, number: int) -> ForgeProject:
        """A project by its number."""
        found = self.projects[number]
        assert isinstance(found, ForgeProject)
        return found

    def push(
        self,
        project: ForgeProject,
        login: str,
        files: Files,
        branch: str,
        parent: str | None = None,
        message: str = ".",
    ) -> str:
        """Somebody pushes a commit to a branch, by force if need be; gives its id."""
        with self._lock:
            base = parent or project.store.resolve(f"refs/heads/{branch}") or project.head
            by = Signature(login, f"{login}@example.com", f"{int(self.clock())} +0000")
            sha = project.store.import_commit(files, branch=branch, parent=base, by=by, message=message)
            self.notice(project, login)
            return sha

    def push_many(self, project: ForgeProject, login: str, branch: str, files: Files) -> str:
        """Somebody pushes to so many branches at once that GitLab notes none of them."""
        with self._lock:
            sha = self.push(project, login, files, branch)
            last = project.pushes.pop()
            project.pushes.append(PushDouble(last.id, login, None, None, None, last.time))
            return sha

    def open(
        self,
        target: ForgeProject,
        source: ForgeProject,
        branch: str,
        author: str,
        *,
        title: str = "Publish",
    ) -> MergeRequestDouble:
        """Somebody opens a merge request."""
        number = len(target.merge_requests) + 1
        made = MergeRequestDouble(number, author, title, source.id, branch, "main", self.now())
        target.merge_requests[number] = made
        self._follow(target, made)
        return made

    def change_state(self, found: MergeRequestDouble, event: str) -> None:
        """Somebody closes or reopens a merge request."""
        state, noted = {"close": ("closed", "closed"), "reopen": ("opened", "reopened")}[event]
        if found.state != state:
            found.state = state
            found.state_events.append((noted, self.now()))

    def write_note(
        self,
        project: ForgeProject,
        thread: IssueDouble | MergeRequestDouble,
        author: str,
        body: str,
        **more: Any,
    ) -> NoteDouble | None:
        """Somebody writes a note; None if it held nothing but quick actions."""
        text = body.replace("\r", "")
        self.quick_actions += [(author, match[1].lower()) for match in QUICK.finditer(text)]
        rest = QUICK.sub("", text).rstrip()
        if not rest:
            return None
        time = self.now()
        made = NoteDouble(next(self._numbers), author, rest, time, time, **more)
        thread.notes.append(made)
        return made

    def edit_note(self, note: NoteDouble, body: str) -> None:
        """Somebody edits a note."""
        note.body, note.updated_at = body.rstrip(), self.now()

    def open_issue(self, project: ForgeProject, author: str, title: str = "Please") -> IssueDouble:
        """Somebody opens an issue."""
        made = IssueDouble(len(project.issues) + 1, author, title)
        project.issues[made.iid] = made
        return made

    # ---- what happens of itself

    def notice(self, project: ForgeProject, login: str) -> None:
        """Note the pushes since the last look as somebody's, and follow them."""
        refs = project.store.refs("refs/heads/")
        for ref in sorted({*refs, *project.seen}):
            before, after = project.seen.get(ref), refs.get(ref)
            if before == after:
                continue
            branch = ref.removeprefix("refs/heads/")
            number = next(self._numbers)
            project.pushes.append(PushDouble(number, login, branch, before, after, self.now()))
            if branch == "main":
                self.pipelines.append(Pipeline("push", "main"))
        project.seen = refs
        for target in self.projects.values():
            for one in target.merge_requests.values() if isinstance(target, ForgeProject) else ():
                if one.source == project.id and one.state == "opened":
                    self._follow(target, one)

    def _follow(self, target: ProjectDouble, found: MergeRequestDouble) -> None:
        source = self.forge_project(found.source)
        sha = source.store.resolve(f"refs/heads/{found.branch}")
        if sha is None or (found.versions and found.sha == sha):
            return
        found.versions.append((sha, self.now()))
        target.store.fetch(source.store, f"+{sha}:refs/merge-requests/{found.iid}/head")


def clone_of(project: ForgeProject, path: Path) -> Path:
    """A bare clone, as a pipeline has one."""
    BareRepository(path).git("fetch", "-q", str(project.path), "+refs/heads/main:refs/heads/main")
    return path
