"""Small things done often: checking one file, answering one request."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.builds import Row
from benchmarks.corpora import make_repository, servers
from benchmarks.processes import mcp_static, median, run

_SECONDS = 3.0
_CLIENTS = 4


def validate(work: Path) -> Iterator[Row]:
    """`validate` of one file, the whole process, beside a Python that does nothing."""
    file = work / "server.json"
    file.write_text(json.dumps(next(servers(1))))
    ours = [mcp_static("validate", file).seconds for _ in range(9)]
    bare = [run(sys.executable, "-c", "pass").seconds for _ in range(9)]
    yield (
        "`validate` of one file, whole process",
        f"{median(ours) * 1000:.0f} ms",
        f"{median(ours) / median(bare):.1f} × `python -c pass`",
    )


def serve(work: Path) -> Iterator[Row]:
    """Requests a second of `serve`, beside a Starlette application that answers one fixed page."""
    count = 27_000
    repository = make_repository(work / f"{count}.git", count)
    mcp_static("build", "--repo", repository, "--out", work / "served")
    page = work / "served/data/pages/all/0.json"
    fixed = (
        "import sys, uvicorn\nfrom starlette.responses import Response\n"
        "body = open(sys.argv[1], 'rb').read()\n"
        "async def app(scope, receive, send):\n"
        "    await Response(body, media_type='application/json')(scope, receive, send)\n"
        "uvicorn.run(app, port=int(sys.argv[2]), log_level='warning', lifespan='off', access_log=False)\n"
    )
    bare = subprocess.Popen([sys.executable, "-c", fixed, str(page), "8471"])
    command = Path(sys.executable).with_name("mcp-static")
    ours = subprocess.Popen(
        [str(command), "serve", "--out", str(work / "served"), "--port", "8472"],
        stdout=subprocess.DEVNULL,
    )
    try:
        for port in (8471, 8472):
            _wait_for(port)
        base = _rate(8471, "/")
        for what, path in {
            "a stored page": "/v0.1/servers?limit=100",
            "limit=30": "/v0.1/servers",
            "one version": _one_version(page),
            "search, 27,000 versions": "/v0.1/servers?search=weather&version=latest",
        }.items():
            rate = _rate(8472, path)
            yield (
                f"`serve`: {what}",
                f"{rate:,.0f} requests/s",
                f"{rate / base:.2f} × a fixed page by Starlette ({base:,.0f})",
            )
    finally:
        for process in (bare, ours):
            process.terminate()
            process.wait()


def _one_version(page: Path) -> str:
    server = json.loads(page.read_bytes())["servers"][0]["server"]
    return f"/v0.1/servers/{server['name'].replace('/', '%2F')}/versions/{server['version']}"


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            _get(http.client.HTTPConnection("127.0.0.1", port), "/v0.1/ping")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nothing listens on port {port}")


def _get(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    connection.getresponse().read()


def _rate(port: int, path: str) -> float:
    """Requests a second that a few clients of this machine get, each on one connection."""
    until = time.perf_counter() + _SECONDS
    counts = [0] * _CLIENTS

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < until:
            _get(connection, path)
            counts[number] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / _SECONDS
