from pathlib import Path
from typing import Any

import pytest

from plitka.errors import BundleError
from plitka.model.base_facts import bundle_facts
from plitka.model.base_shapes import empty_networks
from plitka.model.bundle import Bundle, find_bundle
from plitka.model.rehearsal import rehearse


def _rehearsed(bundle: Bundle, part: str = "unet", **values: Any) -> None:  # noqa: ANN401
    facts = bundle_facts(bundle)
    facts.configs[part].update(values)
    rehearse(empty_networks(facts), facts.folder)


def test_a_sound_base_runs(tiny_bundle: Bundle, other_vae_bundle: Bundle) -> None:
    """With each kind of autoencoder, and nothing is raised."""
    _rehearsed(tiny_bundle)
    _rehearsed(other_vae_bundle)
    _rehearsed(find_bundle("mini"))


@pytest.mark.parametrize(
    ("part", "values", "reason"),
    [
        ("unet", {"norm_eps": "1e-5"}, "must be float"),
        ("unet", {"addition_time_embed_dim": 10}, "reduction dim"),
        ("vae", {"norm_num_groups": 4.0}, "must be int|object"),
        ("vae", {"scaling_factor": [0.13]}, "list"),
        ("vae", {"shift_factor": [1]}, "list"),
        ("vae", {"latents_mean": [0.0] * 3, "latents_std": [1.0] * 3}, "length 3"),
    ],
)
def test_networks_that_are_built_and_cannot_run_are_refused(
    tiny_bundle: Bundle, part: str, values: dict[str, Any], reason: str
) -> None:
    """With the folder, and what the library said."""
    with pytest.raises(BundleError, match=rf"base is not a usable SDXL base: .*{reason}") as caught:
        _rehearsed(tiny_bundle, part, **values)
    assert caught.value.path == Path(tiny_bundle.folder / "base")
