"""A LoRA and tokens beside a frozen base."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from tests.model.conftest import FLOAT32, WIDTH_G, WIDTH_L

from plitka.model.adapter import (
    ATTENTION,
    ATTENTION_AND_CONVOLUTIONS,
    Lora,
    TokenRows,
    embedding_tensors,
    kohya_tensors,
    write_tensors,
)
from plitka.model.bundle import Bundle
from plitka.model.fusing import fuse_lora
from plitka.model.library_imports import quiet_libraries
from plitka.model.parts import LoraPart
from plitka.model.pipeline import Pipeline, load_base


@pytest.fixture
def pipe(tiny_bundle: Bundle) -> Pipeline:
    """The base alone."""
    with quiet_libraries():
        return load_base(tiny_bundle, FLOAT32)


def draw(seed: int = 0) -> torch.Generator:
    """A generator."""
    return torch.Generator().manual_seed(seed)


def say(pipe: Pipeline) -> torch.Tensor:
    """What the UNet says of some noise."""
    unet = pipe.unet
    with torch.no_grad():
        output: torch.Tensor = unet(
            torch.randn(2, 4, 8, 8, generator=draw(3)),
            torch.tensor([500, 20]),
            encoder_hidden_states=torch.randn(2, 77, WIDTH_L + WIDTH_G, generator=draw(4)),
            added_cond_kwargs={
                "text_embeds": torch.randn(2, WIDTH_G, generator=draw(5)),
                "time_ids": torch.tensor([[64.0, 64, 0, 0, 64, 64]] * 2),
            },
            return_dict=False,
        )[0]
    return output


def ids_of(pipe: Pipeline, text: str) -> torch.Tensor:
    """(1, n)"""
    ids: torch.Tensor = pipe.tokenizer(text, return_tensors="pt").input_ids
    return ids


class TestLora:
    """`Lora`."""

    def test_nothing_is_changed_until_something_is_learnt(self, pipe: Pipeline) -> None:
        """And nothing again once it is detached."""
        before = say(pipe)
        lora = Lora(pipe.unet, ATTENTION_AND_CONVOLUTIONS, rank=4, alpha=2, generator=draw())
        assert torch.equal(say(pipe), before)
        for _, up in lora.pairs().values():
            torch.nn.init.normal_(up, std=0.1, generator=draw(1))
        assert not torch.allclose(say(pipe), before, atol=1e-3)
        lora.detach()
        assert torch.equal(say(pipe), before)

    def test_the_layers_that_learn_are_those_named(self, pipe: Pipeline) -> None:
        """Of attention alone, or with the second convolution of each block."""
        attention = Lora(pipe.unet, ATTENTION, rank=4, alpha=4, generator=draw())
        both = Lora(pipe.unet, ATTENTION_AND_CONVOLUTIONS, rank=4, alpha=4, generator=draw())
        assert set(attention.names) < set(both.names)
        assert {name.rpartition(".")[2] for name in set(both.names) - set(attention.names)} == {"conv2"}
        assert all(name.endswith(ATTENTION) for name in attention.names)
        assert not any(parameter.requires_grad for parameter in pipe.unet.parameters())

    def test_its_file_fuses_into_what_it_did(self, pipe: Pipeline, tmp_path: Path) -> None:
        """To the rounding of its numbers."""
        lora = Lora(pipe.unet, ATTENTION_AND_CONVOLUTIONS, rank=4, alpha=2, generator=draw())
        with torch.no_grad():
            for down, up in lora.pairs().values():
                torch.nn.init.normal_(up, std=0.1, generator=draw(1))
                for matrix in (down, up):
                    matrix.copy_(matrix.bfloat16())
        learnt, path = say(pipe), tmp_path / "lora.safetensors"
        write_tensors(path, kohya_tensors(lora.pairs(), lora.alpha), {"a": "b"})
        lora.detach()
        assert fuse_lora(pipe, path, LoraPart(file=path.name, strength=1.0)) == len(lora.names)
        torch.testing.assert_close(say(pipe), learnt, atol=1e-4, rtol=1e-4)
        with safe_open(path, "pt") as file:
            assert file.metadata() == {"a": "b"}

    @pytest.mark.parametrize(("alpha", "dtype"), [(2.0, torch.int64), (0.5, torch.float32)])
    def test_alpha_is_written_as_it_is(self, alpha: float, dtype: torch.dtype) -> None:
        """A whole one as v4's."""
        tensors = kohya_tensors({"mid_block.attn1.to_q": (torch.ones(2, 3), torch.ones(3, 2))}, alpha)
        told = tensors["lora_unet_mid_block_attn1_to_q.alpha"]
        assert (told.item(), told.dtype) == (alpha, dtype)


class TestTokenRows:
    """`TokenRows`."""

    def test_tokens_say_what_their_rows_say(self, pipe: Pipeline) -> None:
        """And other words what they said before."""
        embed = pipe.text_encoder.get_input_embeddings()(ids_of(pipe, "red rubber tile"))
        rows = TokenRows(pipe.text_encoder, pipe.tokenizer, ("<a0>", "<a1>"), draw())
        table = pipe.text_encoder.get_input_embeddings()
        ids = ids_of(pipe, "red <a0><a1>")[0]
        assert (ids >= rows.first).sum() == 2
        said = table(ids[None])[0]
        torch.testing.assert_close(said[ids >= rows.first], rows.rows.detach())
        torch.testing.assert_close(table(ids_of(pipe, "red rubber tile")), embed)

    def test_gradients_reach_the_rows_alone(self, pipe: Pipeline) -> None:
        """Not the table of which they are no part."""
        rows = TokenRows(pipe.text_encoder, pipe.tokenizer, ("<a0>",), draw())
        ids = ids_of(pipe, "red <a0>")
        pipe.text_encoder(ids).last_hidden_state[..., 0].sum().backward()
        assert rows.rows.grad is not None
        assert rows.rows.grad.abs().sum() > 0
        assert all(parameter.grad is None for parameter in pipe.text_encoder.parameters())

    def test_rows_are_named_as_files_name_them(self) -> None:
        """The first encoder's and the second's."""
        tensors = embedding_tensors([torch.ones(2, 3), torch.ones(2, 5)])
        assert {name: (tuple(rows.shape), rows.dtype) for name, rows in tensors.items()} == {
            "clip_l": ((2, 3), torch.bfloat16),
            "clip_g": ((2, 5), torch.bfloat16),
        }
