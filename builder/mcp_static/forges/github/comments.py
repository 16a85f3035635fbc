"""Comments on pull requests and issues: the one of ours that is edited, and what people wrote."""

from collections.abc import Iterator
from typing import Final

from mcp_static.forges.comment_parts import MARKER, mark_in, marked, reply_mark, with_part
from mcp_static.forges.github.client import GitHub, comment_of
from mcp_static.forges.github.shapes import Comment
from mcp_static.forges.registry_forge import IssueComment


class Comments:
    """The comments of a repository; raises as `GitHubRepository` does."""

    def __init__(self, github: GitHub, full_name: str) -> None:
        self._github: Final = github
        self._api: Final = github.api
        self._path: Final = f"/repos/{full_name}"

    def of(self, number: int) -> Iterator[IssueComment]:
        """The comments on a pull request or issue, oldest first."""
        for page in self._pages(number):
            for comment in page:
                yield comment_of(comment, number, self._github.host)

    def _pages(self, number: int) -> Iterator[list[Comment]]:
        path = f"{self._path}/issues/{number}/comments"
        return self._api.pages(path, list[Comment], f"the comments of #{number}")

    def post(self, number: int, part: str, text: str, reply_to: str | None = None) -> None:
        """Say something on a pull request or issue, in the one comment of ours that is edited.

        The comment has parts by name; only the one given is replaced. With `reply_to`, the comment
        is the one that answers that comment.
        """
        mark = MARKER if reply_to is None else reply_mark(reply_to)
        known = self._own_comment(number, mark)
        body = with_part(known.body if known and known.body else mark, part, text)
        if known is None:
            comments = f"{self._path}/issues/{number}/comments"
            self._api.send("POST", comments, {"body": body}, Comment, "a new comment")
        elif known.body != body:
            comment = f"{self._path}/issues/comments/{known.id}"
            self._api.send("PATCH", comment, {"body": body}, Comment, "an edited comment")

    def say_once(self, number: int, mark: str, text: str, since: int = 0) -> None:
        """Write a comment of its own, unless one of ours with this mark is there, as it was written.

        One from before `since`, in seconds since 1970, does not count.
        """
        if self.said_at(number, mark, since) is None:
            self.say(number, mark, text)

    def say(self, number: int, mark: str, text: str) -> None:
        """Write a comment of its own, with a mark."""
        body = {"body": marked(mark, text)}
        path = f"{self._path}/issues/{number}/comments"
        self._api.send("POST", path, body, Comment, "a new comment")

    def said_at(self, number: int, mark: str, since: int = 0) -> int | None:
        """When a comment was first written with a mark, in seconds since 1970, by the forge's clock.

        None if it was not, at least not from `since` on, or if everything there is of it was edited.
        """
        times = (
            comment.written_at
            for comment in self.of(number)
            if comment.written_at >= since and self.mark_of(comment) == mark
        )
        return next(times, None)

    def mark_of(self, comment: IssueComment) -> str | None:
        """The mark of a comment that we wrote with one, and that nobody has edited; None for others."""
        mark = mark_in(comment.body)
        if mark is None or comment.is_edited or comment.author.id != self._github.me().id:
            return None
        return mark

    def _own_comment(self, number: int, mark: str) -> Comment | None:
        """The first comment of the token's account that begins with a mark."""
        me = self._github.me()
        for page in self._pages(number):
            for comment in page:
                author = comment.user.account(self._github.host) if comment.user else None
                if author is not None and author.id == me.id and (comment.body or "").startswith(mark):
                    return comment
        return None
