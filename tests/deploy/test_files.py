"""What is in deploy/, as the programs that read it see it."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from tests.serve.conftest import program

from plitka.serve.settings import PREFIX, Settings, read_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
TEXTS = {
    str(path.relative_to(DEPLOY)): path.read_text("utf-8")
    for path in sorted(DEPLOY.rglob("*"))
    if path.is_file() and path.suffix != ".pyc"
}


def test_settings_that_are_named_are_there() -> None:
    """In any file, by their variables."""
    for name, text in TEXTS.items():
        for variable in set(re.findall(rf"{PREFIX}[A-Z_]+", text)) - {"PLITKA_HOME", "PLITKA_BUNDLE"}:
            assert variable.removeprefix(PREFIX).lower() in Settings.__dataclass_fields__, (name, variable)
    assert read_settings({"PLITKA_TRUSTED_PROXIES": ""}).trusted_proxies == ()


def instructions() -> list[tuple[str, str]]:
    """Of the container file, each with its words."""
    joined = TEXTS["container/Containerfile"].replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    pairs = [line.split(None, 1) for line in lines]
    return [(one[0], one[1]) for one in pairs]


def test_the_container_runs_as_nobody_in_particular() -> None:
    """By a number, so that a cluster can see that it is not root; with named versions, and all that is copied there."""
    found = instructions()
    assert {name for name, _ in found} <= {
        "FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK",
        "ENTRYPOINT", "CMD",
    }  # fmt: skip
    users = [words for name, words in found if name == "USER"]
    assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", users[-1])
    assert all(re.search(r":[0-9][\w.-]+", words) for name, words in found if name == "FROM")
    for name, words in found:
        if name in ("ENTRYPOINT", "CMD"):
            assert isinstance(json.loads(words), list)
        if name == "COPY" and "--from" not in words:
            assert all((DEPLOY.parent / source).exists() for source in words.split()[:-1])
    ignored = TEXTS["container/Containerfile.dockerignore"].splitlines()
    copied = {
        source for name, words in found if name == "COPY" and "--from" not in words for source in words.split()[:-1]
    }
    assert copied <= {line.removeprefix("!") for line in ignored if line.startswith("!")}


def test_the_shell_of_the_container_file_is_sound() -> None:
    """Each RUN, read by a shell."""
    for name, words in instructions():
        if name == "RUN":
            subprocess.run(["/bin/sh", "-n", "-c", words], check=True)


def test_compose_is_whole() -> None:
    """Every volume, secret and file that a part names is there; each root is read only, and none has a capability."""
    compose: dict[str, Any] = yaml.safe_load(TEXTS["container/compose.yml"])
    folder = DEPLOY / "container"
    assert set(compose["services"]) == {"plitka", "postgres", "redis", "prometheus", "grafana"}
    for name, part in compose["services"].items():
        assert part["read_only"], name
        assert part["cap_drop"] == ["ALL"], name
        assert "command" in part or "entrypoint" not in part, name  # that of the image goes with its entrypoint
        assert "build" in part or re.search(r":[0-9v]", part["image"]), name
        assert set(part.get("secrets", ())) <= set(compose["secrets"]), name
        for volume in part.get("volumes", ()):
            source = volume.split(":")[0]
            assert (folder / source).exists() if source.startswith(".") else source in compose["volumes"], volume
        assert set(part.get("depends_on", {})) <= set(compose["services"]), name
        assert all(port.startswith("127.0.0.1:") for port in part.get("ports", ())), name
    build = compose["services"]["plitka"]["build"]
    assert (folder / build["context"] / build["dockerfile"]).exists()


def test_the_unit_is_one_that_systemd_knows(tmp_path: Path) -> None:
    """All but for the program itself, which is not installed here."""
    text = TEXTS["systemd/plitka.service"].replace("/opt/plitka/bin/plitka", "/bin/true")
    (tmp_path / "plitka.service").write_text(text)
    words = [program("systemd-analyze"), "verify", "--man=no", str(tmp_path / "plitka.service")]
    told = subprocess.run(words, check=False, capture_output=True, text=True)
    assert (told.returncode, [line for line in told.stderr.splitlines() if "plitka" in line]) == (0, [])


def test_prometheus_reads_its_rules() -> None:
    """And its own file."""
    promtool = program("promtool")
    for words in (["rules", "alerts.yml"], ["config", "--syntax-only", "prometheus.yml"]):
        told = subprocess.run(
            [promtool, "check", *words], check=False, capture_output=True, text=True, cwd=DEPLOY / "prometheus"
        )
        assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("name", [name for name in TEXTS if name.endswith((".yml", ".json"))])
def test_the_others_can_be_read(name: str) -> None:
    """As YAML, of which JSON is a part."""
    assert yaml.safe_load(TEXTS[name])


def applications(name: str) -> list[dict[str, Any]]:
    """What a file has Ray run."""
    told = yaml.safe_load(TEXTS[name])
    if name.endswith("kuberay.yaml"):
        told = yaml.safe_load(told["spec"]["serveConfigV2"])
    from ray.serve.schema import ServeDeploySchema

    found: list[dict[str, Any]] = ServeDeploySchema.model_validate(told).model_dump(exclude_unset=True)["applications"]
    return found


@pytest.mark.parametrize("name", ["ray/local.yaml", "ray/kuberay.yaml"])
def test_ray_understands_its_files(name: str) -> None:
    """And the application its arguments; the deployments that are named are there, and so are the models."""
    from plitka.model.bundle import find_bundle
    from plitka.ray_app.application import Arguments, app

    (one,) = applications(name)
    assert one["import_path"] == "plitka.ray_app:app"
    front = app(Arguments.model_validate(one["args"]))._bound_deployment
    assert [deployment["name"] for deployment in one["deployments"]] == [front.name]
    for model in one["deployments"][0]["user_config"]["models"]:
        assert find_bundle(model).name == model


def test_kuberay_gives_each_group_what_its_painters_need() -> None:
    """The same secrets and data on each node; a GPU where painters are, and none for the head."""
    told = yaml.safe_load(TEXTS["ray/kuberay.yaml"])["spec"]["rayClusterConfig"]
    groups = [told["headGroupSpec"], *told["workerGroupSpecs"]]
    pods = [group["template"]["spec"] for group in groups]
    assert all(pod["containers"][0]["envFrom"] == pods[0]["containers"][0]["envFrom"] for pod in pods)
    gpus = [pod["containers"][0]["resources"]["limits"].get("nvidia.com/gpu") for pod in pods]
    assert gpus == [None, "1"]
    assert all(pod["securityContext"]["runAsNonRoot"] for pod in pods)
