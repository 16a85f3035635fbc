"""GitHub's state in memory: its users and repositories, and what follows from pushes."""

import itertools
import threading
from collections.abc import Iterable
from pathlib import Path

from tests.doubles.bare import NO_SHA, BareRepository
from tests.doubles.clock import Clock
from tests.doubles.github_models import Dispatch, Issue, PullRequest, Push, Token, User
from tests.doubles.github_repository import ROLES, RepositoryDouble

ACTIONS_BOT = "github-actions[bot]"
ACTIONS_APP = 15368
"""The id of GitHub's app that workflows act as."""


class Hub:
    """All of the state, and GitHub's own doings upon it; `lock` guards everything here."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.url = ""
        """What every URL in an answer begins with."""
        self.clock = Clock()
        self.lock = threading.RLock()
        self.fork_delay = 0
        """How many requests about a new fork's Git data find none yet."""
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[int, RepositoryDouble] = {}
        self.moved: dict[str, int] = {}
        self.dispatches: list[Dispatch] = []
        self._user_ids = itertools.count(1001)
        self._repository_ids = itertools.count(50_001)
        self.ids = itertools.count(900_001)
        """Ids of comments, pushes and whatever else has one."""
        self.users[41898282] = User(41898282, ACTIONS_BOT, "Bot")
        self.users[19864447] = User(19864447, "web-flow")

    # ---- accounts

    def add_user(self, login: str, *, type: str = "User") -> User:  # noqa: A002 — GitHub's own word
        """A new account, of type User, Organization or Bot."""
        with self.lock:
            assert self.find_user(login) is None, f"{login} is taken"
            user = User(next(self._user_ids), login, type)
            self.users[user.id] = user
            return user

    def rename_user(self, old: str, new: str) -> User:
        """Change a login: another user may then take the old one; repositories redirect."""
        with self.lock:
            assert self.find_user(new) is None, f"{new} is taken"
            user = self.user(old)
            for repository in self.repositories.values():
                if repository.owner is user:
                    self.moved[repository.full_name.lower()] = repository.id
            user.login = new
            return user

    def add_token(self, token: str, login: str, scopes: Iterable[str] | None = None) -> None:
        """Let a token act as a user; see Token for the scopes."""
        with self.lock:
            limits = None if scopes is None else frozenset(s.replace("-", "_") for s in scopes)
            self.tokens[token] = Token(self.user(login), limits)

    def find_user(self, login: str) -> User | None:
        """The account with that login now, if any."""
        return next((u for u in self.users.values() if u.login.lower() == login.lower()), None)

    def user(self, login: str) -> User:
        """The account with that login now."""
        user = self.find_user(login)
        assert user is not None, f"no user {login}"
        return user

    # ---- repositories

    def add_repository(
        self, full_name: str, *, fork_of: str | RepositoryDouble | None = None, private: bool = False
    ) -> RepositoryDouble:
        """A new repository; its owner must exist. A fork has its parent's branches and tags at once."""
        with self.lock:
            parent = self.repository(fork_of) if isinstance(fork_of, str) else fork_of
            repository = self._new(full_name, parent, private)
            self.fill(repository)
            return repository

    def _new(self, full_name: str, parent: RepositoryDouble | None, private: bool) -> RepositoryDouble:
        owner, _, name = full_name.partition("/")
        assert self.find_repository(full_name) is None, f"{full_name} is taken"
        number = next(self._repository_ids)
        repository = RepositoryDouble(self, number, self.user(owner), name, parent, private)
        self.repositories[repository.id] = repository
        self.moved.pop(full_name.lower(), None)
        return repository

    def fork(self, parent: RepositoryDouble, owner: User, name: str | None) -> RepositoryDouble:
        """The owner's fork, made if there is none; its Git data may come `fork_delay` requests later."""
        for repository in self.repositories.values():
            if repository.owner is owner and repository.source is parent.source:
                return repository
        wanted = name or parent.name
        taken = {r.full_name.lower() for r in self.repositories.values()}
        names = itertools.chain([wanted], (f"{wanted}-{n}" for n in itertools.count(1)))
        free = next(n for n in names if f"{owner.login}/{n}".lower() not in taken)
        fork = self._new(f"{owner.login}/{free}", parent, parent.private)
        fork.polls_left = self.fork_delay
        if not fork.polls_left:
            self.fill(fork)
        return fork

    def fill(self, fork: RepositoryDouble) -> None:
        """Copy the parent's branches and tags, which no one pushed."""
        if fork.fork_of:
            copied = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            fork.store.fetch(fork.fork_of.store, *copied)
            fork.seen = fork.store.refs("refs/heads/")

    def find_repository(self, full_name: str) -> RepositoryDouble | None:
        """The repository of that name now."""
        wanted = full_name.lower()
        return next((r for r in self.repositories.values() if r.full_name.lower() == wanted), None)

    def repository(self, full_name: str) -> RepositoryDouble:
        """The repository of that name now."""
        found = self.find_repository(full_name)
        assert found is not None, f"no repository {full_name}"
        return found

    def clone_url(self, full_name: str) -> str:
        """Where git finds it: a path."""
        return str(self.repository(full_name).path)

    def role(self, user: User | None, repository: RepositoryDouble) -> str:
        """What a user is to a repository."""
        if user is repository.owner:
            return "admin"
        granted = repository.grants.get(user.id, "none") if user else "none"
        return "read" if granted == "none" and not repository.private else granted

    def has_role(self, user: User | None, repository: RepositoryDouble, role: str) -> bool:
        """Whether a user is at least that."""
        return ROLES.index(self.role(user, repository)) >= ROLES.index(role)

    def may_push(self, user: User, repository: RepositoryDouble, ref: str) -> bool:
        """Whether a user may push to a branch: by role, or as a maintainer of an open pull request's base.

        The latter needs the author's permission, which GitHub asks for when the pull request is opened.
        """
        return self.has_role(user, repository, "write") or any(
            pull.state == "open"
            and pull.maintainer_can_modify
            and (pull.head, f"refs/heads/{pull.head_ref}") == (repository, ref)
            and user.type != "Bot"
            and self.has_role(user, base, "write")
            for base in self.repositories.values()
            for pull in base.pulls()
        )

    def bring(self, repository: RepositoryDouble, sha: str) -> bool:
        """Whether a commit is there; one from elsewhere in the fork network is, as all share objects."""
        if repository.store.kind(sha) is not None:
            return True
        return len(sha) == 40 and any(
            repository.store.fetch(other.store, sha)
            for other in list(self.repositories.values())
            if other is not repository
            and other.source is repository.source
            and other.store.kind(sha) == "commit"
        )

    # ---- pushes, and what follows from them

    def notice_all(self) -> None:
        """Take note of pushes made straight to the repositories' paths."""
        with self.lock:
            for repository in list(self.repositories.values()):
                self.notice(repository)

    def notice(
        self, repository: RepositoryDouble, actor: User | None = None, kind: str | None = None
    ) -> None:
        """Record every branch that has changed since last time, and move its pull requests on."""
        if actor is None and repository.path_pusher:
            actor = self.user(repository.path_pusher)
        before, after = repository.seen, repository.store.refs("refs/heads/")
        repository.seen = after
        for ref in sorted({*before, *after}):
            old, new = before.get(ref), after.get(ref)
            if old != new:
                what = kind or _kind_of_push(repository.store, old, new)
                by = actor.id if actor else None
                number, now = next(self.ids), self.clock()
                push = Push(number, old or NO_SHA, new or NO_SHA, ref, now, what, by)
                repository.pushes.append(push)
                self._move_heads(repository, ref, new, actor)
                self._merge_reached(repository, ref, new, actor)

    def _move_heads(
        self, repository: RepositoryDouble, ref: str, new: str | None, actor: User | None
    ) -> None:
        for base in self.repositories.values():
            for pull in base.pulls():
                if pull.state != "open" or pull.head is not repository:
                    continue
                if f"refs/heads/{pull.head_ref}" == ref:
                    self._move_head(base, pull, new, actor)

    def _move_head(
        self, base: RepositoryDouble, pull: PullRequest, new: str | None, actor: User | None
    ) -> None:
        if new is None:
            self.close(pull, actor)
            return
        pull.previous_head_sha, pull.head_sha = pull.head_sha, new
        pull.head_pusher = actor
        pull.updated = self.clock()
        self.publish_head(base, pull)
        tip = base.store.resolve(f"refs/heads/{pull.base_ref}")
        if tip:
            pull.base_sha = tip
            if base.store.is_ancestor(new, tip):
                self.close(pull, actor)

    def publish_head(self, base: RepositoryDouble, pull: PullRequest) -> None:
        """Point the base's `refs/pull/N/head` at the head, with its objects there."""
        ref = f"refs/pull/{pull.number}/head"
        if pull.head is not base and pull.head is not None:
            base.store.fetch(pull.head.store, f"+{pull.head_sha}:{ref}")
        else:
            base.store.set_ref(ref, pull.head_sha)

    def _merge_reached(
        self, base: RepositoryDouble, ref: str, tip: str | None, actor: User | None
    ) -> None:
        if tip is None or ref != f"refs/heads/{base.default_branch}":
            return
        for pull in base.pulls():
            if (
                pull.state == "open"
                and pull.base_ref == base.default_branch
                and base.store.is_ancestor(pull.head_sha, tip)
            ):
                pull.merged, pull.merged_by, pull.merge_commit_sha = self.clock(), actor, tip
                self.close(pull, actor)

    def close(self, issue: Issue, actor: User | None = None) -> None:
        """Close an issue or a pull request."""
        issue.closed_by = actor
        issue.state, issue.closed = "closed", self.clock()
        issue.updated = issue.closed
        issue.events.append(("closed", issue.closed))


def _kind_of_push(store: BareRepository, old: str | None, new: str | None) -> str:
    if old is None:
        return "branch_creation"
    if new is None:
        return "branch_deletion"
    return "push" if store.is_ancestor(old, new) else "force_push"
