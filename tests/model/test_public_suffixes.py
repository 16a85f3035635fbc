"""The Public Suffix List, of which only what concerns a domain is parsed."""

from importlib.resources import files

import pytest
from mcp_static.model.public_suffixes import is_below_known_suffix, registrable_domain
from publicsuffixlist import PublicSuffixList


@pytest.fixture(scope="module")
def whole() -> PublicSuffixList:
    return PublicSuffixList()


@pytest.mark.parametrize("last", ["com", "io", "uk", "jp", "ck", "hk", "xn--p1ai", "рф", "unlisted"])
def test_a_part_of_the_list_answers_as_the_whole_does(whole: PublicSuffixList, last: str) -> None:
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    rules = [rule.lstrip("!*.") for rule in text.splitlines() if rule.endswith(last)]
    for rule in {*rules, last, f"{last}.", "", "."}:
        for domain in (rule, f"one.{rule}", f"two.one.{rule}", f"three.two.one.{rule}"):
            assert registrable_domain(domain) == whole.privatesuffix(domain)
            known = whole.privatesuffix(domain, accept_unknown=False) is not None
            assert is_below_known_suffix(domain) == known
