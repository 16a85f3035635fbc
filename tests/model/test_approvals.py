"""The lines of an allowlist."""

import pytest
from mcp_static.model.approvals import lines_of_list, parse_approval, parse_approvals
from mcp_static.model.errors import InputError


@pytest.mark.parametrize(
    ("line", "covered", "others"),
    [
        ("com.example/weather", ["com.example/weather 1.0.0", "com.example/weather x"], ["com.example/w 1"]),
        ("com.example/*", ["com.example/a 1", "com.example/b 2"], ["com.example.sub/a 1"]),
        ("*", ["a.b/c 1"], []),
        ("a.b/c@1.2.0", ["a.b/c 1.2.0"], ["a.b/c 1.2.1", "a.b/c 1.2.0+build"]),
        ("a.b/c@^2", ["a.b/c 2.0.0", "a.b/c 2.9.1"], ["a.b/c 3.0.0", "a.b/c 2.1.0-rc.1", "a.b/c two"]),
        ("a.b/c@>=1.2 <2 || 3.x", ["a.b/c 1.5.0", "a.b/c 3.1.4"], ["a.b/c 2.0.0", "a.b/c 1.1.9"]),
        ("a.b/c@nightly", ["a.b/c nightly"], ["a.b/c 1.0.0"]),
        ("a.b/c @ ~1.2", ["a.b/c 1.2.9"], ["a.b/c 1.3.0"]),
    ],
)  # fmt: skip
def test_a_line_approves_what_it_names(line: str, covered: list[str], others: list[str]) -> None:
    approval = parse_approval(line)
    assert all(approval.covers(*text.split(" ")) for text in covered)
    assert not any(approval.covers(*text.split(" ")) for text in others)


def test_a_byte_order_mark_and_line_ends_of_windows_lose_no_name() -> None:
    assert lines_of_list("\ufeffa.b/c\r\n# all of it\r\n\r\nd.e/*  # ours\r\n") == ("a.b/c", "d.e/*")


def test_every_line_that_cannot_be_read_is_named() -> None:
    with pytest.raises(InputError) as error:
        parse_approvals(["a.b/c", "nonsense", "a.b/c@>>1", "a.b/c@"], "approved.txt")
    assert all(text in str(error.value) for text in ("approved.txt", "nonsense", ">>1", "'a.b/c@'"))
