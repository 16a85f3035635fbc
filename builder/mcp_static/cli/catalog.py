"""The commands, grouped by who uses them: for each its line in the list, and examples for its help."""

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """A command's line in the list, and lines that can be typed as they are.

    The list and shells that complete a command's name take it from here, so that they load none.
    """

    summary: str
    examples: tuple[str, ...]


GROUPS: Final[dict[str, dict[str, Entry]]] = {
    "Authors": {
        "init": Entry(
            "Draft a server.json from what a project already says.",
            (
                "mcp-static init",
                "mcp-static init --yes --name io.github.alice/weather --server-version 1.0.0",
            ),
        ),
        "validate": Entry(
            "Check a server.json against every rule.",
            ("mcp-static validate", "mcp-static validate --format github server.json"),
        ),
        "keygen": Entry(
            "Make a key for a domain, and the lines that publish it.",
            ("mcp-static keygen example.com",),
        ),
        "verify-domain": Entry(
            "Show what each DNS server says about a domain's keys, and what is missing.",
            ("mcp-static verify-domain example.com --key example.com.pem",),
        ),
        "sign": Entry(
            "Sign a server.json with a domain's key.",
            ("mcp-static sign --key example.com.pem --registry https://registry.example.com",),
        ),
        "publish": Entry(
            "Propose a server.json to a registry.",
            (
                "mcp-static publish --dry-run",
                "mcp-static publish --wait --registry https://registry.example.com",
                "mcp-static publish --key example.com.pem",
            ),
        ),
        "status": Entry(
            "Propose that a version is active, deprecated or deleted.",
            (
                'mcp-static status io.github.alice/weather@0.9.0 deprecated -m "Use 1.0.0."',
                "mcp-static status io.github.alice/weather deleted",
            ),
        ),
        "login": Entry(
            "Log in to the forge of a registry, for publish and status.",
            ("mcp-static login --registry https://registry.example.com",),
        ),
        "logout": Entry("Forget that login.", ("mcp-static logout",)),
        "rules": Entry("Print the rules.", ("mcp-static rules", "mcp-static rules --format markdown")),
        "schema": Entry(
            "Print the JSON Schema of a kind of document.",
            ("mcp-static schema server",),
        ),
    },
    "Readers": {
        "search": Entry(
            "Find servers in a registry.",
            (
                "mcp-static search weather",
                "mcp-static search --limit 100 --json --registry https://registry.example.com",
            ),
        ),
        "show": Entry(
            "Show a server of a registry: what it is, and how it is run.",
            (
                "mcp-static show io.github.alice/weather",
                "mcp-static show io.github.alice/weather@0.9.0 --json",
            ),
        ),
        "doctor": Entry(
            "Tell which servers clients block, and what to change.",
            (
                "mcp-static doctor --registry https://registry.example.com",
                "mcp-static doctor --client vs-code --policy policy.json mcp.json",
            ),
        ),
        "conformance": Entry(
            "Test a served registry against the standard API.",
            ("mcp-static conformance https://registry.example.com",),
        ),
        "verify": Entry(
            "Compare a registry, stored or served, with its checksums.",
            ("mcp-static verify dist --all", "mcp-static verify https://registry.example.com"),
        ),
    },
    "Operators": {
        "new": Entry(
            "Write the repository of a new registry.",
            (
                "mcp-static new registry",
                "mcp-static new registry --yes --repository acme/registry --host github-pages",
            ),
        ),
        "upgrade": Entry(
            "Bring a registry's repository up to this release.",
            ("mcp-static upgrade --dry-run", "mcp-static upgrade"),
        ),
        "adopt": Entry(
            "Remember who has proven the names of a registry so far.",
            ("mcp-static adopt",),
        ),
        "import": Entry(
            "Import entries from a file or another registry.",
            (
                "mcp-static import https://registry.example.com --into registry.git",
                "mcp-static import servers.ndjson --into registry.git --only approved.txt",
            ),
        ),
        "sync": Entry(
            "Take in and withdraw what sources and lists say.",
            ("mcp-static sync --dry-run", "mcp-static sync"),
        ),
        "build": Entry(
            "Build the static registry from a Git commit.",
            ("mcp-static build", "mcp-static build --repo registry.git --host nginx --out dist"),
        ),
        "deploy": Entry(
            "Deploy a built registry to a folder or a bucket.",
            (
                "mcp-static deploy /srv/registry --repo .",
                "mcp-static deploy s3://registry/mcp --dry-run",
            ),
        ),
        "hosts": Entry(
            "Say where a registry can be served, and whether it fits.",
            ("mcp-static hosts", "mcp-static hosts --format json"),
        ),
        "serve": Entry(
            "Serve a built registry on this machine.",
            ("mcp-static serve", "mcp-static serve --watch --port 8080"),
        ),
        "takedown": Entry(
            "Take down a version, a server or a namespace.",
            (
                'mcp-static takedown io.github.mallory/weather@1.0.0 --reason "It steals tokens."',
                'mcp-static takedown com.example --subdomains --reason "The domain was sold."',
            ),
        ),
        "restore": Entry(
            "Withdraw a takedown.",
            ('mcp-static restore io.github.mallory/weather@1.0.0 --reason "It was a mistake."',),
        ),
        "block": Entry(
            "Take nothing new from an account, a key, a host, …",
            (
                'mcp-static block --account github.com/account/1001 --reason "It publishes malware."',
                'mcp-static block --host example.net --reason "It was hijacked."',
            ),
        ),
        "unblock": Entry(
            "Take it again.",
            ('mcp-static unblock --host example.net --reason "Its owner is back."',),
        ),
        "freeze": Entry("Close publishing.", ('mcp-static freeze --reason "An incident."',)),
        "thaw": Entry("Open publishing again.", ('mcp-static thaw --reason "It is over."',)),
        "affected-by": Entry(
            "List what rests on an account, a repository, a key or a host.",
            (
                "mcp-static affected-by --account github.com/account/1001",
                "mcp-static affected-by --host example.net --format names",
            ),
        ),
        "erase": Entry(
            "Erase a server or a version from history.",
            ('mcp-static erase io.github.alice/weather@1.0.0 --reason "It has a secret."',),
        ),
    },
    "Pipelines": {
        "event": Entry(
            "Say what the event of a workflow asks for.",
            ("mcp-static event --event event.json",),
        ),
        "check": Entry(
            "Check a change: rules, names, packages.",
            (
                "mcp-static check --base main --head proposal --author alice",
                "mcp-static check --event event.json --wait 300 --handover handover.json",
            ),
        ),
        "report": Entry(
            "Post the report of a check on its pull request.",
            ("mcp-static report --event event.json --handover handover.json",),
        ),
        "merge": Entry(
            "Merge a pull request that is proven.",
            ("mcp-static merge --event event.json --handover handover.json",),
        ),
        "catch-up": Entry(
            "Have pull requests checked whose events were lost.",
            ("mcp-static catch-up acme/registry",),
        ),
        "tick": Entry(
            "Let quarantines end that are over.",
            ("mcp-static tick", "mcp-static tick --on-forge acme/registry"),
        ),
        "read-comment": Entry(
            "Read the commands of a comment, for the bot.",
            ("mcp-static read-comment --event event.json --handover comment.json",),
        ),
        "bot": Entry(
            "Carry out the commands of a comment.",
            ("mcp-static bot --event event.json --handover comment.json",),
        ),
    },
}

COMMANDS: Final = {name: entry for group in GROUPS.values() for name, entry in group.items()}

OTHER_WORDS: Final = {
    "completion": "--help",
    "delete": "status",
    "deprecate": "status",
    "find": "search",
    "get": "show",
    "help": "--help",
    "info": "show",
    "lint": "validate",
    "list": "search",
    "mirror": "sync",
    "unpublish": "status",
    "version": "--version",
    "yank": "status",
}
"""What other tools call what a command or an option of this one does."""
