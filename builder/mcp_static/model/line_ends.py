"""The two ways to end lines: Git commits LF where Windows has CRLF in the working copy."""


def with_other_ends(content: bytes) -> bytes:
    """The same lines with the other ends: CRLF where there is any LF alone, else LF."""
    plain = content.replace(b"\r\n", b"\n")
    return plain if plain != content else plain.replace(b"\n", b"\r\n")


def differs_in_line_ends(one: bytes, other: bytes) -> bool:
    """Whether two files differ, and in nothing but the ends of their lines."""
    return one != other and one.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n")
