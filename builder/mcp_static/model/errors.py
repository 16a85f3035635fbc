"""Every error that this project raises on purpose: what is wrong, what to do, and the exit code."""

from dataclasses import dataclass
from typing import ClassVar


class RegistryError(Exception):
    """Base of all these errors.

    `fix` is the next step for whoever can take it; `exit_code` is what a command ends with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class InputError(RegistryError):
    """The input is at fault: a file, a repository, a record (exit code 1)."""


class UsageError(RegistryError):
    """The command was called in a way that cannot work (exit code 2)."""

    exit_code = 2


class ServiceError(RegistryError):
    """The network or a service failed; the same call may succeed later (exit code 3)."""

    exit_code = 3


class UnansweredError(ServiceError):
    """A service gave no usable answer, so nothing is known about what was asked."""

    def __init__(self, message: str, fix: str = "Try again in a while.") -> None:
        super().__init__(message, fix)


class OperatorError(UnansweredError):
    """Nothing is known for want of something that an operator sets up; trying again is no use.

    `fix` is for the operator: of the registry, or of the network that the command runs in.
    """


class SignInError(OperatorError):
    """A host wants to know who is asking, and was not told, or did not accept it.

    `answer` reads on from the address; `variable` names the credentials that were sent, if any were.
    """

    def __init__(self, address: str, answer: str, host: str, variable: str = "") -> None:
        fix = (
            f"Renew what the variable {variable} holds, or give its owner access."
            if variable
            else "Name an environment variable that holds the credentials, in registry.toml: [network] "
            f'credentials = [{{host = "{host}", variable = "NAME", scheme = "bearer"}}].'
        )
        sent = f" in spite of the credentials in {variable}" if variable else ""
        super().__init__(f"{address} {answer}: it asks for a sign-in{sent}.", fix)


class UntrustedCertificateError(UnansweredError):
    """The certificate of `host` is from no authority that is trusted here."""

    def __init__(self, message: str, host: str) -> None:
        super().__init__(message, "If it is a company's own, name its authority in [network] ca_file.")
        self.host = host


class FetchRefusedError(InputError):
    """What was named may not or cannot be fetched, and that is the fault of who named it."""


class NotShownError(UnansweredError):
    """A package registry does not show what is named: it may do so in a while, or never."""


class InsideAddressError(FetchRefusedError):
    """`host` is at an address that is not public, and that the settings do not open."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host} is at {address}, which is not a public address")
        self.host = host


class ForbiddenError(InputError):
    """A service knows the token, and does not let it do this."""


class GitError(InputError):
    """A git command failed; `message` has the reason that git gave."""


class StoreUnusableError(InputError):
    """The store of an earlier build cannot be used; `message` says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """One reason why bytes are not unambiguous JSON: the kind, the JSON path, a sentence.

    `fix` is what to do if more can be told than of all of the kind. `line` and `column`, counted from
    1, are where it is if no path leads there.
    """

    kind: str
    path: str
    message: str
    fix: str = ""
    line: int = 0
    column: int = 0


class JsonError(InputError):
    """The bytes are not unambiguous JSON; `problems` says why and where."""

    def __init__(self, problems: tuple[JsonProblem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class UnreadableEntryError(InputError):
    """An entry of another registry that cannot be read; the message reads on from its name.

    `reason` is the kind of fault, in one word: `form`, `time` or `status`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class IncompleteSourceError(InputError):
    """A part of a source that could not be read, so that nobody knows what it holds.

    The message reads on from the part's place.
    """


class ManifestError(InputError):
    """A file of a project cannot be used for a draft; the message reads on from the file's name."""


class NoCommandError(InputError):
    """No command starts a package as its record wants it; the message says why, as a clause."""


class NotProvenError(InputError):
    """A package does not point back at the server that names it."""


class SignatureError(InputError):
    """A signature that proves nothing."""


class QueryError(InputError):
    """A query parameter is malformed; the message names it and the form it should have."""


class NonconformityError(RegistryError):
    """A registry answers differently from what the standard says."""


class NothingToSeeError(RegistryError):
    """A registry holds nothing that a conformance check could look at."""


class CommandRefusedError(InputError):
    """A comment's command that is not carried out; the message, in Markdown, says why."""
