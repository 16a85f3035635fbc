"""The JSON that GitHub makes of its own things: accounts, repositories, issues, pull requests, pushes."""

import zlib
from datetime import UTC, datetime
from urllib.parse import quote

from tests.doubles.github_models import Comment, Issue, Json, PullRequest, Push, User
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_rules import unmet
from tests.doubles.github_state import Hub


def instant(seconds: float | None) -> str | None:
    """A time as GitHub writes it."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user_json(hub: Hub, user: User) -> Json:
    """A simple user."""
    return {
        "login": user.login,
        "id": user.id,
        "node_id": f"U_{user.id}",
        "avatar_url": f"{hub.url}/avatars/u/{user.id}",
        "url": f"{hub.url}/users/{quote(user.login)}",
        "html_url": f"{hub.url}/{user.login}",
        "type": user.type,
        "site_admin": False,
    }


def api_url(repository: RepositoryDouble) -> str:
    """A repository's address in the API."""
    return f"{repository.hub.url}/repos/{repository.full_name}"


def html_url(repository: RepositoryDouble) -> str:
    """A repository's address for people."""
    return f"{repository.hub.url}/{repository.full_name}"


def repository_json(repository: RepositoryDouble, caller: User | None = None) -> Json:
    """A repository as it stands in lists and inside other things."""
    hub, url = repository.hub, api_url(repository)
    shape: Json = {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": user_json(hub, repository.owner),
        "html_url": html_url(repository),
        "description": None,
        "fork": repository.fork_of is not None,
        "url": url,
        "clone_url": str(repository.path),
        "ssh_url": f"git@127.0.0.1:{repository.full_name}.git",
        "git_url": str(repository.path),
        "created_at": instant(repository.created),
        "updated_at": instant(repository.created),
        "pushed_at": instant(repository.pushes[-1].time if repository.pushes else repository.created),
        "default_branch": repository.default_branch,
        "archived": False,
        "disabled": False,
        "visibility": "private" if repository.private else "public",
        "allow_forking": True,
    }
    if caller is not None:
        shape["permissions"] = {
            name: hub.has_role(caller, repository, role)
            for name, role in (
                ("admin", "admin"),
                ("maintain", "maintain"),
                ("push", "write"),
                ("triage", "triage"),
                ("pull", "read"),
            )
        }
    return shape


def full_repository_json(repository: RepositoryDouble, caller: User | None) -> Json:
    """A repository asked for by itself."""
    shape = repository_json(repository, caller)
    if repository.fork_of:
        shape["parent"] = repository_json(repository.fork_of, caller)
        shape["source"] = repository_json(repository.source, caller)
    if repository.owner.type == "Organization":
        shape["organization"] = user_json(repository.hub, repository.owner)
    return shape


def association(repository: RepositoryDouble, user: User) -> str:
    """What an author is to a repository."""
    if user is repository.owner:
        return "OWNER"
    if repository.grants.get(user.id, "none") != "none":
        return "COLLABORATOR"
    merged = any(pull.merged and pull.user is user for pull in repository.pulls())
    return "CONTRIBUTOR" if merged else "NONE"


def issue_json(repository: RepositoryDouble, issue: Issue) -> Json:
    """An issue; a pull request's has the key `pull_request`."""
    hub, url = repository.hub, f"{api_url(repository)}/issues/{issue.number}"
    kind = "pull" if isinstance(issue, PullRequest) else "issues"
    page = f"{html_url(repository)}/{kind}/{issue.number}"
    comments = sum(comment.number == issue.number for comment in repository.comments.values())
    shape: Json = {
        "id": repository.id * 1000 + issue.number,
        "number": issue.number,
        "url": url,
        "repository_url": api_url(repository),
        "comments_url": f"{url}/comments",
        "labels_url": f"{url}/labels{{/name}}",
        "html_url": page,
        "title": issue.title,
        "user": user_json(hub, issue.user),
        "labels": [label_json(repository, name) for name in issue.labels],
        "state": issue.state,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": comments,
        "created_at": instant(issue.created),
        "updated_at": instant(issue.updated),
        "closed_at": instant(issue.closed),
        "author_association": association(repository, issue.user),
        "body": issue.body,
    }
    if isinstance(issue, PullRequest):
        shape["draft"] = issue.draft
        shape["pull_request"] = {
            "url": f"{api_url(repository)}/pulls/{issue.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": instant(issue.merged),
        }
    return shape


def label_json(repository: RepositoryDouble, name: str) -> Json:
    """A label."""
    url, number = f"{api_url(repository)}/labels/{quote(name)}", zlib.crc32(name.encode())
    return {
        "id": number,
        "node_id": f"LA_{number}",
        "url": url,
        "name": name,
        "color": "ededed",
        "default": False,
        "description": None,
    }


def comment_json(repository: RepositoryDouble, comment: Comment) -> Json:
    """A comment on an issue."""
    issue = f"{api_url(repository)}/issues/{comment.number}"
    kind = "pull" if isinstance(repository.issues[comment.number], PullRequest) else "issues"
    page = f"{html_url(repository)}/{kind}/{comment.number}"
    return {
        "id": comment.id,
        "node_id": f"IC_{comment.id}",
        "url": f"{api_url(repository)}/issues/comments/{comment.id}",
        "html_url": f"{page}#issuecomment-{comment.id}",
        "issue_url": issue,
        "body": comment.body,
        "user": user_json(repository.hub, comment.user),
        "created_at": instant(comment.created),
        "updated_at": instant(comment.updated),
        "author_association": association(repository, comment.user),
        "performed_via_github_app": None,
    }


def pull_json(repository: RepositoryDouble, pull: PullRequest) -> Json:
    """A pull request as it stands in lists."""
    hub, url = repository.hub, f"{api_url(repository)}/pulls/{pull.number}"
    issue = issue_json(repository, pull)
    head_owner = pull.head.owner if pull.head else pull.head_user
    same = (
        "number",
        "title",
        "user",
        "labels",
        "state",
        "locked",
        "assignee",
        "assignees",
        "milestone",
    )
    return {
        **{key: issue[key] for key in same},
        "id": repository.id * 1000 + pull.number,
        "url": url,
        "html_url": issue["html_url"],
        "diff_url": issue["pull_request"]["diff_url"],
        "patch_url": issue["pull_request"]["patch_url"],
        "issue_url": issue["url"],
        "commits_url": f"{url}/commits",
        "comments_url": issue["comments_url"],
        "statuses_url": f"{api_url(repository)}/statuses/{pull.head_sha}",
        "body": pull.body,
        "created_at": issue["created_at"],
        "updated_at": issue["updated_at"],
        "closed_at": issue["closed_at"],
        "merged_at": instant(pull.merged),
        "merge_commit_sha": pull.merge_commit_sha,
        "draft": pull.draft,
        "requested_reviewers": [],
        "requested_teams": [],
        "author_association": issue["author_association"],
        "auto_merge": None,
        "head": {
            "label": f"{head_owner.login if head_owner else 'unknown'}:{pull.head_ref}",
            "ref": pull.head_ref,
            "sha": pull.head_sha,
            "user": user_json(hub, head_owner) if head_owner else None,
            "repo": repository_json(pull.head) if pull.head else None,
        },
        "base": {
            "label": f"{repository.owner.login}:{pull.base_ref}",
            "ref": pull.base_ref,
            "sha": pull.base_sha,
            "user": user_json(hub, repository.owner),
            "repo": repository_json(repository),
        },
    }


def full_pull_json(repository: RepositoryDouble, pull: PullRequest) -> Json:
    """A pull request asked for by itself."""
    store = repository.store
    mergeable: bool | None = None
    tip = store.resolve(f"refs/heads/{pull.base_ref}")
    if pull.state == "open" and tip:
        mergeable = store.merge_tree(tip, pull.head_sha) is not None
    origin = store.merge_base(pull.base_sha, pull.head_sha)
    changes = store.changes(origin, pull.head_sha) if origin else []
    commits = store.commits(pull.head_sha, f"^{pull.base_sha}")
    return {
        **pull_json(repository, pull),
        "merged": pull.merged is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": _mergeable_state(repository, pull, mergeable),
        "merged_by": user_json(repository.hub, pull.merged_by) if pull.merged_by else None,
        "comments": issue_json(repository, pull)["comments"],
        "review_comments": 0,
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": len(commits),
        "additions": sum(change.additions for change in changes),
        "deletions": sum(change.deletions for change in changes),
        "changed_files": len(changes),
    }


def _mergeable_state(repository: RepositoryDouble, pull: PullRequest, mergeable: bool | None) -> str:
    if not mergeable:
        return "unknown" if mergeable is None else "dirty"
    if pull.draft:
        return "draft"
    rules = repository.rules.get(pull.base_ref)
    if rules and unmet(rules, repository.states_of(pull.head_sha, rules.app)):
        return "blocked"
    states = set(repository.states_of(pull.head_sha).values())
    return "unstable" if states - {"success"} else "clean"


def push_json(hub: Hub, push: Push) -> Json:
    """A line of a repository's activity."""
    actor = hub.users.get(push.actor) if push.actor is not None else None
    return {
        "id": push.id,
        "node_id": f"PSH_{push.id}",
        "before": push.before,
        "after": push.after,
        "ref": push.ref,
        "timestamp": instant(push.time),
        "activity_type": push.kind,
        "actor": user_json(hub, actor) if actor else None,
    }
