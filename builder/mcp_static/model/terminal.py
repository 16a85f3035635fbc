"""Other people's text, made fit to be shown on a terminal."""


def printable(text: str, keep: str = "") -> str:
    """Text that cannot move a cursor, ring a bell or hide anything.

    What is not printable becomes a backslash escape, except for the characters in `keep`.
    """
    return "".join(
        character
        if character.isprintable() or character in keep
        else character.encode("unicode_escape").decode()
        for character in text
    )
