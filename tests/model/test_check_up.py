"""What a machine has for plitka."""

import dataclasses
import socket
from collections.abc import Iterator

import pytest
import torch

from plitka.core.recipes.recipe import Notice
from plitka.errors import DeviceUnavailable, MissingFile
from plitka.model import check_up as module
from plitka.model.bundle import find_bundle
from plitka.model.check_up import Finding, check_up
from plitka.model.parts import HubBase


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
