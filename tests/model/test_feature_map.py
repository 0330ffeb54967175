"""Maps of features, beside torch's modules."""

import torch

from plitka.model.feature_map import (
    FeatureMap,
    added,
    convolved,
    convolved_doubled,
    doubling_weight,
    geglu,
    layer_norm,
    normalised,
)


def random_map(n: int = 2, channels: int = 24) -> torch.Tensor:
    """(n, 6, 4, channels), far from 0 on the mean."""
    torch.manual_seed(channels)
    return torch.randn(n, 6, 4, channels) * 3 + 1


def affine(norm: torch.nn.Module) -> torch.nn.Module:
    """With weights that are not 1."""
    for parameter in norm.parameters():
        torch.nn.init.normal_(parameter)
    return norm


def test_joined_maps_are_normalised_as_one() -> None:
    """With what is added to them first."""
    first, second, shift = random_map(), random_map(channels=8), torch.randn(2, 32)
    norm = affine(torch.nn.GroupNorm(4, 32))
    whole = torch.cat([first, second], -1) + shift[:, None, None]
    expected = torch.nn.functional.silu(norm(whole.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)
    found = normalised([FeatureMap(first), FeatureMap(second)], norm, shift=shift)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(normalised([added(first), added(second)], norm, shift=shift, scale=0.5), expected / 2)


def test_sums_and_layers_are_torch_s() -> None:
    """A residual and a bias, a layer norm, a gated layer."""
    values, bias = random_map(), torch.randn(24)
    torch.testing.assert_close(added(values, values, bias).values, 2 * values + bias)
    rows, norm = values.flatten(0, 2), affine(torch.nn.LayerNorm(24))
    torch.testing.assert_close(layer_norm(rows, norm, bias), norm(rows + bias))
    torch.testing.assert_close(geglu(rows), rows[:, :12] * torch.nn.functional.gelu(rows[:, 12:]))


def test_convolutions_leave_their_bias_out() -> None:
    """Over maps whose channels are next to each other."""
    values, conv = random_map(), torch.nn.Conv2d(24, 5, 3, stride=2, padding=1)
    assert conv.bias is not None
    expected = conv(values.permute(0, 3, 1, 2)) - conv.bias[:, None, None]
    torch.testing.assert_close(convolved(values, conv), expected.permute(0, 2, 3, 1))


def test_a_doubled_map_is_convolved_without_being_made() -> None:
    """As torch convolves the larger map, edges included."""
    values, conv = random_map(), torch.nn.Conv2d(24, 5, 3, padding=1, bias=False)
    larger = torch.nn.functional.interpolate(values.permute(0, 3, 1, 2), scale_factor=2.0, mode="nearest")
    found = convolved_doubled(values, doubling_weight(conv.weight))
    assert found.is_contiguous()
    torch.testing.assert_close(found, conv(larger).permute(0, 2, 3, 1))
