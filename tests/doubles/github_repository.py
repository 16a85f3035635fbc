"""A repository of the double of GitHub, with a real bare one behind it."""

from typing import TYPE_CHECKING

from tests.doubles.bare import BareRepository, Files, Signature
from tests.doubles.github_models import Comment, Issue, Json, PullRequest, Push, User, email_of
from tests.doubles.github_rules import BranchRules, States, guard_pushes

if TYPE_CHECKING:
    from tests.doubles.github_state import Hub

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
_STATES = {"success": "success", "pending": "in progress"}
_CONCLUSIONS = {
    None: "in progress",
    "success": "success",
    "neutral": "success",
    "skipped": "success",
}


class RepositoryDouble:
    """A repository of the double, with a real bare one behind it."""

    def __init__(
        self,
        hub: "Hub",
        number: int,
        owner: User,
        name: str,
        fork_of: "RepositoryDouble | None",
        private: bool,
    ) -> None:
        self.hub = hub
        self.id = number
        self.owner = owner
        self.name = name
        self.fork_of = fork_of
        self.private = private
        self.default_branch: str = fork_of.default_branch if fork_of else "main"
        self.created = hub.clock()
        self.path = hub.folder / f"{number}.git"
        self.store = BareRepository(self.path, self.default_branch)
        self.path_pusher: str | None = None
        """The login that pushes straight to `path` are put down to; None: to nobody."""
        self.polls_left = 0
        self.seen: dict[str, str] = {}
        self.pushes: list[Push] = []
        self.grants: dict[int, str] = {}
        self.issues: dict[int, Issue] = {}
        self.comments: dict[int, Comment] = {}
        self.statuses: list[Json] = []
        self.check_runs: dict[int, Json] = {}
        self.labels: dict[str, str] = {}
        """Names by their lower case, which is what tells them apart."""
        self.rules: dict[str, BranchRules] = {}

    @property
    def full_name(self) -> str:
        """`owner/name`, as it is now."""
        return f"{self.owner.login}/{self.name}"

    @property
    def source(self) -> "RepositoryDouble":
        """The root of the fork network."""
        return self.fork_of.source if self.fork_of else self

    @property
    def head(self) -> str:
        """The newest commit of the default branch."""
        return self.store.git("rev-parse", f"refs/heads/{self.default_branch}")

    def commit(
        self,
        files: Files,
        branch: str = "main",
        parent: str | None = None,
        *,
        login: str | None = None,
        time: int | None = None,
        modes: dict[str, str] | None = None,
        message: str = ".",
    ) -> str:
        """Commit files and push them as `login` (the owner unless given); gives the commit's id.

        The parent is the branch's tip, or the default branch's for a new branch, unless given.
        """
        with self.hub.lock:
            self.hub.notice(self)
            tips = (f"refs/heads/{branch}", f"refs/heads/{self.default_branch}")
            base = parent or next(filter(None, map(self.store.resolve, tips)), None)
            user = self.hub.user(login) if login else self.owner
            when = f"{int(self.hub.clock()) if time is None else time} +0000"
            signature = Signature(user.login, email_of(user), when)
            sha = self.store.import_commit(
                files, branch=branch, parent=base, by=signature, modes=modes, message=message
            )
            self.hub.notice(self, actor=user)
            return sha

    def tag(self, name: str, sha: str, *, annotated: bool = False) -> None:
        """Tag a commit."""
        identity = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.com")
        more = ("-a", "-m", name) if annotated else ()
        with self.hub.lock:
            self.store.git(*identity, "tag", "-f", *more, name, sha)

    def delete_branch(self, branch: str, *, login: str | None = None) -> None:
        """Delete a branch as `login`."""
        with self.hub.lock:
            self.hub.notice(self)
            self.store.delete_ref(f"refs/heads/{branch}")
            self.hub.notice(self, actor=self.hub.user(login) if login else self.owner)

    def rename(self, full_name: str) -> None:
        """Give it a new full name; the old one then redirects."""
        owner, _, name = full_name.partition("/")
        with self.hub.lock:
            self.hub.moved[self.full_name.lower()] = self.id
            self.owner, self.name = self.hub.user(owner), name
            self.hub.moved.pop(self.full_name.lower(), None)

    def transfer(self, new_owner: str) -> None:
        """Give it another owner; the old name then redirects."""
        self.rename(f"{new_owner}/{self.name}")

    def grant(self, login: str, role: str) -> None:
        """Give a user a role: read, triage, write, maintain or admin; `none` takes it back."""
        assert role in ROLES, role
        with self.hub.lock:
            self.grants[self.hub.user(login).id] = role

    def protect(self, branch: str = "main", rules: BranchRules | None = None) -> None:
        """Put a branch under rules from now on; `commit` goes past them, as an admin who bypasses them.

        Without rules of one's own, force pushes and deletion are refused.
        """
        with self.hub.lock:
            self.rules[branch] = rules or BranchRules()
            self.checks_changed()

    def unprotect(self, branch: str = "main") -> None:
        """Take a branch's rules away."""
        with self.hub.lock:
            del self.rules[branch]
            self.checks_changed()

    def states_of(self, sha: str, app: int | None = None) -> States:
        """What checks say of a commit, by context; of one app alone if its id is given.

        The newest status and the newest check run of a name count, and where both are, both must pass.
        A neutral or skipped check run passes.
        """
        statuses, runs = {}, {}
        for status in self.statuses:
            if status["sha"] == sha and app in {None, status["app"]}:
                statuses[status["context"]] = _STATES.get(status["state"], "failing")
        for run in self.check_runs.values():
            if run["head_sha"] == sha and app in {None, run["app"]["id"]}:
                runs[run["name"]] = _CONCLUSIONS.get(run["conclusion"], "failing")
        worst = {**runs}
        for context, state in statuses.items():
            if worst.get(context, "success") == "success":
                worst[context] = state
        return worst

    def checks_changed(self) -> None:
        """Let Git's hook know what has been reported on which commit."""
        if self.rules or (self.path / "hooks" / "pre-receive").exists():
            shas = {status["sha"] for status in self.statuses}
            shas |= {run["head_sha"] for run in self.check_runs.values()}
            standing = {
                branch: {sha: self.states_of(sha, rules.app) for sha in shas}
                for branch, rules in self.rules.items()
            }
            guard_pushes(self.store, self.rules, standing)

    def delete(self) -> None:
        """Delete it: pull requests from it lose their head's repository."""
        with self.hub.lock:
            del self.hub.repositories[self.id]
            for repository in self.hub.repositories.values():
                for pull in repository.pulls():
                    pull.head = None if pull.head is self else pull.head

    def pulls(self) -> list[PullRequest]:
        """Its pull requests, oldest first."""
        return [issue for issue in self.issues.values() if isinstance(issue, PullRequest)]
