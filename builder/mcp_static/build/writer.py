"""Writing documents into a tree, and noting them in the store."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from sys import intern
from typing import Final

from mcp_static.api.documents import Document
from mcp_static.api.paths import content_path
from mcp_static.api.variants import Variant, files_of
from mcp_static.build.output_tree import Tree
from mcp_static.build.result import BuildResult
from mcp_static.store.documents import WrittenDocument
from mcp_static.store.store import Store


def write_new(
    tree: Tree, documents: Iterable[Document], variants: tuple[Variant, ...]
) -> Iterator[WrittenDocument]:
    """Write documents into an empty tree; gives what there is to note."""
    for document in documents:
        if document.body is not None:
            digest = hashlib.sha256(document.body).digest()
            for path, content in files_of(document, variants, digest):
                if content is not None:
                    tree.write(path, content)
            # One object for each part: a hundred thousand rows name a few hundred.
            yield WrittenDocument(document.path, intern(document.part), digest)


class ChangedDocuments:
    """Writes the documents that differ from what was written last; `parts` are theirs."""

    def __init__(
        self, store: Store, tree: Tree, variants: tuple[Variant, ...], result: BuildResult
    ) -> None:
        self._documents: Final = store.documents
        self._tree: Final = tree
        self._variants: Final = variants
        self._result: Final = result
        self.parts: Final[set[str]] = set()

    def write(self, documents: Iterable[Document]) -> None:
        """Write those that differ, remove those that must not exist, and note both."""
        for document in documents:
            old = self._documents.digest(document.path)
            new = None if document.body is None else hashlib.sha256(document.body).digest()
            if new == old:
                self._result.unchanged += new is not None
            else:
                self._change(document, old, new)

    def _change(self, document: Document, old: bytes | None, digest: bytes | None) -> None:
        files = dict(files_of(document, self._variants, digest or old or b""))
        if old is not None and content_path(document.path, old) not in files:
            gone = files_of(replace(document, body=None), self._variants, old)
            files |= {path: None for path, _ in gone}
        for path, content in files.items():
            if content is None:
                self._tree.remove(path)
            else:
                self._tree.write(path, content)
                self._result.written += 1
        if digest is None:
            self._result.removed += 1
            self._documents.remove(document.path)
        else:
            self._documents.add([WrittenDocument(document.path, document.part, digest)])
        self._documents.add_pending(files)
        self.parts.add(document.part)
