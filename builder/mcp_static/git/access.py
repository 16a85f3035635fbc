"""How Git is let in to a remote with a token."""

import base64


def access(url: str, token: str | None, user: str = "x-access-token") -> dict[str, str]:
    """The environment in which git may speak to a URL with a token, which no file then holds."""
    if not token or not url.startswith("https://"):
        return {}
    host = "/".join(url.split("/")[:3])
    secret = base64.b64encode(f"{user}:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{host}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
    }
