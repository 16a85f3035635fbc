"""`registry.toml`: what is taken, and how what is not is told."""

import pytest
from mcp_static.model.errors import InputError
from mcp_static.settings import parse_settings
from mcp_static.settings.forges import hosts_of
from mcp_static.settings.grants import Grant
from mcp_static.settings.network import resolver_place
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[merge]\nautomatic = 'yes'", "merge.automatic"),
        ("[merge]\nautomatik = true", "merge.automatik: is not a setting"),
        ("[dns]\nresolvers = ['1.1.1.1']", "at least 2"),
        ("[dns]\nresolvers = ['1.1.1.1', '1.1.1.1:53']", "twice"),
        ("[dns]\nresolvers = ['dns.example', '1.1.1.1']", "dns.resolvers"),
        ("[dns]\ntrust_anchors = ['x']", "trust_anchors"),
        ("[dns]\ntrust_anchors = []", "trust_anchors"),
        ("[remotes]\ninternal = ['*']", "remotes.internal"),
        ("[remotes]\ninternal = ['10.0.0.1']", "remotes.internal"),
        ("[remotes]\ninternal = ['*.localhost']", "remotes.internal"),
        ("[remotes]\ninternal = ['MCP.corp']", "remotes.internal"),
        ("[network]\nreach = ['10.0.0.1/8']", "network.reach"),
        ("[network]\nconnect = {'a' = 'b:1'}", "host:port"),
        ("[[grants]]\nnamespace = 'a b'\naccounts = ['github:a']", "grants.0.namespace"),
        ("[[grants]]\nnamespace = 'a.b'\naccounts = []", "grants.0.accounts"),
        ("[[grants]]\nnamespace = 'a.b'\naccounts = ['alice']", "github:login"),
        ("[[package_registries]]\ntype = 'npm'\nurl = 'http://npm.example'", "https"),
        (
            "[[package_registries]]\ntype = 'apt'\nurl = 'https://a.example'",
            "package_registries.0.type",
        ),
        ("title = 1", "title"),
        ("colour = 'red'", "colour: is not a setting"),
        ("url = 'http://[::::]'", "url: is not an http or https URL"),
        ("url = 'http://127.0.0.1:99999'", "url: is not an http or https URL"),
        ("[security]\ncontact = ['security@example.com']", "mailto:security@example.com"),
        ("[security]\ncontact = ['http://example.com']", "security.contact"),
        ("[security]\ncontact = ['mailto:a@b.example\\nExpires: never']", "security.contact"),
        ("[security]\npolicy = 'mailto:a@b.example'", "security.policy: is not an https address"),
        ("[security]\nexpires = 'next year'", "security.expires"),
        ("[security]\nlanguages = ['en\\nfr']", "is not a language tag"),
        ("title =", "is not TOML"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_settings(text)
    assert message in raised.value.message
    assert "Value error" not in raised.value.message
    assert "uple" not in raised.value.message


def test_grants_cover_their_namespace_and_with_a_star_all_below() -> None:
    exact = Grant(namespace="com.example", accounts=("github:alice#7",))
    below = Grant(namespace="com.example.*", accounts=("github:alice",))
    assert [exact.covers(name) for name in ("com.example", "COM.Example", "com.example.a")] == [
        True,
        True,
        False,
    ]
    covered = [below.covers(name) for name in ("com.example", "com.example.a.b", "com.examples")]
    assert covered == [True, True, False]
    assert [(holder.login, holder.number) for holder in exact.holders] == [("alice", 7)]


def test_a_grant_may_name_an_account_by_its_id() -> None:
    grant = Grant(namespace="com.example", accounts=("git.corp.example/account/7",))
    [holder] = grant.holders
    assert str(holder.id) == "git.corp.example/account/7"
    with pytest.raises(ValidationError):
        Grant(namespace="com.example", accounts=("git.corp.example/robot/7",))


def test_resolvers_have_port_53_unless_they_say_another() -> None:
    assert resolver_place("9.9.9.9") == ("9.9.9.9", 53)
    assert resolver_place("127.0.0.1:5353") == ("127.0.0.1", 5353)
    assert resolver_place("[::1]:5353") == ("::1", 5353)
    assert resolver_place("2001:db8::1") == ("2001:db8::1", 53)


def test_only_what_is_rendered_asks_for_a_new_build() -> None:
    plain = parse_settings("title = 'A'").rendered()
    assert parse_settings("title = 'A'\n[merge]\nautomatic = true").rendered() == plain
    assert parse_settings("title = 'B'").rendered() != plain


@pytest.mark.parametrize(
    ("forges", "problem"),
    [
        ([("gitlab", "http://git.example.com")], "is not an https address"),
        ([("gitlab", "https://git.example.com/gitlab")], "is not an https address"),
        ([("gitlab", "https://user@git.example.com")], "is not an https address"),
        ([("gitlab", "https://10.0.0.1")], "is not an https address"),
        ([("gitlab", "https://gitlab.io")], "which stand for others"),
        ([("gitlab", "https://alice.github.io")], "which stand for others"),
        ([("github", "https://git.modelcontextprotocol.io")], "which stand for others"),
        (
            [("gitlab", "https://git.example.com"), ("github", "https://git.example.com:8443")],
            "would share namespaces",
        ),
        (
            [("gitlab", "https://example.com"), ("github", "https://git.example.com")],
            "would share namespaces",
        ),
        ([("gitea", "https://git.example.com")], "github"),
    ],
)
def test_a_forge_speaks_for_nobody_elses_names(forges: list[tuple[str, str]], problem: str) -> None:
    text = "".join(f'[[forges]]\nkind = "{kind}"\nurl = "{url}"\n' for kind, url in forges)
    with pytest.raises(InputError, match=problem):
        parse_settings(text)


def test_a_forge_has_the_names_below_its_reversed_host() -> None:
    text = '[[forges]]\nkind = "github"\nurl = "https://Git.Example.com:8443/"\n'
    [forge] = parse_settings(text).forges
    assert (forge.parent, forge.host) == ("com.example.git", "git.example.com:8443")
    assert hosts_of((forge,)) == (("github", "git.example.com:8443"),)


def test_a_token_of_a_forge_is_named_and_never_written() -> None:
    text = '[[forges]]\nkind = "github"\nurl = "https://git.example.com"\ntoken_variable = "ghp_x"\n'
    with pytest.raises(InputError, match="not the name of a variable"):
        parse_settings(text)
