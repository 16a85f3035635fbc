"""What may be shown of other people's text."""

import pytest
from mcp_static.model.terminal import quoted, shown_address, without_credentials


@pytest.mark.parametrize("password", ["secret", "se@cret", "se:cret@", "@"])
def test_no_part_of_a_password_is_shown(password: str) -> None:
    address = f"https://alice:{password}@git.example.com/weather.git"
    assert shown_address(address) == "https://git.example.com/weather.git"
    assert without_credentials(f"git fetch {address} a@b") == (
        "git fetch https://git.example.com/weather.git a@b"
    )


def test_a_long_value_is_cut_where_it_is_quoted() -> None:
    assert quoted("a" * 60) == repr("a" * 60)
    assert quoted("é" * 61) == ascii("é" * 57 + "...")
