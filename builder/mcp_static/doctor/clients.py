"""The clients: where each keeps its configuration, and what it compares a server with.

Places: code.visualstudio.com/docs/copilot/reference/mcp-configuration and microsoft/vscode,
`mcpWorkspaceConfiguration.ts` (`.mcp.json`); modelcontextprotocol.io/docs/develop/connect-local-servers
(Claude Desktop); code.claude.com/docs/en/mcp; cursor.com/docs/mcp; github/docs, `add-mcp-servers.md`
(Copilot CLI); github/github-mcp-server, `install-other-copilot-ides.md` (JetBrains);
google-gemini/gemini-cli, `docs/tools/mcp-server.md`; openai/codex, `docs/config.md`;
kiro.dev/docs/mcp/configuration (all 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from mcp_static.policies.claude_code import CLAUDE_CODE
from mcp_static.policies.copilot import COPILOT
from mcp_static.policies.gemini_cli import GEMINI_CLI
from mcp_static.policies.kiro import KIRO
from mcp_static.policies.policy import Policy


class RegistryOnly(Enum):
    """What a client compares under GitHub Copilot's "Registry only".

    VS Code: the name, that a configuration says where it came from (`gallery`), and a remote's address,
    letter by letter (microsoft/vscode, `mcpWorkbenchService.ts`). Copilot CLI: the name, a remote's
    address and the names of its headers (github/copilot-cli, issues 3934 and 4205). JetBrains, of which
    only the documentation is public: the name (github/docs, `mcp-private-registry-enforcement.md`).
    """

    NO_CHECK = "nothing"
    NAME = "name"
    NAME_AND_REMOTE = "name and remote"
    GALLERY = "gallery, name and remote"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a configuration is, by platform; `~` is the user's folder, `%…%` a variable.

    A place that begins with `./` is in a project's folder. `home_variable` names a variable that moves
    what comes before the last `/`.
    """

    linux: str
    macos: str = ""
    windows: str = ""
    home_variable: str = ""

    def path(
        self, platform: str, home: Path, folder: Path, environment: Mapping[str, str]
    ) -> Path | None:
        """The path on a platform (`linux`, `darwin`, `win32`); None if a variable is not set."""
        text = {"darwin": self.macos, "win32": self.windows}.get(platform, "") or self.linux
        if moved := environment.get(self.home_variable, "") if self.home_variable else "":
            return Path(moved) / text.rpartition("/")[2]
        first, _, rest = text.partition("/")
        if first.startswith("%"):
            value = environment.get(first.strip("%"), "")
            return Path(value) / rest if value else None
        return (home if first == "~" else folder) / rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client; `key` is the member of its configurations that has the servers."""

    id: str
    title: str
    places: tuple[Place, ...]
    key: str = "mcpServers"
    registry_only: RegistryOnly = RegistryOnly.NO_CHECK
    policy: Policy | None = None

    def has(self, file: Path) -> bool:
        """Whether a file, wherever it is, is called like a configuration of this client."""
        return any(file.as_posix().endswith(_ending(place.linux)) for place in self.places)


def _ending(place: str) -> str:
    """What tells a configuration from others: its name, with its folder where that is needed."""
    folder, _, name = place.removeprefix("./").removeprefix("~/").rpartition("/")
    shared = name in {"mcp.json", "settings.json", "config.toml"}
    return f"{folder.rpartition('/')[2]}/{name}" if shared else f"/{name}"


_SHARED: Final = Place("./.mcp.json")
"""The file in a project's root that several clients read."""

VS_CODE: Final = Client(
    id="vs-code",
    title="VS Code",
    key="servers",
    places=(
        Place(
            "~/.config/Code/User/mcp.json",
            "~/Library/Application Support/Code/User/mcp.json",
            "%APPDATA%/Code/User/mcp.json",
        ),
        Place("./.vscode/mcp.json"),
        _SHARED,
    ),
    registry_only=RegistryOnly.GALLERY,
    policy=COPILOT,
)
CLIENTS: Final = (
    VS_CODE,
    Client(
        id="claude-desktop",
        title="Claude Desktop",
        places=(
            Place(
                "~/.config/Claude/claude_desktop_config.json",
                "~/Library/Application Support/Claude/claude_desktop_config.json",
                "%APPDATA%/Claude/claude_desktop_config.json",
            ),
        ),
    ),
    Client(
        id="claude-code",
        title="Claude Code",
        places=(Place("~/.claude.json", home_variable="CLAUDE_CONFIG_DIR"), _SHARED),
        policy=CLAUDE_CODE,
    ),
    Client(
        id="cursor",
        title="Cursor",
        places=(Place("~/.cursor/mcp.json"), Place("./.cursor/mcp.json")),
    ),
    Client(
        id="copilot-cli",
        title="Copilot CLI",
        places=(Place("~/.copilot/mcp-config.json", home_variable="COPILOT_HOME"), _SHARED),
        registry_only=RegistryOnly.NAME_AND_REMOTE,
        policy=COPILOT,
    ),
    Client(
        id="jetbrains",
        title="JetBrains",
        key="servers",
        places=(
            Place(
                "~/.config/github-copilot/intellij/mcp.json",
                windows="%LOCALAPPDATA%/github-copilot/intellij/mcp.json",
            ),
        ),
        registry_only=RegistryOnly.NAME,
        policy=COPILOT,
    ),
    Client(
        id="gemini-cli",
        title="Gemini CLI",
        places=(Place("~/.gemini/settings.json"), Place("./.gemini/settings.json")),
        policy=GEMINI_CLI,
    ),
    Client(
        id="codex",
        title="Codex",
        key="mcp_servers",
        places=(
            Place("~/.codex/config.toml", home_variable="CODEX_HOME"),
            Place("./.codex/config.toml"),
        ),
    ),
    Client(
        id="kiro",
        title="Kiro",
        places=(Place("~/.kiro/settings/mcp.json"), Place("./.kiro/settings/mcp.json")),
        policy=KIRO,
    ),
)
"""In the order in which the pages of servers show them."""
