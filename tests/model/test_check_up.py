"""What a machine has for plitka."""

import dataclasses
import socket
from collections.abc import Iterator

import pytest
import torch

from plitka.core.recipes.recipe import Notice
from plitka.errors import DeviceUnavailable, MissingFile
from plitka.model import check_up as module
from plitka.model.base_facts import bundle_facts
from plitka.model.bundle import find_bundle
from plitka.model.check_up import Finding, check_up
from plitka.model.device import Placement
from plitka.model.parts import ControlPart, HubBase


def told(findings: Iterator[Finding] | list[Finding]) -> list[str]:
    """What was found, in English."""
    return [str(finding.told) for finding in findings]


def test_a_machine_without_a_gpu_makes_pictures_on_its_processor() -> None:
    """Nothing is missing; the model is named with its hash."""
    findings = list(check_up("mini", "cpu"))
    assert f"torch {torch.__version__}" in told(findings)[0]
    assert told(findings)[-2].startswith("pictures are made on cpu: ")
    assert told(findings)[-1] == f"{find_bundle('mini').label} is here"
    assert not any(finding.is_fatal for finding in findings)


@pytest.mark.parametrize(
    ("model", "device", "kind"), [("no/such/folder", "cpu", MissingFile), ("mini", "cuda:99", DeviceUnavailable)]
)
def test_what_no_picture_can_be_made_without_ends_it(model: str, device: str, kind: type[Exception]) -> None:
    """With the error that says what to do."""
    *well, last = check_up(model, device)
    assert isinstance(last.told, kind)
    assert last.is_fatal
    assert not any(finding.is_fatal for finding in well)


@pytest.mark.parametrize(
    ("free_gb", "expected", "has_advice"),
    [
        ((20, 7), "half of the guidance is computed on cuda:1", False),
        ((20, 6), "all of the guidance is computed on cuda:0, none on cuda:1", True),
        ((5, 20), "all of the guidance is computed on cuda:0, none on cuda:1", True),
    ],
)
def test_a_second_gpu_needs_room_for_a_copy(
    free_gb: tuple[float, float], expected: str, has_advice: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of SDXL's UNet, which has to have room on the first as well."""
    bundle = dataclasses.replace(find_bundle("mini"), base=HubBase(hub="owner/name", revision="0" * 40))
    monkeypatch.setattr(module, "free_bytes", lambda device: int(free_gb[device.index] * 1e9))
    placement = Placement(torch.device("cuda", 0), torch.float16, Notice("test"))
    finding = module._guidance(bundle, placement, torch.device("cuda", 1))
    assert str(finding.told).startswith(expected)
    assert (finding.advice is not None) == has_advice
    assert not finding.is_fatal


def test_a_model_that_takes_guidance_has_no_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told before room is looked for."""
    facts = bundle_facts(find_bundle("mini"))
    unet = {**facts.configs["unet"], "time_cond_proj_dim": 256}
    distilled = dataclasses.replace(facts, configs={**facts.configs, "unet": unet})
    monkeypatch.setattr(module, "bundle_facts", lambda *_, **__: distilled)
    placement = Placement(torch.device("cuda", 0), torch.float16, Notice("test"))
    finding = module._guidance(find_bundle("mini"), placement, torch.device("cuda", 1))
    assert "takes guidance as an input" in str(finding.advice)


def test_a_controlnet_is_copied_with_the_unet() -> None:
    """Its files count."""
    mini = find_bundle("mini")
    path = next(path for path in mini.files if path.startswith("base/vae/") and path.endswith(".safetensors"))
    controlled = dataclasses.replace(mini, controlnet=ControlPart(path="base/vae"))
    assert module._copied_bytes(controlled) >= module._copied_bytes(mini) + mini.files[path].n_bytes


def test_a_driver_without_a_torch_for_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing where there is no driver."""
    monkeypatch.setattr(torch.version, "cuda", None)
    for found, has_advice in (("/usr/bin/nvidia-smi", True), (None, False)):
        monkeypatch.setattr("shutil.which", lambda _, found=found: found)
        assert (module._torch().advice is not None) == has_advice


def test_a_torch_for_gpus_that_sees_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the CUDA that the driver must know."""
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    finding = module._torch()
    assert "13.0" in str(finding.told)
    assert finding.advice is not None
    assert "13.0" in str(finding.advice)


def test_the_hub_is_asked_where_a_base_lies_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers, does not answer, or must not be asked."""
    base = HubBase(hub="owner/name", revision="0" * 40)
    bundle = dataclasses.replace(find_bundle("mini"), base=base)
    monkeypatch.setattr(module, "find_bundle", lambda _: bundle)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        assert told(check_up("mini", "cpu"))[-1] == "the hub 127.0.0.1 answers"
    *_, last = check_up("mini", "cpu")
    assert str(last.told) == "the hub 127.0.0.1 cannot be reached"
    assert isinstance(last.advice, Notice)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE" in told(check_up("mini", "cpu"))[-1]
