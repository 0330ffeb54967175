import json
from pathlib import Path

import pytest

from plitka.errors import BundleError, MissingFile, PickleFile
from plitka.model.base_files import (
    NETWORKS,
    Weights,
    check_weights,
    choose_weights,
    folder_names,
    stated_weights,
    weight_patterns,
)

STEMS = {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model"}


def whole(variant: str, *parts: str) -> list[str]:
    """One file for each network."""
    return [f"{part}/{STEMS.get(part, 'model')}{variant}.safetensors" for part in parts or NETWORKS]


def chosen(names: list[str], asked: str | None = None) -> dict[str, str]:
    """The variant of each network."""
    return {part: one.variant for part, one in choose_weights(names, "owner/name", asked).items()}


@pytest.mark.parametrize(
    ("names", "asked", "variants"),
    [
        (whole(".fp16") + whole(""), None, ["fp16"] * 4),
        (whole(""), None, [""] * 4),
        (whole(".bf16") + whole(""), None, [""] * 4),
        (whole(".bf16"), None, ["bf16"] * 4),
        (whole(".bf16") + whole(".fp16"), "bf16", ["bf16"] * 4),
        (whole(".fp16") + whole(""), "", [""] * 4),
        (whole(".fp16", "unet") + whole("", "vae", "text_encoder", "text_encoder_2"), None, ["fp16", "", "", ""]),
        (whole(".ema", "unet") + whole(".fp16", *NETWORKS[1:]), None, ["ema", "fp16", "fp16", "fp16"]),
        (whole(".bf16", "unet") + whole(".fp16"), "bf16", ["bf16", "fp16", "fp16", "fp16"]),
    ],
)
def test_each_network_has_the_best_of_its_variants(names: list[str], asked: str | None, variants: list[str]) -> None:
    """The asked one, else float16, else files without a variant, else bfloat16, else whatever there is."""
    assert chosen(names, asked) == dict(zip(NETWORKS, variants, strict=True))


def test_a_variant_that_no_network_has_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(BundleError, match="no files of the variant 'fp8'; it has '', 'fp16'"):
        chosen(whole("", "vae") + whole(".fp16"), "fp8")


def test_shards_count_with_their_index_only() -> None:
    """Without it nobody knows how many there should be."""
    shards = [f"unet/diffusion_pytorch_model.fp16-0000{n}-of-00002.safetensors" for n in (1, 2)]
    others = whole(".fp16", *NETWORKS[1:])
    with pytest.raises(MissingFile, match="unet has no weights"):
        chosen([*shards, *others])
    index = "unet/diffusion_pytorch_model.safetensors.index.fp16.json"
    found = choose_weights([*shards, index, *others], "x")["unet"]
    assert found == Weights("fp16", tuple(shards), (index,))


@pytest.mark.parametrize("ending", ["bin", "fp16.bin", "ckpt"])
def test_pickles_alone_are_refused_with_the_way_to_convert(ending: str) -> None:
    """And with the file."""
    names = [*whole("", *NETWORKS[:3]), f"text_encoder_2/pytorch_model.{ending}"]
    with pytest.raises(PickleFile, match=rf"text_encoder_2 has .*pytorch_model\.{ending}.*save_pretrained"):
        chosen(names)


def test_what_a_manifest_names_must_be_there(tmp_path: Path) -> None:
    """Another variant is no substitute."""
    assert stated_weights(whole(""), tmp_path, {"unet": ""})["unet"].files == tuple(whole("", "unet"))
    with pytest.raises(MissingFile, match="vae has no weights of the variant 'fp16'"):
        stated_weights(whole(""), tmp_path, {"unet": "", "vae": "fp16"})


@pytest.mark.parametrize("names", [["../x.safetensors"], ["/x.safetensors"], ["x.bin"], [7], []])
def test_an_index_names_nothing_outside_of_its_folder(tmp_path: Path, names: list[object]) -> None:
    """Nor a pickle, nor nothing at all."""
    (tmp_path / "unet").mkdir()
    index = tmp_path / "unet" / "i.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {str(n): name for n, name in enumerate(names)}}))
    with pytest.raises(BundleError, match="an index names the shards beside it"):
        check_weights(tmp_path, {"unet": Weights("", (), ("unet/i.json",))})


@pytest.mark.parametrize("variant", ["", "fp16", "bf16"])
def test_patterns_fetch_one_variant_and_no_other(variant: str) -> None:
    """The whole file, and shards by both customs."""
    between = f".{variant}" if variant else ""
    patterns = weight_patterns("vae", variant)
    assert f"vae/diffusion_pytorch_model{between}.safetensors" in patterns
    others = whole(".fp8", "vae") + whole(".non_ema", "vae") + ["vae/diffusion_pytorch_model.bin", "vae/x.safetensors"]
    assert not any(Path(name).match(pattern) for name in others for pattern in patterns)
    assert any(Path(f"vae/diffusion_pytorch_model{between}-00001-of-00002.safetensors").match(one) for one in patterns)


def test_only_the_networks_folders_are_listed(tmp_path: Path) -> None:
    """No deeper ones."""
    for name in ("unet/a.json", "vae/b.txt", "safety_checker/c.json", "unet/deep/d.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert folder_names(tmp_path) == ["unet/a.json", "vae/b.txt"]
