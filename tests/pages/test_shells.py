"""Command lines for both kinds of shell, against how each of them is documented to read one."""

import shlex
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.packages.shells import posix_line, windows_command, windows_line

from tests.pages.windows import argv, words_of

TEXTS = st.text(st.sampled_from(string.printable + "é“”‘’„\u3000\x00"), max_size=12)
NAMES = st.from_regex(r"[A-Z][A-Z_0-9]{0,5}", fullmatch=True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"a\\b d\"e f", ["a\\\\b", 'd"e', "f"]),
        (r'"a b c" d e', ["a b c", "d", "e"]),
        (r'"ab\"c" "\\" d', ['ab"c', "\\", "d"]),
        (r'a\\\b d"e f"g h', [r"a\\\b", "de fg", "h"]),
        (r"a\\\"b c d", [r"a\"b", "c", "d"]),
        (r'a\\\\"b c" d e', [r"a\\b c", "d", "e"]),
        ('a"b"" c d', ['ab" c d']),
        ('"" a', ["", "a"]),
        ("a\\ b", ["a\\", "b"]),
    ],
)
def test_the_reader_of_these_tests_reads_what_microsoft_documents(line: str, words: list[str]) -> None:
    assert argv(line) == words


@given(words=st.lists(TEXTS, min_size=1), environment=st.dictionaries(NAMES, TEXTS))
def test_a_line_for_posix_shells_is_read_as_its_words(
    words: list[str], environment: dict[str, str]
) -> None:
    found = shlex.split(posix_line(words, environment.items()))
    assert found == [*(f"{name}={value}" for name, value in environment.items()), *words]


@given(words=st.lists(TEXTS, min_size=1), environment=st.dictionaries(NAMES, TEXTS))
def test_a_line_for_windows_is_read_as_its_words_by_every_reader_or_there_is_none(
    words: list[str], environment: dict[str, str]
) -> None:
    line = windows_line(words, environment.items())
    if line:
        assert words_of(line) == (environment, words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["npx", "-y", "@a/weather@1.2.3"], 'npx -y "@a/weather@1.2.3"'),
        (["uvx", "weather@1.2.3"], "uvx weather@1.2.3"),
        (["run", "--", "a b", "<KEY>"], 'run "--" "a b" "<KEY>"'),
        (["run", "-Dname.of=1", "--name.of=1", "-a:b"], 'run "-Dname.of=1" "--name.of=1" "-a:b"'),
        (["run", "https://a.example/?a=1&b=2", "100%"], 'run "https://a.example/?a=1&b=2" "100%"'),
        (["run", "C:\\Users\\a"], "run C:\\Users\\a"),
        (["run", "C:\\Program Files\\"], ""),
        (["run", '{"a": 1}'], ""),
        (["run", "%PATH%"], ""),
        (["run", "$HOME"], ""),
        (["run", "“a”"], ""),
        (["run", ""], ""),
    ],
)
def test_words_are_quoted_where_a_shell_of_windows_needs_it(words: list[str], line: str) -> None:
    assert windows_line(words) == line


def test_no_line_for_windows_sets_a_variable_that_powershell_cannot_name() -> None:
    assert windows_line(["run"], [("A", "1")]) == '$env:A="1"; run'
    assert windows_line(["run"], [("A-B", "1")]) == ""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("npx", "-y", "a@1"), ("cmd", "/c", "npx", "-y", "a@1")),
        (("dnx", "A@1", "--yes"), ("cmd", "/c", "dnx", "A@1", "--yes")),
        (("uvx", "a&b"), ("uvx", "a&b")),
        (("npx", "-y", "a@1", "x&calc"), None),
        (("npx", "-y", "a@1", "%PATH%"), None),
    ],
)
def test_batch_files_are_started_by_cmd_unless_it_would_read_their_words_anew(
    command: tuple[str, ...], expected: tuple[str, ...] | None
) -> None:
    assert windows_command(command) == expected
