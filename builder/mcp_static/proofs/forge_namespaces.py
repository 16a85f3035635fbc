"""Which forge a namespace belongs to: `io.github.<owner>` to github.com, and so on."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from mcp_static.forges.forge import Forge
from mcp_static.model.names import Namespace

ForgeKind = Literal["github", "gitlab"]


@dataclass(frozen=True, slots=True)
class ForgeNamespaces:
    """A forge, and its namespaces: one label below `parent` is an owner's name there."""

    parent: str
    kind: ForgeKind
    forge: Forge

    @property
    def host(self) -> str:
        """What ids of its accounts begin with."""
        return urlsplit(self.forge.site).netloc.lower()

    @property
    def name(self) -> str:
        """What people call it."""
        return {"io.github": "GitHub", "io.gitlab": "GitLab"}.get(self.parent, self.host)

    def has(self, namespace: Namespace) -> bool:
        """Whether a namespace is its own, whatever is proven of it."""
        text = namespace.text.lower()
        return text == self.parent or text.startswith(f"{self.parent}.")

    def owner(self, namespace: Namespace) -> str | None:
        """The login, or the path of the top group, that a namespace represents; None for others."""
        is_owner = self.has(namespace) and len(namespace.labels) == self.parent.count(".") + 2
        return namespace.labels[-1] if is_owner else None
