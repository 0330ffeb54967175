import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from plitka.errors import BundleError
from plitka.model import fusing
from plitka.model.bundle import Bundle, write_manifest
from plitka.model.device import Placement
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights, fuse_lora
from plitka.model.lora import LoraModule, read_lora
from plitka.model.pipeline import load_base, place
from plitka.model.textual_inversion import insert_embeddings, prove_tokens_are_read

FLOAT32 = Placement(torch.device("cpu"), torch.float32, "test")
BFLOAT16 = Placement(torch.device("cpu"), torch.bfloat16, "test")
BuildBundle = Callable[..., Bundle]


def _weights(pipe: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    networks = {component: getattr(pipe, component) for component in COMPONENTS}
    return {name: weight.detach().clone() for name, weight in component_weights(networks).items()}


@pytest.mark.parametrize(("placement", "rounding"), [(FLOAT32, 1e-6), (BFLOAT16, 2e-3)])
def test_fused_weights_are_the_formula_with_the_strength_once(
    tiny_bundle: Bundle, placement: Placement, rounding: float
) -> None:
    """Every module of the file becomes W + 0.7 * alpha/rank * B @ A, and no other changes."""
    assert tiny_bundle.lora is not None
    path = tiny_bundle.file(tiny_bundle.lora.file)
    pipe = load_base(tiny_bundle, placement)
    before = _weights(pipe)
    lora = read_lora(path, {name: weight.shape for name, weight in before.items()})
    assert fuse_lora(pipe, path, tiny_bundle.lora) == len(lora) == len(load_file(path)) // 3
    after = _weights(pipe)
    assert before.keys() == after.keys()
    for name, weight in before.items():
        delta = 0.7 * lora[name].delta() if name in lora else torch.zeros_like(weight).double()
        expected = weight.double() + delta
        assert torch.allclose(after[name].double(), expected, rtol=rounding, atol=rounding / 4), name
        if name in lora:
            assert lora[name].scale == 0.5
            assert (delta.abs().max() / expected.abs().max()) > 0.01


def test_no_adapter_is_left_after_fusing(tiny_bundle: Bundle) -> None:
    """The UNet is a plain one again, without wrapped layers."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    assert tiny_bundle.lora is not None
    pipe = load_base(tiny_bundle, FLOAT32)
    fuse_lora(pipe, tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)
    assert not [module for module in pipe.unet.modules() if isinstance(module, BaseTunerLayer)]


def test_a_strength_applied_twice_is_noticed(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the weights were fused at another strength, the proof says which modules are wrong."""
    add = fusing._add
    monkeypatch.setattr(fusing, "_add", lambda weight, module, strength: add(weight, module, strength * strength))
    assert tiny_bundle.lora is not None
    with pytest.raises(BundleError, match=r"not W \+ 0.7 \* alpha/rank \* B @ A: unet.down_blocks"):
        fuse_lora(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)


def test_a_lora_loaded_in_part_is_noticed(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """If modules were skipped, the proof counts and names them."""
    add, kept = fusing._add, torch.Size([32, 96])
    monkeypatch.setattr(fusing, "_add", lambda weight, *change: add(weight, *change) if weight.shape != kept else None)
    assert tiny_bundle.lora is not None
    with pytest.raises(BundleError, match=r"modules were changed where the LoRA has .*attn2\.to_[kv]"):
        fuse_lora(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)


def test_a_module_changed_beside_the_lora_is_noticed(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof looks at every weight, not only at those in the file."""
    pipe = load_base(tiny_bundle, FLOAT32)
    add = fusing._add

    def add_and_slip(weight: torch.Tensor, module: LoraModule, strength: float) -> None:
        add(weight, module, strength)
        with torch.no_grad():
            pipe.unet.conv_in.weight[0, 0, 0, 0] += 1

    monkeypatch.setattr(fusing, "_add", add_and_slip)
    assert tiny_bundle.lora is not None
    with pytest.raises(BundleError, match=r"differing: unet\.conv_in"):
        fuse_lora(pipe, tiny_bundle.file(tiny_bundle.lora.file), tiny_bundle.lora)


def test_at_strength_zero_the_base_stays_as_it_is(tiny_bundle: Bundle) -> None:
    """The LoRA is read and checked, and no weight is touched."""
    assert tiny_bundle.lora is not None
    pipe = load_base(tiny_bundle, FLOAT32)
    before = _weights(pipe)
    assert fuse_lora(pipe, tiny_bundle.file(tiny_bundle.lora.file), replace(tiny_bundle.lora, strength=0)) > 0
    assert all(torch.equal(weight, before[name]) for name, weight in _weights(pipe).items())


def test_weights_that_overflow_are_named(bundle_with: BuildBundle, tiny_lora: Mapping[str, torch.Tensor]) -> None:
    """A LoRA that is finite itself may leave float16's range."""
    first = min(key for key in tiny_lora if key.endswith("lora_up.weight"))
    bundle = bundle_with(lora={**tiny_lora, first: tiny_lora[first] * 1e9})
    assert bundle.lora is not None
    with pytest.raises(BundleError, match=r"NaN or infinity of the base's weights in 1 modules: unet\.down_blocks"):
        fuse_lora(load_base(bundle, BFLOAT16), bundle.file(bundle.lora.file), bundle.lora)


def test_tokens_that_no_encoder_reads_are_noticed(tiny_bundle: Bundle) -> None:
    """Rows that are the placeholder's own change nothing, and the proof names both encoders."""
    assert tiny_bundle.embeddings is not None
    part, path = tiny_bundle.embeddings, tiny_bundle.file(tiny_bundle.embeddings.file)
    pipe = load_base(tiny_bundle, FLOAT32)
    insert_embeddings(pipe, path, part)
    prove_tokens_are_read(pipe, "ohwx <s0><s1>", part, path)
    for encoder, tokenizer in ((pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2)):
        table = encoder.get_input_embeddings().weight.data
        table[tokenizer.convert_tokens_to_ids(list(part.tokens))] = table[tokenizer.unk_token_id].clone()
    with pytest.raises(BundleError, match="text_encoder, text_encoder_2 say the same with the tokens <s0>, <s1>"):
        prove_tokens_are_read(pipe, "ohwx <s0><s1>", part, path)


def test_a_zero_up_matrix_is_refused(bundle_with: BuildBundle, tiny_lora: Mapping[str, torch.Tensor]) -> None:
    """A module that training never reached is named."""
    first = min(key for key in tiny_lora if key.endswith("lora_up.weight"))
    bundle = bundle_with(lora={**tiny_lora, first: torch.zeros_like(tiny_lora[first])})
    assert bundle.lora is not None
    with pytest.raises(BundleError, match=r"1 modules of the LoRA are empty.*unet\.down_blocks\.0"):
        fuse_lora(load_base(bundle, FLOAT32), bundle.file(bundle.lora.file), bundle.lora)


def test_each_token_is_one_id_with_the_files_row(tiny_bundle: Bundle) -> None:
    """Both encoders have the rows that the file has for them, in the tokens' order."""
    assert tiny_bundle.embeddings is not None
    path = tiny_bundle.file(tiny_bundle.embeddings.file)
    rows = load_file(path)
    pipe = load_base(tiny_bundle, FLOAT32)
    assert insert_embeddings(pipe, path, tiny_bundle.embeddings) == 2
    for encoder, tokenizer, key in (
        (pipe.text_encoder, pipe.tokenizer, "clip_l"),
        (pipe.text_encoder_2, pipe.tokenizer_2, "clip_g"),
    ):
        ids = tokenizer("ohwx_rubber_tile <s0><s1>, red", add_special_tokens=False)["input_ids"]
        new = tokenizer.convert_tokens_to_ids(["<s0>", "<s1>"])
        assert [token for token in ids if token in new] == new
        assert torch.equal(encoder.get_input_embeddings().weight[new], rows[key].float())


def test_the_tokens_change_what_both_encoders_say(tiny_bundle: Bundle) -> None:
    """The same prompt reads otherwise with the learned rows than without, in each encoder and pooled."""
    prompt = "ohwx_rubber_tile <s0><s1>, 60% red"
    outputs = []
    for with_tokens in (False, True):
        pipe = load_base(tiny_bundle, FLOAT32)
        if with_tokens and tiny_bundle.embeddings is not None:
            insert_embeddings(pipe, tiny_bundle.file(tiny_bundle.embeddings.file), tiny_bundle.embeddings)
        with torch.no_grad():
            hidden, _, pooled, _ = pipe.encode_prompt(prompt, do_classifier_free_guidance=False, device="cpu")
        outputs.append((hidden, pooled))
    (without, pooled_without), (with_, pooled_with) = outputs
    assert not torch.allclose(without[..., :32], with_[..., :32], atol=1e-3)
    assert not torch.allclose(without[..., 32:], with_[..., 32:], atol=1e-3)
    assert not torch.allclose(pooled_without, pooled_with, atol=1e-4)


@pytest.mark.parametrize("tokens", [("red</w>", "<s1>"), ("<s0>", "<s2>", "<s3>")])
def test_tokens_that_cannot_be_learned_words_are_refused(tiny_bundle: Bundle, tokens: tuple[str, ...]) -> None:
    """A known word, and a token too many."""
    assert tiny_bundle.embeddings is not None
    part = replace(tiny_bundle.embeddings, tokens=tokens)
    with pytest.raises(BundleError):
        insert_embeddings(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(part.file), part)


def test_embeddings_of_another_base_are_refused(bundle_with: BuildBundle) -> None:
    """Exchanged widths are named instead of being pushed into the other encoder."""
    bundle = bundle_with(embeddings={"clip_l": torch.ones(2, 64), "clip_g": torch.ones(2, 32)})
    assert bundle.embeddings is not None
    with pytest.raises(BundleError, match=r"clip_l has the shape \[2, 64\]"):
        insert_embeddings(load_base(bundle, FLOAT32), bundle.file(bundle.embeddings.file), bundle.embeddings)


def test_a_folder_that_is_no_sdxl_is_refused(copied_bundle: Bundle) -> None:
    """diffusers' own complaint is passed on as a bundle's error."""
    copied_bundle.file("base/unet/config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BundleError, match="not a usable SDXL base"):
        load_base(write_manifest(copied_bundle), FLOAT32)


def test_an_end_mark_that_the_tokenizer_never_writes_is_refused(copied_bundle: Bundle) -> None:
    """Otherwise the pooled text would always be taken at its first token."""
    path = copied_bundle.file("base/text_encoder_2/config.json")
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "eos_token_id": 7}), encoding="utf-8")
    with pytest.raises(BundleError, match="looks for the end mark 7"):
        load_base(copied_bundle, FLOAT32)


def test_missing_weights_are_refused(copied_bundle: Bundle) -> None:
    """A network is never filled up with random numbers."""
    path = copied_bundle.file("base/vae/diffusion_pytorch_model.fp16.safetensors")
    tensors = load_file(path)
    tensors.pop("decoder.conv_in.weight")
    save_file(tensors, path)
    with pytest.raises(BundleError, match=r"vae lacks 1 weights .* decoder\.conv_in\.weight"):
        load_base(copied_bundle, FLOAT32)


def test_the_parts_get_their_dtypes(tiny_bundle: Bundle) -> None:
    """bfloat16 is for the UNet and the encoders; the VAE and the sampler's state stay in float32."""
    pipe = load_base(tiny_bundle, BFLOAT16)
    assert pipe.unet.dtype == torch.float16
    place(pipe, BFLOAT16)
    assert pipe.unet.dtype == pipe.text_encoder.dtype == pipe.text_encoder_2.dtype == torch.bfloat16
    assert pipe.vae.dtype == torch.float32
    conditions = {"text_embeds": torch.zeros(1, 64).bfloat16(), "time_ids": torch.zeros(1, 6).bfloat16()}
    with torch.no_grad():
        output = pipe.unet(torch.zeros(1, 4, 8, 8), 1, torch.zeros(1, 77, 96).bfloat16(), added_cond_kwargs=conditions)
    assert output.sample.dtype == torch.float32
