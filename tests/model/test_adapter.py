"""A LoRA and tokens beside a frozen base."""

from pathlib import Path

import pytest
import torch
from tests.model.conftest import FLOAT32, WIDTH_G, WIDTH_L

from plitka.model.adapter import Lora, TokenRows
from plitka.model.adapter_files import kohya_tensors, peft_tensors, write_tensors
from plitka.model.bundle import Bundle
from plitka.model.fusing import fuse_lora
from plitka.model.library_imports import quiet_libraries
from plitka.model.parts import LoraPart
from plitka.model.pipeline import Pipeline, load_base
from plitka.model.train_config import ATTENTION, ATTENTION_AND_CONVOLUTIONS


@pytest.fixture
def pipe(tiny_bundle: Bundle) -> Pipeline:
    """The base alone."""
    with quiet_libraries():
        loaded = load_base(tiny_bundle, FLOAT32)
    # Torch rounds otherwise where a weight may learn, also where no gradient is asked for.
    loaded.unet.requires_grad_(False)
    return loaded


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
        attention.detach()
        both = Lora(pipe.unet, ATTENTION_AND_CONVOLUTIONS, rank=4, alpha=4, generator=draw())
        assert set(attention.names) < set(both.names)
        assert {name.rpartition(".")[2] for name in set(both.names) - set(attention.names)} == {"conv2"}
        assert all(name.endswith(ATTENTION) for name in attention.names)
        both.detach()
        assert not any(parameter.requires_grad for parameter in pipe.unet.parameters())

    @pytest.mark.parametrize("is_dora", [False, True])
    def test_its_file_fuses_into_what_it_did(self, pipe: Pipeline, tmp_path: Path, is_dora: bool) -> None:
        """To the rounding of its numbers; a DoRA from PEFT's layout, the only one that keeps it."""
        lora = Lora(pipe.unet, ATTENTION_AND_CONVOLUTIONS, rank=4, alpha=2, generator=draw(), is_dora=is_dora)
        with torch.no_grad():
            for down, up in lora.pairs().values():
                torch.nn.init.normal_(up, std=0.1, generator=draw(1))
                for matrix in (down, up):
                    matrix.copy_(matrix.bfloat16())
            for lengths in lora.magnitudes:
                lengths.copy_((lengths * 1.25).bfloat16())
        learnt, path = say(pipe), tmp_path / "lora.safetensors"
        modules = lora.modules_by_name()
        write_tensors(path, peft_tensors(modules) if is_dora else kohya_tensors(modules), {"a": "b"})
        lora.detach()
        assert fuse_lora(pipe, path, LoraPart(file=path.name, strength=1.0)) == len(lora.names)
        torch.testing.assert_close(say(pipe), learnt, atol=1e-4, rtol=1e-4)

    def test_a_new_dora_changes_nothing(self, pipe: Pipeline) -> None:
        """Its lengths are those of the weights, and they learn."""
        before = say(pipe)
        lora = Lora(pipe.unet, ATTENTION_AND_CONVOLUTIONS, rank=4, alpha=2, generator=draw(), is_dora=True)
        torch.testing.assert_close(say(pipe), before, atol=1e-5, rtol=1e-4)
        assert len(lora.magnitudes) == len(lora.names)

    def test_it_can_be_left_out_for_a_while(self, pipe: Pipeline) -> None:
        """As a prior needs it."""
        before = say(pipe)
        lora = Lora(pipe.unet, ATTENTION, rank=4, alpha=2, generator=draw())
        for _, up in lora.pairs().values():
            torch.nn.init.normal_(up, std=0.1, generator=draw(1))
        changed = say(pipe)
        with lora.off():
            assert torch.equal(say(pipe), before)
        assert torch.equal(say(pipe), changed)


class TestTokenRows:
    """`TokenRows`."""

    def test_tokens_say_what_their_rows_say(self, pipe: Pipeline) -> None:
        """And other words what they said before."""
        embed = pipe.text_encoder.get_input_embeddings()(ids_of(pipe, "red rubber tile"))
        rows = TokenRows(pipe.text_encoder, pipe.tokenizer, ("<a0>", "<a1>"), draw())
        table = pipe.text_encoder.get_input_embeddings()
        ids = ids_of(pipe, "red <a0><a1>")[0]
        is_own = torch.isin(ids, rows.ids)
        assert is_own.sum() == 2
        said = table(ids[None])[0]
        torch.testing.assert_close(said[is_own], rows.rows.detach())
        torch.testing.assert_close(table(ids_of(pipe, "red rubber tile")), embed)

    def test_gradients_reach_the_rows_alone(self, pipe: Pipeline) -> None:
        """Not the table of which they are no part."""
        rows = TokenRows(pipe.text_encoder, pipe.tokenizer, ("<a0>",), draw())
        ids = ids_of(pipe, "red <a0>")
        pipe.text_encoder(ids).last_hidden_state[..., 0].sum().backward()
        assert rows.rows.grad is not None
        assert rows.rows.grad.abs().sum() > 0
        assert all(parameter.grad is None for parameter in pipe.text_encoder.parameters())

    def test_known_tokens_are_learnt_on(self, pipe: Pipeline) -> None:
        """From their rows; what they said at first can be said again."""
        first = TokenRows(pipe.text_encoder, pipe.tokenizer, ("<a0>", "<a1>"), draw())
        table = pipe.text_encoder.get_input_embeddings()
        with torch.no_grad():
            table.weight[first.ids] = first.rows
        first.detach()
        again = TokenRows(pipe.text_encoder, pipe.tokenizer, ("<a0>", "<a1>"), draw(9))
        torch.testing.assert_close(again.rows, first.rows)
        assert torch.equal(again.ids, first.ids)
        ids = ids_of(pipe, "red <a1><a0>")
        before = table(ids)
        with torch.no_grad():
            again.rows.add_(1)
        assert not torch.equal(table(ids), before)
        with again.off():
            assert torch.equal(table(ids), before)
