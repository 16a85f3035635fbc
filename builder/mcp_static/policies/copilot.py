"""`managed-settings.json` of GitHub Copilot: Copilot CLI, VS Code, JetBrains and the Copilot app.

Form and meaning: github/docs, `enterprise-managed-settings.md` and `configure-enterprise-allowlist.md`;
where the file lies: microsoft/vscode, pull request 321870 (all 2026).
"""

from collections.abc import Iterable
from typing import Final

from mcp_static.policies.contents import Contents, Side
from mcp_static.policies.lists import layout, lists_of
from mcp_static.policies.policy import Place, Policy
from mcp_static.settings.policies import PolicySettings


def _commands(side: Side) -> Iterable[tuple[str, ...]]:
    return side.commands | side.gallery_commands


def _render(contents: Contents, settings: PolicySettings) -> bytes:
    lists = lists_of(contents, _commands, allows_names=settings.allow_names, denies_names=True)
    return layout(
        {
            "allowedMcpServers": [matcher.document() for matcher in lists.allowed],
            "deniedMcpServers": [matcher.document() for matcher in lists.denied],
        }
    )


COPILOT: Final = Policy(
    id="copilot",
    title="GitHub Copilot: VS Code, JetBrains, Copilot CLI",
    path="policies/copilot-managed-settings.json",
    enforces="Allows the addresses of this registry's remotes and the exact commands of its packages, "
    "as pages of servers show them and as VS Code writes them; denies what is deleted here.",
    places=(
        Place("GitHub", "copilot/managed-settings.json in the .github-private repository"),
        Place("macOS", "/Library/Application Support/GitHubCopilot/managed-settings.json"),
        Place("Linux", "/etc/github-copilot/managed-settings.json"),
        Place("Windows", r"%ProgramFiles%\GitHubCopilot\managed-settings.json"),
    ),
    notes=(
        "Merge the two members into the file that you have: it holds other settings as well.",
        (
            "Commands are compared word by word, so a server that is started with other arguments than "
            "its page shows is blocked."
        ),
        (
            "VS Code's gallery knows the name of a local server before its command, so that it "
            "installs one only if names are allowed too (`allow_names`); but users choose names."
        ),
    ),
    render=_render,
)
