"""The outcome of trying a proof: it holds, it fails, or it could not be tried to its end."""

from mcp_static.reports.findings import Finding, Level


def holds(proof: str, message: str, **facts: str | int | tuple[str, ...]) -> Finding:
    """A proof that holds, with the facts that it rests on: texts, numbers and lists of texts."""
    return Finding(proof, Level.PASSED, message, facts=facts)


def fails(proof: str, message: str, fix: str) -> Finding:
    """A proof that fails, with what its author can do."""
    return Finding(proof, Level.ERROR, message, fix)


def awaited(proof: str, message: str, fix: str) -> Finding:
    """A proof that may come to hold by itself in some minutes."""
    return Finding(proof, Level.UNKNOWN, message, fix, is_awaited=True)


def unknown(proof: str, message: str, fix: str = "Run the check again in a while.") -> Finding:
    """A proof that could not be tried to its end."""
    return Finding(proof, Level.UNKNOWN, message, fix)
