"""The reference of the commands as a page of the documentation, from what their `--help` prints."""

from typing import Final

import click

from mcp_static.cli import main
from mcp_static.cli.catalog import GROUPS, Entry

_WIDTH: Final = 100
_HEAD: Final = """\
# Commands

<!-- Written by `make docs` from builder/mcp_static/cli. -->

This is what `mcp-static COMMAND --help` prints. `-q` (`--quiet`) leaves results and errors, without
notes and progress; `-v` (`--verbose`) also shows each request and each git command. Both may stand
before the command's name or after it.

| exit code | meaning |
| --- | --- |
| 0 | all is well |
| 1 | the input is at fault: a file, a repository, a record |
| 2 | the command was called in a way that cannot work |
| 3 | the network or a service failed, or does not know yet; the same call may succeed later |
| 130 | Ctrl-C; nothing was left half done |

Where the output is a terminal, it has colors. `NO_COLOR=1` turns them off, `FORCE_COLOR=1` turns them
on for pipes and logs.

## Completion

Bash, Zsh, fish and PowerShell complete commands, options and their values:

```sh
eval "$(_MCP_STATIC_COMPLETE=bash_source mcp-static)"            # in ~/.bashrc
eval "$(_MCP_STATIC_COMPLETE=zsh_source mcp-static)"             # in ~/.zshrc
_MCP_STATIC_COMPLETE=fish_source mcp-static | source             # in ~/.config/fish/config.fish
```

In PowerShell's profile, set `$env:_MCP_STATIC_COMPLETE = "powershell_source"`, run
`mcp-static | Out-String | Invoke-Expression`, and remove the variable again. To spare each new shell a
call, write what the command prints to a file, and read that.
"""


def commands_page() -> str:
    """The page, in Markdown."""
    context = click.Context(main, info_name="mcp-static", max_content_width=_WIDTH)
    blocks = [_HEAD]
    for title, entries in GROUPS.items():
        blocks.append(f"## {title}\n")
        blocks += [_section(name, entry, context) for name, entry in entries.items()]
    return "\n".join(blocks)


def _section(name: str, entry: Entry, parent: click.Context) -> str:
    command = main.get_command(parent, name)
    assert command is not None
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )
    text = click.unstyle(command.get_help(context)).rstrip()
    return f"### {name}\n\n{entry.summary}\n\n```text\n{text}\n```\n"
