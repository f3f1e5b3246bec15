#!/usr/bin/env python3
"""Run what the image holds where no container engine runs: `python3 deploy/without_docker.py --port 8080`.

In a fresh folder, and as another user where root calls it, this does the Dockerfile's steps with the Dockerfile's own
files (.dockerignore, install, start, healthy.py), then starts processes of the app behind nginx with compose.yaml's
configuration (front). Debian: `apt-get install nginx python3-venv`. Ctrl-C ends everything. A process that dies is
started again.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180
Process = subprocess.Popen[bytes]


@dataclass
class Place:
    """A folder, the account that everything runs as, and the Python there."""

    folder: Path
    account: pwd.struct_passwd
    python: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Path:
        """The copy of the app."""
        return self.folder / "app"

    def run(self, command: list[str], log: IO[bytes] | None = None, **environment: str) -> Process:
        """Start a command there, as that account, in a process group of its own: Ctrl-C is ours."""
        return subprocess.Popen(
            command,
            cwd=self.app,
            env={**os.environ, **self.environment, **environment},
            stdout=log,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=True,
            user=self.account.pw_uid if is_root() else None,
            group=self.account.pw_gid if is_root() else None,
            extra_groups=() if is_root() else None,
        )

    def owned(self, path: Path) -> Path:
        """Hand a file or folder to the account."""
        if is_root():
            shutil.chown(path, self.account.pw_uid, self.account.pw_gid)
        return path

    def subfolder(self, name: str) -> Path:
        """A folder of the account's own."""
        (self.folder / name).mkdir(parents=True)
        return self.owned(self.folder / name)

    def log(self, name: str) -> IO[bytes]:
        """A file for what a process prints."""
        file = (self.folder / name).open("ab")
        self.owned(self.folder / name)
        return file


def is_root() -> bool:
    """Whether other accounts may be used."""
    return os.geteuid() == 0


def main() -> int:
    """Prepare, start, wait for the end; the exit status."""
    wish = arguments()
    server = find_nginx()
    folder = Path(wish.folder or tempfile.mkdtemp(prefix="upsampling-explainer-")).resolve()  # all runs inside it
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"without_docker: {folder} is not empty; give a fresh folder")
    place = Place(folder, pwd.getpwnam(wish.user), wish.python or str(folder / "venv" / "bin" / "python"))
    prepare(place, server)
    if not wish.python:
        print(f"installing into {folder / 'venv'} ...", flush=True)
        command = [str(place.app / "deploy" / "install"), str(folder / "venv"), wish.variant]
        if place.run(command, PYTHON=sys.executable).wait():
            sys.exit("without_docker: the installation failed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a script started this in the background
    running: dict[str, Process] = {}
    try:
        serve(place, wish.port, wish.replicas, running)
    except KeyboardInterrupt:
        print("stopping", flush=True)
    finally:
        stop(running)
    return 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=8080, help="where nginx listens (8080)")
    parser.add_argument("--replicas", type=int, default=2, help="processes of the app (2)")
    parser.add_argument("--variant", choices=("cpu", "cuda"), default="cpu", help="which build of torch (cpu)")
    parser.add_argument("--folder", help="a fresh folder for everything (a temporary one)")
    own = pwd.getpwuid(os.geteuid()).pw_name
    parser.add_argument("--user", default="nobody" if is_root() else own, help="the account (nobody; else your own)")
    parser.add_argument("--python", help="a Python that has everything already; nothing is installed then")
    return parser.parse_args()


def find_nginx() -> str:
    """The path of nginx, which Debian keeps where only root looks."""
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        sys.exit("without_docker: nginx is not installed (Debian: apt-get install nginx)")
    return found


def prepare(place: Place, server: str) -> None:
    """Copy what the image would hold, and hand the folder to the account."""
    place.folder.chmod(0o755)
    place.owned(place.folder)
    place.subfolder("app")
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for name in (line[1:] for line in lines if line.startswith("!")):
        source, target = ROOT / name, place.app / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    place.environment = {
        "HOME": str(place.subfolder("home")),
        "PATH": f"{os.environ.get('PATH', '')}:{Path(server).parent}",
        "STREAMLIT_SERVER_COOKIE_SECRET": os.environ.get("COOKIE_SECRET") or secrets.token_hex(32),
        "PYTHON": place.python,
    }


def serve(place: Place, port: int, replicas: int, running: dict[str, Process]) -> None:
    """Start everything, then watch over it until a signal comes."""
    ports = [free_port() for _ in range(replicas)]
    for number, own in enumerate(ports, 1):
        place.subfolder(f"tmp-{number}")
        running[f"app-{number}"] = start(place, number, own)
    for number, own in enumerate(ports, 1):
        wait_for(place, number, own)
    addresses = " ".join(f"127.0.0.1:{own}" for own in ports)
    command = [str(place.app / "deploy" / "front"), str(place.folder / "front")]
    front = place.run(command, place.log("front.log"), REPLICAS=addresses, LISTEN=str(port))
    running["front"] = front
    wait_until_open(port, front, place.folder / "front.log")
    print(f"open http://127.0.0.1:{port}", flush=True)
    while front.poll() is None:
        time.sleep(1)
        for number, own in enumerate(ports, 1):
            if running[f"app-{number}"].poll() is not None:
                print(f"app-{number} ended; it is started again", flush=True)
                running[f"app-{number}"] = start(place, number, own)
    sys.exit(f"without_docker: nginx ended; see {place.folder / 'front.log'}")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(place: Place, number: int, port: int) -> Process:
    """One process of the app."""
    temporary = place.folder / f"tmp-{number}"
    command = [str(place.app / "deploy" / "start"), str(port)]
    process = place.run(command, place.log(f"app-{number}.log"), TMPDIR=str(temporary))
    print(f"app-{number}: process {process.pid}, port {port}", flush=True)
    return process


def wait_for(place: Place, number: int, port: int) -> None:
    """Wait until it answers, by the image's own health check."""
    command = [place.python, str(place.app / "deploy" / "healthy.py"), str(port), str(START_SECONDS)]
    if place.run(command, TMPDIR=str(place.folder / f"tmp-{number}")).wait():
        sys.exit(f"without_docker: app-{number} does not answer; see {place.folder / f'app-{number}.log'}")


def wait_until_open(port: int, front: Process, log: Path) -> None:
    """Wait until nginx listens."""
    while front.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    sys.exit(f"without_docker: nginx did not start: {log.read_text(encoding='utf-8').strip()}")


def stop(running: dict[str, Process]) -> None:
    """End all that was started: asked first, then made to."""
    for process in running.values():
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
    for process in running.values():
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
