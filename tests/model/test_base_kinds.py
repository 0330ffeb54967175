from typing import Any

import pytest

from plitka.model.base_kinds import Distilled, recognise_distilled

EULER: dict[str, Any] = {"_class_name": "EulerDiscreteScheduler"}


@pytest.mark.parametrize(
    ("name", "scheduler", "unet", "metadata", "expected"),
    [
        ("sdxl-turbo", EULER, {}, {}, Distilled("turbo", 4, 1.0)),
        ("SDXL-Lightning", EULER, {}, {}, Distilled("lightning", 4, 1.0)),
        ("sdxl_lightning_8step", EULER, {}, {}, Distilled("lightning", 8, 1.0)),
        ("Hyper-SDXL-1step-Unet", EULER, {}, {}, Distilled("hyper", 1, 1.0)),
        ("realvisxl_dmd2", EULER, {}, {}, Distilled("dmd2", 4, 1.0)),
        ("dreamshaperXL_turboDPMSDE", EULER, {}, {}, Distilled("turbo", 4, 1.0)),
        ("base", {"_class_name": "LCMScheduler"}, {}, {}, Distilled("lcm", 6, 1.0)),
        ("base", {"_class_name": "TCDScheduler"}, {}, {}, Distilled("tcd", 8, 1.0)),
        ("base", EULER, {"time_cond_proj_dim": 256}, {}, Distilled("lcm", 6, 8.0)),
        ("base", EULER, {}, {"modelspec.title": "My Lightning 4-step"}, Distilled("lightning", 4, 1.0)),
        ("stable-diffusion-xl-base-1.0", EULER, {"time_cond_proj_dim": None}, {}, None),
        ("turbocharger", EULER, {}, {}, None),
    ],
)
def test_distilled_bases_are_known(
    name: str,
    scheduler: dict[str, Any],
    unet: dict[str, Any],
    metadata: dict[str, str],
    expected: Distilled | None,
) -> None:
    """By their scheduler, by a UNet that takes the guidance, by the header's title, or by a word of the name."""
    assert recognise_distilled(name, scheduler, unet, metadata) == expected
