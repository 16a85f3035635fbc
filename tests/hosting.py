"""The hosts as real servers on loopback, each serving what `build --host` made for it."""

import os
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcp_static.build.build import BuildOptions, build
from mcp_static.hosts.hosts import host_named
from mcp_static.settings import parse_settings

from tests.registries import Registry
from tests.servers import PROJECT, serve_in_background

NODE_MODULES = PROJECT / "tests" / "node" / "node_modules"
_WORKERD = {"x86_64": "workerd-linux-64", "aarch64": "workerd-linux-arm64"}
_WAIT = 30.0


@dataclass(frozen=True)
class Hosted:
    """A registry as one host serves it: its address, and the folder it comes from."""

    url: str
    out: Path


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Site:
    """A registry's repository copied for one host, with an address and folders of its own."""

    folder: Path
    name: str
    port: int
    repository: Path
    path: str = ""

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def out(self) -> Path:
        """What is built."""
        return self.folder / "dist"

    def registry(self) -> Registry:
        """The repository, to go on with."""
        return Registry(self.repository)

    def build(self) -> None:
        """Build the newest commit for the host."""
        text = subprocess.run(
            ["git", "-C", str(self.repository), "show", "main:registry.toml"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        target = host_named(self.name).target(parse_settings(text))
        build(BuildOptions(repository=self.repository, out=self.out, workers=1, target=target))


def site_of(
    registry: Registry,
    folder: Path,
    name: str,
    path: str = "",
    more: str = "searches_per_second = 0\n",
) -> Site:
    """A copy of a registry, built for a host; `more` are settings of `[hosting]`."""
    folder.mkdir(parents=True)
    repository = folder / "registry.git"
    shutil.copytree(registry.path, repository)
    site = Site(folder, name, free_port(), repository, path)
    site.registry().commit(
        {
            "registry.toml": (
                f'title = "A registry"\nurl = "{site.url}"\nnamespace = "com.example.registry"\n'
                f'repository = "https://github.com/example/registry"\n'
                f'[security]\ncontact = ["mailto:security@example.com"]\n'
                f'[hosting]\nroot = "{site.out}"\n{more}'
            )
        }
    )
    site.build()
    return site


@contextmanager
def running(command: list[str], port: int, log: Path, **environment: str) -> Iterator[None]:
    """A server process until it is no longer needed; ended by its own process id."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=written, env={**os.environ, **environment}
        )
        try:
            deadline = time.monotonic() + _WAIT
            while True:
                assert process.poll() is None, log.read_text()
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def tool(name: str) -> str:
    """A program that the tests need; missing, they fail."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"{name} is missing: make test-tools"
    return found


def nginx_command(folder: Path, body: str, access_log: str = "access_log off;") -> list[str]:
    """nginx with a configuration for its `http` block, in a folder of its own.

    `access_log` are the directives that say what it writes down of each request.
    """
    modules = "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;\n"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{modules}{'user root;' if os.geteuid() == 0 else ''}\n"
        f"daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{access_log}\n{temporary}{body}\n}}\n"
    )
    return [tool("nginx"), "-c", str(configuration), "-p", str(folder)]


@contextmanager
def nginx(site: Site) -> Iterator[Hosted]:
    """nginx with the configuration that was built, by program or by rules."""
    command = nginx_command(site.folder, f"include {site.out}/host/nginx.conf;")
    with running(command, site.port, site.folder / "nginx.log"):
        yield Hosted(site.url, site.out)


@contextmanager
def caddy(site: Site) -> Iterator[Hosted]:
    """Caddy with the configuration that was built."""
    configuration = site.folder / "Caddyfile"
    configuration.write_text(f"{{\n\tadmin off\n}}\nimport {site.out}/host/Caddyfile\n")
    command = [tool("caddy"), "run", "--config", str(configuration), "--adapter", "caddyfile"]
    home = str(site.folder)
    with running(command, site.port, site.folder / "caddy.log", HOME=home, XDG_DATA_HOME=home):
        yield Hosted(site.url, site.out)


APACHE_MODULES = (
    "mpm_event", "authz_core", "alias", "dir", "mime", "filter", "deflate", "headers", "rewrite", "setenvif",
)  # fmt: skip


@contextmanager
def apache(site: Site) -> Iterator[Hosted]:
    """Apache with the configuration that was built, with Debian's own modules."""
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in APACHE_MODULES
    )
    configuration = site.folder / "apache.conf"
    configuration.write_text(
        f"ServerRoot {site.folder}\nPidFile {site.folder}/apache.pid\nErrorLog {site.folder}/error.log\n"
        f"{modules}ServerName 127.0.0.1\nTypesConfig /etc/mime.types\n"
        f"Mutex file:{site.folder}\nStartServers 1\nThreadsPerChild 8\nMaxRequestWorkers 16\n"
        f"<Directory />\nRequire all denied\n</Directory>\nInclude {site.out}/host/apache.conf\n"
    )
    # Root it refuses to be, and anybody else reads nothing of ours: root it is, under another number.
    disguise = ["unshare", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    command = [*disguise, tool("apache2"), "-DFOREGROUND", "-f", str(configuration)]
    with running(command, site.port, site.folder / "apache.log"):
        yield Hosted(site.url, site.out)


ASSETS_DOUBLE = """
// Workers' static assets as documented, over workerd's disk service: an ETag of the content, a type
// by extension, 404 without a body for what is no file, 307 for addresses spelt another way.
const canonical = (path) => path.split('/').map((part) => encodeURIComponent(decodeURIComponent(part))).join('/');
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const path = canonical(url.pathname);
    if (path !== url.pathname) return new Response(null, { status: 307, headers: { Location: path } });
    if (url.pathname.startsWith('/host/')) return new Response(null, { status: 404 });
    const found = await env.DISK.fetch(new Request(request.url, { method: 'GET' }));
    // The disk lists folders; a file's type it does not know.
    if (found.status !== 200 || found.headers.get('Content-Type') === 'application/json') {
      return new Response(null, { status: 404 });
    }
    const body = await found.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('MD5', body));
    const tag = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const headers = { ETag: `"${tag}"`, 'Cache-Control': 'public, max-age=0, must-revalidate' };
    if (path.endsWith('.json')) headers['Content-Type'] = 'application/json';
    return new Response(body, { headers });
  },
};
"""


@contextmanager
def workerd(site: Site, reads: int = 1000) -> Iterator[Hosted]:
    """The Worker in the real runtime, over a double of static assets."""
    folder = site.folder / f"workerd-{reads}"
    shutil.copytree(site.out / "host" / "edge", folder)
    (folder / "double.js").write_text(ASSETS_DOUBLE)
    names = [name.name for name in sorted(folder.glob("*.js"), key=lambda p: p.name != "assets.js")]
    modules = ", ".join(
        f'(name = "{name}", esModule = embed "{name}")' for name in names if name != "double.js"
    )
    (folder / "config.capnp").write_text(
        f"""using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .registry),
    (name = "assets", worker = .assets),
    (name = "disk", disk = (path = "{site.out.resolve()}", writable = false, allowDotfiles = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:{site.port}", http = (), service = "main")],
);
const registry :Workerd.Worker = (
  modules = [{modules}],
  compatibilityDate = "2026-04-01",
  bindings = [(name = "ASSETS", service = "assets"), (name = "READS", text = "{reads}"),
    (name = "BASE", text = "{site.path}")],
);
const assets :Workerd.Worker = (
  modules = [(name = "double.js", esModule = embed "double.js")],
  compatibilityDate = "2026-04-01",
  bindings = [(name = "DISK", service = "disk")],
);
"""
    )
    program = NODE_MODULES / "@cloudflare" / _WORKERD[platform.machine()] / "bin" / "workerd"
    command = [str(program), "serve", str(folder / "config.capnp")]
    with running(command, site.port, site.folder / "workerd.log"):
        yield Hosted(site.url, site.out)


@contextmanager
def node(site: Site) -> Iterator[Hosted]:
    """The edge program in Node, over the folder itself."""
    program = PROJECT / "site" / "edge" / "folder.js"
    command = [tool("node"), str(program), str(site.out), str(site.port), site.path]
    with running(command, site.port, site.folder / "node.log"):
        yield Hosted(site.url, site.out)


@contextmanager
def embedded(site: Site) -> Iterator[Hosted]:
    """`mcp-static serve`."""
    with serve_in_background(site.out) as served:
        assert served.url.endswith(site.path)
        yield Hosted(served.url, site.out)


Starting = Callable[[Site], AbstractContextManager[Hosted]]
