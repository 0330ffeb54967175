"""Products in eight bits."""

import pytest
import torch

from plitka.model.narrow import NarrowLinear, multiplies_narrow


def normed(width: int) -> torch.nn.LayerNorm:
    """A layer norm as a trained one is."""
    torch.manual_seed(0)
    norm = torch.nn.LayerNorm(width)
    torch.nn.init.normal_(norm.weight, 1, 0.3)
    torch.nn.init.normal_(norm.bias, 0, 0.3)
    return norm.requires_grad_(False)


@pytest.mark.parametrize("has_bias", [False, True])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_products_are_right_to_a_few_percent(*, scale: float, has_bias: bool) -> None:
    """Whatever the size of the rows and of the weight."""
    norm = normed(64)
    rows, weight, shift = torch.randn(50, 64) * scale, torch.randn(96, 64) * scale, torch.randn(64) * scale
    bias = torch.randn(96) * scale if has_bias else None
    expected = torch.nn.functional.linear(norm(rows + shift), weight, bias)
    found = NarrowLinear(norm, weight, bias)(rows, shift)
    assert (found - expected).norm() < 0.05 * expected.norm()


def test_nothing_overflows() -> None:
    """Not of a row whose norm gives the largest number that there is, nor of a weight of zeros."""
    norm = normed(64)
    spike = torch.zeros(1, 64)
    spike[0, norm.weight.abs().argmax()] = 1000
    expected = norm(spike) @ torch.ones(64, 16)
    assert (NarrowLinear(norm, torch.ones(16, 64))(spike, None) - expected).abs().max() < 0.05 * norm(spike).abs().sum()
    assert (NarrowLinear(norm, torch.zeros(16, 64))(spike, None) == 0).all()


def test_a_processor_gains_nothing() -> None:
    """So nothing is narrowed there unless it is asked for."""
    assert not multiplies_narrow(torch.device("cpu"))
