"""Sources over HTTP: how they are asked, what they are told, and what they cannot do."""

from typing import Any

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.errors import InputError
from mcp_static.settings import parse_settings
from mcp_static.syncing import reading

from tests.syncing.sources import MAPS, WEATHER, Mirror, Source, entry, said, serving, table


def test_a_few_names_are_asked_for_one_by_one_and_patterns_by_a_walk(mirror: Mirror) -> None:
    with serving(Source(entry(), entry(version="2.0.0"), entry(MAPS))) as source:
        mirror.configure(table(source.url, WEATHER, "com.example/nope"))
        result = mirror.sync()
        assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0"}
        assert len(source.asked) == 2
        assert said(result, "no-match")[0].startswith("com.example/nope ")
        mirror.configure(table(f"{source.url}/v0.1/servers/", "com.example/*"))
        source.asked.clear()
        mirror.sync()
        # Once for the list, and once to see that it reads queries: it refuses a limit of 0.
        assert [path.partition("?")[0] for path in source.asked] == ["/v0.1/servers"] * 2
        assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0", f"{MAPS}@1.0.0"}


@pytest.mark.parametrize("include", [WEATHER, "com.example/*"])
@pytest.mark.parametrize("status", [404, 500, 401])
def test_a_source_that_does_not_answer_withdraws_nothing(
    mirror: Mirror, include: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)
    with serving(Source(entry())) as source:
        mirror.configure(table(source.url, include))
        mirror.sync()
        source.fails_with = status
        result = mirror.sync()
    assert (len(result.made), result.report.exit_code) == (0, 3)
    assert mirror.served == {f"{WEATHER}@1.0.0"}


def test_a_source_that_is_not_there_fails_alone(mirror: Mirror) -> None:
    with serving(Source(entry())) as source:
        gone = Source()
        with serving(gone):
            pass
        mirror.configure(table(gone.url, MAPS), table(source.url, WEATHER))
        result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    assert result.report.exit_code == 3


@pytest.mark.parametrize("include", [WEATHER, "com.example/*"])
def test_credentials_come_from_the_environment_and_are_printed_nowhere(
    mirror: Mirror, include: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(entry())
    source.token = "s3cret-t0ken"
    with serving(source):
        mirror.configure(table(source.url, include, credentials="SOURCE_TOKEN"))
        monkeypatch.delenv("SOURCE_TOKEN", raising=False)
        result = mirror.sync()
        assert "SOURCE_TOKEN" in said(result, "source")[0]
        assert result.report.exit_code == 3
        monkeypatch.setenv("SOURCE_TOKEN", "wrong")
        result = mirror.sync()
        assert "answers 401 (no)" in said(result, "source")[0]
        (fix,) = [one.fix for one in result.plan.findings[source.url] if one.id == "source"]
        assert fix.startswith("Renew what the variable SOURCE_TOKEN holds")
        assert "wrong" not in repr(result.report)
        monkeypatch.setenv("SOURCE_TOKEN", source.token + "\n")
        result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    assert source.token not in repr(result)
    assert source.token not in mirror.registry.git("log", "-p", "--all")


@pytest.mark.parametrize("include", [WEATHER, "com.example/*"])
def test_what_no_schema_has_is_left_out_and_named_once(mirror: Mirror, include: str) -> None:
    odd = entry(repository={}, title="", icons=[{"src": "https://example.com/i", "theme": "blue"}])
    with serving(Source(odd)) as source:
        mirror.configure(table(source.url, include))
        result = mirror.sync()
        assert mirror.served == {f"{WEATHER}@1.0.0"}
        assert len(said(result, "empty")) == 2
        assert "icons[0].theme is left out" in said(result, "format")[0]
        again = mirror.sync()
    assert again.made == ()
    assert said(again, "changed-bytes") == said(again, "empty") == []


@pytest.mark.parametrize("member", ["nextCursor", "hasMore"])
def test_a_first_page_of_a_servers_versions_is_not_taken_for_all(mirror: Mirror, member: str) -> None:
    class Cut(Source):
        def _list(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
            return {"servers": entries[:1], "metadata": {member: True}}

    with serving(Source(entry(), entry(version="2.0.0"))) as source:
        mirror.configure(table(source.url, WEATHER))
        mirror.sync()
        source.__class__ = Cut
        result = mirror.sync()
    assert "only the first page" in said(result, "source")[0]
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0"}


def test_credentials_do_not_follow_a_redirect_to_another_origin(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_TOKEN", "s3cret-t0ken")
    with serving(Source(entry())) as elsewhere, serving(Source()) as source:
        source.redirects_to = elsewhere.url
        mirror.configure(table(source.url, WEATHER, credentials="SOURCE_TOKEN"))
        mirror.sync()
        assert source.authorizations == ["Bearer s3cret-t0ken"]
        assert elsewhere.authorizations == [None]


def spoil(entry: dict[str, Any], how: str) -> dict[str, Any]:
    """An entry that is JSON, and that no registry should serve."""
    official = entry["_meta"][OFFICIAL_META]
    if how == "status message":
        official["statusMessage"] = "\ud800"
    elif how == "time":
        official["publishedAt"] = 10**400
    elif how == "name of a member":
        entry["server"]["\ud800"] = 1
    elif how == "size":
        entry["server"]["readme"] = "x" * 200_000
    else:
        nested: list[Any] = []
        for _ in range(600):
            nested = [nested]
        entry["server"]["_meta"] = nested
    return entry


@pytest.mark.parametrize("include", [(WEATHER, MAPS), ("com.example/*",)])
@pytest.mark.parametrize("how", ["status message", "time", "name of a member", "size", "depth"])
def test_an_entry_that_is_no_record_costs_only_itself(
    mirror: Mirror, include: tuple[str, ...], how: str
) -> None:
    with serving(Source(spoil(entry(MAPS), how), entry())) as source:
        mirror.configure('[blocked]\nhosts = ["evil.example"]', table(source.url, *include))
        result = mirror.sync()
    assert [one.partition(" 1.0.0 ")[0] for one in said(result, "entry")] == [MAPS]
    assert mirror.served == {f"{WEATHER}@1.0.0"}


def test_a_source_that_goes_on_for_ever_fails_alone(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_BYTES", 2_000)
    with serving(Source(entry(), entry(version="2.0.0"), entry(version="3.0.0"))) as endless:
        mirror.configure(table(endless.url, "com.example/w*"), table("maps.ndjson", MAPS))
        mirror.offer([entry(MAPS)], "maps.ndjson")
        monkeypatch.setattr(endless, "_list", lambda some: {"servers": some * 9, "metadata": {}})
        result = mirror.sync()
        assert "serves more than" in said(result, "source")[0]
        monkeypatch.setattr(reading, "_MOST_BYTES", 1 << 30)
        monkeypatch.setattr(reading, "_SECONDS", -1)
        assert "takes longer than" in said(mirror.sync(), "source")[0]
        monkeypatch.setattr(reading, "_SECONDS", 60)
        cursor = {"nextCursor": "c" * 5_000}
        monkeypatch.setattr(endless, "_list", lambda some: {"servers": some, "metadata": cursor})
        assert "a cursor of 5,000 characters" in said(mirror.sync(), "source")[0]
    assert mirror.served == {f"{MAPS}@1.0.0"}


def test_no_text_of_a_source_acts_in_a_commits_message(mirror: Mirror) -> None:
    """Forges close issues and skip pipelines by words in messages."""
    mirror.configure(table("source.ndjson", "com.example/*"))
    mirror.offer([entry(version="1.0 [skip ci] fixes #7")])
    mirror.sync()
    assert len(mirror.served) == 1
    mirror.offer([entry(version="1.0 [skip ci] fixes #7", status="deleted")])
    mirror.sync()
    messages = mirror.registry.git("log", "--format=%B")
    assert "1.0%20%5Bskip%20ci%5D%20fixes%20%237" in messages
    assert "#7" not in messages.replace("%237", "")
    assert "[skip ci]" not in messages


@pytest.mark.parametrize("pinned", [f"{WEATHER} @ 1.0.0", f"{WEATHER}@1.0.0"])
def test_a_pin_holds_however_it_is_written(mirror: Mirror, pinned: str) -> None:
    mirror.configure(table("source.ndjson", WEATHER, digests={pinned: "sha256:" + "1" * 64}))
    mirror.offer([entry()])
    assert "is pinned to" in said(mirror.sync(), "digest")[0]
    assert mirror.served == set()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('url = "https://user:pass@x.example.com"', "user name"),
        ('url = "https://x.example.com/?token=1"', "query"),
        ('url = "ftp://x.example.com"', "http"),
        ('url = "https://x.example.com"\nfile = "x"', "either"),
        ("include = []", "either"),
        ('file = "/etc/passwd"', "below"),
        ('file = "../x"', "below"),
        ('url = "http://x.example.com"\ncredentials = "TOKEN"', "https"),
        ('url = "https://x.example.com"\ncredentials = "s3cret token"', "environment variable"),
        ('url = "https://x.example.com"\ninclude = ["com.example"]', "pattern"),
        ('url = "https://x.example.com"\ninclude = ["com.example/x@latest"]', "changes by itself"),
        ('url = "https://x.example.com"\ninclude = ["com.example/x@^^2"]', "npm"),
        ('url = "https://x.example.com"\ndigests = {"com.example/x@1.0.0" = "md5:1"}', "sha256"),
        ('url = "https://x.example.com"\ndigests = {"com.example/x" = "sha256:1"}', "one version"),
        ('url = "https://x.example.com"\napprove = "maybe"', "approve"),
        (
            f'url = "https://x.example.com"\ndigests = {{"com.example/x@^1" = "sha256:{"1" * 64}"}}',
            "one version",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        parse_settings(f"[[sources]]\n{settings}\n")
    assert "s3cret" not in str(refused.value)
    assert "pass@" not in str(refused.value)
