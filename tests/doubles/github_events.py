"""Webhook payloads as GitHub sends them, which a workflow finds in its event's file."""

from tests.doubles.bare import NO_SHA
from tests.doubles.github_git_shapes import commit_json
from tests.doubles.github_models import Json, PullRequest, User, email_of
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_shapes import (
    api_url,
    comment_json,
    full_pull_json,
    html_url,
    issue_json,
    repository_json,
    user_json,
)
from tests.doubles.github_state import Hub


class Events:
    """Makes the payloads of what has happened in a hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def pull_request(
        self, repository: RepositoryDouble, number: int, action: str, sender_login: str | None
    ) -> Json:
        """`pull_request`, and `pull_request_target`; the sender is whoever did it unless given."""
        with self._hub.lock:
            pull = repository.issues[number]
            assert isinstance(pull, PullRequest), f"#{number} is no pull request"
            payload: Json = {"action": action, "number": number}
            if action == "synchronize":
                payload |= {"before": pull.previous_head_sha or pull.base_sha, "after": pull.head_sha}
            payload["pull_request"] = full_pull_json(repository, pull)
            return payload | self._common(repository, sender_login or _sender(pull, action).login)

    def issue_comment(
        self,
        repository: RepositoryDouble,
        number: int,
        comment_id: int,
        action: str,
        sender_login: str | None,
    ) -> Json:
        """`issue_comment`."""
        with self._hub.lock:
            comment = repository.comments[comment_id]
            payload: Json = {
                "action": action,
                "issue": issue_json(repository, repository.issues[number]),
                "comment": comment_json(repository, comment),
            }
            if action == "edited":
                payload["changes"] = {"body": {"from": comment.previous}}
            return payload | self._common(repository, sender_login or comment.user.login)

    def workflow_dispatch(
        self, repository: RepositoryDouble, inputs: Json, sender: str, workflow: str, ref: str
    ) -> Json:
        """`workflow_dispatch`."""
        with self._hub.lock:
            path = f".github/workflows/{workflow}"
            payload: Json = {"inputs": inputs or None, "ref": ref, "workflow": path}
            return payload | self._common(repository, sender)

    def push(
        self, repository: RepositoryDouble, sender: str, before: str, after: str, ref: str
    ) -> Json:
        """`push`."""
        with self._hub.lock:
            store, user = repository.store, self._hub.user(sender)
            range_of = [after] if before == NO_SHA else [after, f"^{before}"]
            listed = [] if after == NO_SHA else store.commits("--reverse", *range_of)[-20:]
            commits = [self._commit(repository, sha) for sha in listed]
            deleted, created = after == NO_SHA, before == NO_SHA
            replaced = not (created or deleted) and not store.is_ancestor(before, after)
            payload: Json = {
                "ref": ref,
                "before": before,
                "after": after,
                "base_ref": None,
                "created": created,
                "deleted": deleted,
                "forced": replaced,
                "compare": f"{html_url(repository)}/compare/{before[:12]}...{after[:12]}",
                "commits": commits,
                "head_commit": None if deleted else self._commit(repository, after),
                "pusher": {"name": user.login, "email": email_of(user)},
            }
            return payload | self._common(repository, sender)

    def _commit(self, repository: RepositoryDouble, sha: str) -> Json:
        shape = commit_json(repository, repository.store.commit_object(sha))["commit"]
        return {
            "id": sha,
            "tree_id": shape["tree"]["sha"],
            "distinct": True,
            "message": shape["message"],
            "timestamp": shape["committer"]["date"],
            "url": f"{html_url(repository)}/commit/{sha}",
            "author": {key: shape["author"][key] for key in ("name", "email")},
            "committer": {key: shape["committer"][key] for key in ("name", "email")},
        }

    def _common(self, repository: RepositoryDouble, sender_login: str) -> Json:
        hub = self._hub
        common: Json = {
            "repository": repository_json(repository),
            "sender": user_json(hub, hub.user(sender_login)),
        }
        if repository.owner.type == "Organization":
            url = f"{hub.url}/orgs/{repository.owner.login}"
            owner = repository.owner
            common["organization"] = {"login": owner.login, "id": owner.id, "url": url}
        common["repository"]["hooks_url"] = f"{api_url(repository)}/hooks"
        return common


def _sender(pull: PullRequest, action: str) -> User:
    """Who did that to a pull request last: a new head comes from whoever pushed it."""
    known = {"opened": pull.user, "synchronize": pull.head_pusher, "closed": pull.closed_by}
    by = known.get(action)
    assert by is not None, f"nobody is known to have {action} #{pull.number}: name the sender"
    return by
