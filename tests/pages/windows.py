"""How Windows reads a command line, to hold our lines against.

PowerShell: `about_Parsing` and `about_Quoting_Rules` (MicrosoftDocs/PowerShell-Docs), argument mode, and
the legacy passing of arguments that PowerShell 5.1 has and 7 keeps for batch files. cmd.exe: `cmd /?`.
Programs: `CommandLineToArgvW`, as its documentation at learn.microsoft.com has it.
"""

import re

QUOTES = '"\u201c\u201d\u201e'
_METACHARACTERS = "'`,;(){}|&$\n\r" + QUOTES + "\u2018\u2019\u201a\u201b"


def argv(line: str) -> list[str]:
    """The words of a command line: backslashes count before a quote alone, and a quote in quotes twice."""
    words: list[str] = []
    word, quoted, position = None, False, 0
    while position < len(line):
        slashes = len(re.match(r"\\*", line[position:])[0])  # type: ignore[index]
        position += slashes
        character = line[position : position + 1]
        if character == '"':
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            elif quoted and line[position + 1 : position + 2] == '"':
                word += '"'
                position += 1
            else:
                quoted = not quoted
        elif character in {" ", "\t"} and not quoted and not slashes:
            words += [word] if word is not None else []
            word = None
        elif slashes:
            word = (word or "") + "\\" * slashes
            continue
        else:
            word = (word or "") + character
        position += 1
    return [*words, *([word] if word is not None else [])]


def powershell_words(line: str) -> list[str]:
    """The words that PowerShell reads of one command; it has to take none of them for more than text."""
    words, position = [], 0
    while position < len(line):
        if line[position] == " ":
            position += 1
        elif line[position] == '"':
            end = next(index for index in range(position + 1, len(line)) if line[index] in QUOTES)
            text = line[position + 1 : end]
            assert not re.search(r"[$`]", text), line
            assert line[end] == '"'
            assert line[end + 1 : end + 2] in {"", " ", ";"}, line
            words.append(text)
            position = end + 1
        else:
            text = re.match(r"[^ ]+", line[position:])[0]  # type: ignore[index]
            assert not set(text) & set(_METACHARACTERS), line
            assert text[0] not in "<>@#", line
            assert text not in {"--", "--%"}, line
            assert not re.match(r"-\w[\w-]*[.:]", text), line
            words.append(text)
            position += len(text)
    return words


def passed_by_powershell(words: list[str]) -> str:
    """The command line that PowerShell 5.1 starts a program with: in quotes if there is a space, no more."""
    return " ".join(f'"{word}"' if re.search(r"\s", word) else word for word in words)


def read_by_cmd(line: str) -> str:
    """The line, in which cmd.exe has to find nothing to replace and no second command."""
    assert not re.search(r"%[^%]+%", line), line
    outside = re.sub(r'"[^"]*"', "", line)
    assert not re.search(r'[&|<>^"\n\r]', outside), line
    return line


def words_of(line: str) -> tuple[dict[str, str], list[str]]:
    """The variables that a line sets, and the words of its command, which all readers agree on."""
    environment = {}
    while match := re.match(r'\$env:(\w+)="([^"]*)"; ', line):
        assert powershell_words(f'"{match[2]}"') == [match[2]]
        environment[match[1]] = match[2]
        line = line[match.end() :]
    words = powershell_words(line)
    assert argv(read_by_cmd(line)) == words
    assert argv(passed_by_powershell(words)) == words
    return environment, words
