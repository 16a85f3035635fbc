"""Notes on merge requests and issues: the one of ours that is edited, and what people wrote.

What GitLab itself notes is nobody's word, nor is what only members can read. A note counts as edited
once its two times differ; GitLab's API has no better sign (gitlabhq/gitlabhq, doc/api/notes.md), and an
answer to a note changes the second as well.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_static.forges.comment_parts import MARKER, mark_in, marked, reply_mark, with_part
from mcp_static.forges.gitlab.api import Api
from mcp_static.forges.gitlab.shapes import Note
from mcp_static.forges.registry_forge import IssueComment
from mcp_static.model.forge_ids import ForgeId

_ID: Final = re.compile(r"(?P<thread>(?:issues|merge_requests)/\d{1,18})/notes/\d{1,18}", re.ASCII)
_QUICK_ACTION: Final = re.compile(r"^/", re.MULTILINE)


def without_quick_actions(text: str) -> str:
    r"""Text in which GitLab finds no quick action: it carries out lines that begin with `/`.

    It drops `\r` first, and knows no escape but a line that begins otherwise (gitlabhq/gitlabhq,
    lib/gitlab/quick_actions/extractor.rb).
    """
    return _QUICK_ACTION.sub("&#47;", text.replace("\r", "")).rstrip()


class Notes:
    """The `PullComments` protocol for a project; raises as `GitLabRepository` does."""

    def __init__(self, api: Api, project: str, host: str, me: Callable[[], ForgeId]) -> None:
        self._api: Final = api
        self._project: Final = project
        self._host: Final = host
        self._me: Final = me

    def of(self, number: int) -> Iterator[IssueComment]:
        """What people wrote on a merge request, oldest first."""
        thread = _merge_request(number)
        for note in self._notes(thread):
            if not note.internal:
                yield self._comment(note, thread)

    def find(self, comment: str) -> IssueComment | None:
        """A note by its id, which names where it is: `merge_requests/7/notes/1244`."""
        match = _ID.fullmatch(comment)
        if match is None:
            return None
        found = self._api.find(f"{self._project}/{comment}", Note, f"the note {comment}")
        if found is None or found.system or found.internal:
            return None
        return self._comment(found, match["thread"])

    def _comment(self, note: Note, thread: str) -> IssueComment:
        return IssueComment(
            id=f"{thread}/notes/{note.id}",
            author=note.author.account(self._host),
            body=note.body,
            issue=int(thread.rpartition("/")[2]),
            written_at=note.created_at.second,
            is_edited=note.updated_at != note.created_at,
        )

    def _notes(self, thread: str) -> Iterator[Note]:
        pages = self._api.pages(
            f"{self._project}/{thread}/notes",
            list[Note],
            f"the notes of {thread}",
            sort="asc",
            order_by="created_at",
        )
        return (note for page in pages for note in page if not note.system)

    def post(self, number: int, part: str, text: str, reply_to: str | None = None) -> None:
        """Say something on a merge request, or where a note is, in the one note of ours.

        The note has parts by name; only the one given is replaced.
        """
        match = _ID.fullmatch(reply_to or "")
        thread = match["thread"] if match else _merge_request(number)
        mark = reply_mark(reply_to) if reply_to is not None else MARKER
        known = self._own_note(thread, mark)
        body = without_quick_actions(with_part(known.body if known else mark, part, text))
        notes = f"{self._project}/{thread}/notes"
        if known is None:
            self._api.send("post", notes, {"body": body}, Note, "a new note")
        elif known.body != body:
            self._api.send("put", f"{notes}/{known.id}", {"body": body}, Note, "an edited note")

    def say_once(self, number: int, mark: str, text: str, since: int = 0) -> None:
        """Write a note of its own, unless one of ours with this mark is there, as it was written.

        One from before `since`, in seconds since 1970, does not count.
        """
        if self.said_at(number, mark, since) is None:
            self.say(number, mark, text)

    def say(self, number: int, mark: str, text: str) -> None:
        """Write a note of its own, with a mark."""
        body = without_quick_actions(marked(mark, text))
        notes = f"{self._project}/{_merge_request(number)}/notes"
        self._api.send("post", notes, {"body": body}, Note, "a new note")

    def said_at(self, number: int, mark: str, since: int = 0) -> int | None:
        """When a note was first written with a mark, in seconds since 1970, by GitLab's clock.

        None if it was not, at least not from `since` on, or if everything there is of it was edited.
        """
        thread = _merge_request(number)
        times = (
            note.created_at.second_after
            for note in self._notes(thread)
            if note.created_at.second >= since and self.mark_of(self._comment(note, thread)) == mark
        )
        return next(times, None)

    def mark_of(self, comment: IssueComment) -> str | None:
        """The mark of a note that we wrote with one, and that nobody has edited; None for others."""
        mark = mark_in(comment.body)
        if mark is None or comment.is_edited or comment.author.id != self._me():
            return None
        return mark

    def _own_note(self, thread: str, mark: str) -> Note | None:
        """The first note of the token's account that begins with a mark."""
        me = self._me()
        notes = self._notes(thread)
        return next((n for n in notes if n.author.id == me.number and n.body.startswith(mark)), None)


def _merge_request(number: int) -> str:
    return f"merge_requests/{number}"
