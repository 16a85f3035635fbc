"""Host names in other scripts that look Latin, and those that are what they look like."""

import pytest
from mcp_static.model.lookalikes import only_looks_latin


@pytest.mark.parametrize(
    "host",
    [
        "\u0430\u0440\u0440\u04cf\u0435.com",  # apple, in Cyrillic: xn--80ak6aa92e.com
        "\u0435\u0440\u0456\u0441.com",  # epic: xn--e1awd7f.com
        "\u0441\u043e\u0440.io",  # cop
        "\u0441\u043e\u0440-2.io",
        "\u043e\u0441\u0430.org",  # a word as well, of which no reader under .org thinks
        "\u03bf\u03c5\u03bf.net",  # oyo, in Greek
        "\u0578\u057d\u057d\u0585.com",  # nuuo, in Armenian
        "\u0441\u043e\u0440.gr",  # Cyrillic, in Greece
        "\u0441\u043e\u0440.\u03b5\u03bb",
    ],
)
def test_letters_that_all_look_latin_are_found(host: str) -> None:
    label, _, top_level = host.partition(".")
    assert only_looks_latin(label, top_level)


@pytest.mark.parametrize(
    "host",
    [
        "\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",  # primer.rf
        "\u043f\u0440\u0438\u043c\u0435\u0440.com",
        "\u043c\u043e\u0441\u043a\u0432\u0430.com",
        "\u0441\u043e\u0440.\u0440\u0444",
        "\u0441\u043e\u0440.ua",
        "\u03bf\u03c5\u03bf.gr",
        "\u4f8b\u3048.jp",
        "\u4f8b\u3048.com",
        "\u30ed\u30b7\u30a2.com",
        "m\u00fcller.de",
        "caf\u00e9.com",
        "\u05e9\u05dc\u05d5\u05dd.com",
        "\u0939\u093f\u0928\u094d\u0926\u0940.com",
        "example.com",
        "2.com",
    ],
)
def test_names_that_are_what_they_look_like_are_left_alone(host: str) -> None:
    label, _, top_level = host.partition(".")
    assert not only_looks_latin(label, top_level)
