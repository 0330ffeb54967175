"""The wheel, alone: its page is served from an empty folder, by processes that can open no connection to elsewhere."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.conftest import MINI_PX, RECIPE, free_port, picture, wait_until

from plitka.serve import routes

ROOT = Path(__file__).parents[1]
NO_NETWORK = """
import socket

connect = socket.socket.connect
def connect_here(one, address):
    if one.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(f"there is no network: {address}")
    return connect(one, address)
socket.socket.connect = connect_here
"""
"""Every Python process that is started beside it reads this as `sitecustomize`."""
PATIENCE_S = 180
"""However busy the machine is; alone it is ready within seconds."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is unpacked, as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    (folder / "site/sitecustomize.py").write_text(NO_NETWORK, "utf-8")
    return folder / "site"


@pytest.fixture(scope="module")
def client(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Of the service that was started where nothing else is; the checkout is nowhere to be found for it."""
    empty = tmp_path_factory.mktemp("empty")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PLITKA_", "PYTHON"))}
    there: dict[str, Any] = {"cwd": empty, "env": environment | {"PYTHONPATH": str(installed)}}
    find = [sys.executable, "-c", "import plitka; print(plitka.__file__)"]
    assert Path(subprocess.check_output(find, text=True, **there).strip()).is_relative_to(installed)
    port = str(free_port())
    options = [
        "--port",
        port,
        "--data",
        str(empty / "data"),
        "--open-loopback",
        "--quiet",
        "--warm-up-px",
        str(MINI_PX),
    ]
    running = subprocess.Popen([sys.executable, "-m", "plitka", "serve", *options], **there)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as one:
            wait_until(lambda: running.poll() is not None or _is_ready(one), PATIENCE_S, every_s=0.2)
            assert running.poll() is None, "the service ended; what it said stands in the output"
            yield one
    finally:
        running.terminate()
        running.wait(60)


def _is_ready(client: httpx2.Client) -> bool:
    try:
        return client.get(routes.READY).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


def test_the_page_is_in_the_wheel(client: httpx2.Client) -> None:
    """With every file that it names, those of the floor, and both languages."""
    page = client.get("/", headers={"Accept": "text/html"})
    assert page.status_code == httpx2.codes.OK
    paths = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', page.text)
    (app,) = {path for path in paths if path.endswith("/app.js")}
    there = app.removesuffix("app.js")
    assert {there + "texts/en.js", there + "texts/ru.js"} <= set(paths)
    for path in (*paths, there + "panels/floor.js", there + "vendor/three.js"):
        assert client.get(path).status_code == httpx2.codes.OK, path


def test_its_own_model_paints(client: httpx2.Client) -> None:
    """What the wheel ships is enough for a picture."""
    order = {"recipe": RECIPE, "seed": 7, "width_px": MINI_PX, "height_px": MINI_PX, "steps": 3, "mode": "text"}
    job = client.post(routes.JOBS, json=order).json()
    place = routes.path_of(routes.JOB, job_id=job["id"])
    wait_until(lambda: client.get(place).json()["state"] in ("succeeded", "failed"), every_s=0.1)
    assert picture(client.get(f"{place}/image").content).size == (MINI_PX, MINI_PX)
