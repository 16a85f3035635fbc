"""What commands print: no text of strangers acts on a terminal, nor in the log of a workflow."""

import pytest
from mcp_static.cli.console import fail, say, show
from mcp_static.model.errors import InputError

HOSTILE = "a\x1b[2J\n ::add-mask::b\n::stop-commands::c ##[group]d ###[e"


def test_what_is_said_is_no_command_in_the_log_of_a_workflow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say(HOSTILE)
    show(HOSTILE)
    fail(InputError(HOSTILE, HOSTILE))
    for text in capsys.readouterr():
        assert "add-mask::b" in text, "people still read it"
        assert "##[" not in text
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
