from plitka.model.parts import FileBase, HubBase, LocalBase


def test_a_base_has_one_variant_unless_a_network_has_another() -> None:
    """Float16 unless it is said otherwise; of the networks that are asked for."""
    assert LocalBase(path="base").by_part(["unet", "vae"]) == {"unet": "fp16", "vae": "fp16"}
    mixed = HubBase(hub="owner/name", revision="0" * 40, variant="bf16", variants={"vae": ""})
    assert mixed.by_part(["unet", "vae", "text_encoder"]) == {"unet": "bf16", "vae": "", "text_encoder": "bf16"}


def test_a_base_is_not_distilled_unless_it_is_said() -> None:
    """In any of the three kinds."""
    assert LocalBase(path="base").distilled == FileBase(file="x", path="base").distilled == ""
