"""The errors that end a command: what is wrong, what to do, and whose turn it is (the exit code)."""

from typing import ClassVar


class RegistryError(Exception):
    """Base of every error this project raises on purpose.

    `advice` is the next step for whoever can mend it; `exit_code` is what the command ends with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, wrong: str, advice: str = "") -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.wrong}\n{self.advice}" if self.advice else self.wrong


class InputError(RegistryError):
    """The input is at fault: a file, a repository, a record (exit code 1)."""


class UsageError(RegistryError):
    """The command was called in a way that cannot work (exit code 2)."""

    exit_code = 2


class ServiceError(RegistryError):
    """The network or a service failed; the same call may succeed later (exit code 3)."""

    exit_code = 3
