"""What is shipped beside the app agrees with itself: image and script, locks and requirements, compose and nginx."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

from explainer.ui import navigation

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", lock, re.MULTILINE))


def test_image_and_script_do_the_same_steps() -> None:
    """Both install, start and ask for health by the same files, and copy the same list; so neither can drift."""
    image, script = read("Dockerfile"), read("deploy/without_docker.py")
    for step in ("install", "start", "healthy.py"):
        assert f"/app/deploy/{step}" in image and f'"deploy" / "{step}"' in script, step
    assert "COPY . /app" in image and '".dockerignore"' in script
    assert "pip install" not in image + script and "streamlit run" not in image + script
    assert 'deploy" / "front"' in script and "/deploy/front" in read("deploy/compose.yaml")


def test_everything_that_is_copied_is_there_and_the_app_needs_no_more() -> None:
    names = {line[1:] for line in read(".dockerignore").split() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in names)
    assert {"assets", "deploy", "explainer", "pages", ".streamlit", "streamlit_app.py"} <= names
    assert not names & {"tests", "training", "benchmarks", "docs", ".git"}


def test_the_locks_hold_what_is_required_and_nothing_without_a_checksum() -> None:
    whole, light = read("deploy/cuda.lock"), read("deploy/cpu.lock")
    required = pins(read("requirements.txt"))
    assert required.items() <= pins(whole).items()
    left_out = {name for name in pins(whole) if re.match(r"(torch|torchvision|triton|nvidia-.*|cuda-.*)$", name)}
    assert pins(light) == {name: pin for name, pin in pins(whole).items() if name not in left_out}
    blocks: Any = runpy.run_path(str(DEPLOY / "lock.py"))["blocks"]
    for lock in (whole, light):
        assert len(blocks(lock)) == len(pins(lock)) > 40
        assert all("--hash=sha256:" in one for one in blocks(lock))
        assert "://" not in lock and "index" not in lock


def test_compose_names_every_process_to_nginx() -> None:
    compose = read("deploy/compose.yaml")
    apps = re.findall(r"PORT: \"(\d+)\"\}\n.*ipv4_address: ([\d.]+)", compose)
    assert [f"{address}:{port}" for port, address in apps] == re.findall(r"REPLICAS: (.*)", compose)[0].split()
    assert len({port for port, _ in apps}) == len(apps) == compose.count("condition: service_healthy")
    assert compose.count("read_only: true") == 2 and "COOKIE_SECRET:?" in compose


def front(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `front` with something in nginx's place that only says what it was called with."""
    fake = folder / "bin" / "nginx"
    fake.parent.mkdir(exist_ok=True)
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    command = [str(DEPLOY / "front"), str(folder / "made")]
    return subprocess.run(command, env={"PATH": path, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_new_visitors_are_drawn_evenly_and_each_replica_has_all_others_behind_it(tmp_path: Path, count: int) -> None:
    addresses = [f"10.0.0.{number}:{8500 + number}" for number in range(1, count + 1)]
    done = front(tmp_path, REPLICAS=" ".join(addresses))
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("-p ")
    made = (tmp_path / "made" / "replicas.conf").read_text()
    shares = [float(one) for one in re.findall(r"([\d.]+)% \d+;", made)]
    assert len(shares) == count - 1 and all(abs(one - 100 / count) < 0.01 for one in shares)
    for number, own in enumerate(addresses, 1):
        (servers,) = re.findall(rf"upstream replica_{number} \{{(.*?)\}}", made, re.DOTALL)
        assert servers.split()[1] == own and servers.count("backup;") == count - 1
    assert "@" not in re.sub("#.*", "", (tmp_path / "made" / "nginx.conf").read_text())


def test_a_frame_of_another_site_needs_another_cookie(tmp_path: Path) -> None:
    front(tmp_path, REPLICAS="a:1 b:2", FRAME_ANCESTORS="https://moodle.test")
    made = (tmp_path / "made" / "nginx.conf").read_text()
    assert "frame-ancestors https://moodle.test" in made and "HttpOnly; SameSite=None; Secure; Partitioned" in made


def test_two_processes_on_one_port_are_refused_in_one_sentence(tmp_path: Path) -> None:
    done = front(tmp_path, REPLICAS="a:8501 b:8501")
    assert done.returncode == 2 and done.stderr == (
        "front: port 8501 stands in REPLICAS twice; each process needs a port of its own\n"
    )


def test_the_health_check_opens_the_root_first_and_pages_that_there_are() -> None:
    pages = runpy.run_path(str(DEPLOY / "healthy.py"))["PAGES"]
    known = {page.url_path for page in navigation.PAGES}
    assert pages[0] == "" and set(pages[1:]) <= known - {""} and len(set(pages)) == len(pages) > 1
    computing = {path.stem for path in (ROOT / "pages").glob("*.py") if "look_ahead" in path.read_text()}
    stems = {page.url_path: page.stem for page in navigation.PAGES}
    assert computing <= {stems[page] for page in pages if page}, "who computes ahead is asked to"
