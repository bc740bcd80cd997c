"""Where OpenTofu and Terraform get providers and modules in tests: a folder, or the registries themselves."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen

from tutor_launchpad.core.infrastructure.tools import REGISTRIES

SETTING = "LAUNCHPAD_TEST_PROVIDERS"


def registries_answer() -> bool:
    """Whether both can be reached from here."""
    try:
        for host in REGISTRIES.values():
            with urlopen(f"https://{host}/.well-known/terraform.json", timeout=5):
                pass
    except (URLError, TimeoutError):
        return False
    return True


@contextmanager
def mirrored(folder: Path, scratch: Path) -> Iterator[dict[str, str]]:
    """The environment in which both programs take providers and modules from a folder, and nothing from elsewhere."""
    with _modules_of(folder / "github.com") as address:
        settings = scratch / "mirror.tfrc"
        settings.write_text(_configuration(folder, address))
        git = scratch / "gitconfig"
        git.write_text(
            f'[url "file://{folder}/github.com/"]\n\tinsteadOf = https://github.com/\n[safe]\n\tdirectory = *\n'
        )
        yield {"TF_CLI_CONFIG_FILE": str(settings), "GIT_CONFIG_GLOBAL": str(git), "GIT_CONFIG_NOSYSTEM": "1"}


def _configuration(folder: Path, modules: str) -> str:
    mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder}"\n  }}\n}}\n'
    hosts = (f'host "{host}" {{\n  services = {{ "modules.v1" = "{modules}" }}\n}}\n' for host in REGISTRIES.values())
    return mirror + "".join(hosts)


@contextmanager
def _modules_of(repositories: Path) -> Iterator[str]:
    """A registry of modules: OWNER/NAME/PROVIDER is the repository OWNER/terraform-PROVIDER-NAME, as in the public one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.fullmatch(r"/([\w-]+)/([\w-]+)/([\w-]+)/(?:versions|([\w.-]+)/download)", self.path)
            repository = found and f"{found[1]}/terraform-{found[3]}-{found[2]}"
            if not found or not (repositories / f"{repository}.git").exists():
                self.send_error(404)
            elif found[4]:
                self.send_response(204)
                self.send_header("X-Terraform-Get", f"git::https://github.com/{repository}.git?ref=v{found[4]}")
                self.end_headers()
            else:
                self._answer({"modules": [{"versions": _versions(repositories / f"{repository}.git")}]})

        def _answer(self, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def _versions(repository: Path) -> list[dict[str, str]]:
    ran = subprocess.run(["git", "-c", "safe.directory=*", "tag"], cwd=repository, capture_output=True, text=True,
                         check=True, timeout=60, env={"PATH": os.environ["PATH"]})  # fmt: skip
    return [{"version": tag[1:]} for tag in ran.stdout.split() if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
