"""Progress of long work: the interface of whoever is told about it."""

from typing import Protocol


class Progress(Protocol):
    """Told of stages and of steps within them."""

    def stage(self, title: str, total: int | None = None) -> None:
        """A new stage begins; `total` steps are expected, if that is known."""

    def advance(self, steps: int = 1) -> None:
        """Some steps of the stage are done."""


class Silent:
    """A progress that tells nobody."""

    def stage(self, title: str, total: int | None = None) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""
