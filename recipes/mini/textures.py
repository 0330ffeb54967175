"""Figures of whole pictures that a painter can be held to, wherever in a picture their cause lies."""

import torch
from torch import Tensor
from torch.nn import functional

WINDOW_PX = 64
N_BANDS = 12


class Spectrum:
    """The power of lightness in bands of detail."""

    def __init__(self, device: torch.device) -> None:
        self.window = torch.hann_window(WINDOW_PX, device=device)
        self.of_lightness = torch.tensor([0.3, 0.6, 0.1], device=device)[:, None, None]
        rows, columns = torch.fft.fftfreq(WINDOW_PX), torch.fft.rfftfreq(WINDOW_PX)
        octaves = torch.log2(WINDOW_PX * torch.hypot(rows[:, None], columns).clamp(1 / WINDOW_PX, 0.5))
        bands = (octaves / octaves.max() * N_BANDS).long().clamp(max=N_BANDS - 1)
        weights = functional.one_hot(bands.flatten(), N_BANDS).float()
        self.bands = (weights / weights.sum(0)).to(device)

    def levels(self, pictures: Tensor) -> Tensor:
        """(B, bands) of pictures (B, 3, H, W), in nepers of power."""
        lightness = (pictures * self.of_lightness).sum(1)
        windows = lightness.unfold(1, WINDOW_PX, WINDOW_PX // 2).unfold(2, WINDOW_PX, WINDOW_PX // 2)
        windows = (windows - windows.mean((-2, -1), keepdim=True)) * self.window[:, None] * self.window
        power = torch.fft.rfft2(windows).abs().square().mean((1, 2))
        return (power.flatten(1) @ self.bands + 1e-4).log()

    def distance(self, painted: Tensor, wanted: Tensor) -> Tensor:
        """The mean square of what parts two batches of pictures."""
        return (self.levels(painted) - self.levels(wanted)).square().mean()


class Tails:
    """How many places of a picture are nearly black, and nearly white: gaps and glints."""

    DARK, BRIGHT = (6.0, 12.0, 24.0, 40.0), (160.0, 200.0, 225.0, 245.0)
    """Levels, 0..255."""
    SOFTNESS = 5.0
    """Levels over which a place is counted in part."""
    LEAST = 0.003
    """Share below which there is as good as none."""

    def __init__(self, device: torch.device) -> None:
        self.of_luma = torch.tensor([0.2126, 0.7152, 0.0722], device=device)[:, None, None]
        self.levels = torch.tensor([*self.DARK, *self.BRIGHT], device=device)[:, None, None]
        self.signs = torch.tensor([-1.0] * len(self.DARK) + [1.0] * len(self.BRIGHT), device=device)[:, None, None]

    def shares(self, pictures: Tensor) -> Tensor:
        """(B, n) logarithms of the shares beyond each level, of pictures (B, 3, H, W) in -1..1."""
        luma = (127.5 * (pictures.float() + 1) * self.of_luma).sum(1, keepdim=True)
        beyond = torch.sigmoid(self.signs * (luma - self.levels) / self.SOFTNESS)
        return (beyond.mean((2, 3)) + self.LEAST).log()

    def distance(self, painted: Tensor, wanted: Tensor) -> Tensor:
        """The mean square of what parts two batches of pictures."""
        return (self.shares(painted) - self.shares(wanted)).square().mean()


class Grain:
    """How much the hue changes from pixel to pixel: rubber of one colour has hardly any of it."""

    LEAST = 1e-5
    """Power that cannot be seen: a third of a level."""

    def levels(self, pictures: Tensor) -> Tensor:
        """(B,) of pictures (B, 3, H, W) in -1..1, in nepers of power."""
        hue = pictures.float() - pictures.float().mean(1, keepdim=True)
        fine = hue[..., 1:-1, 1:-1] - functional.avg_pool2d(hue, 3, 1)
        return (fine.square().mean((1, 2, 3)) + self.LEAST).log()

    def distance(self, painted: Tensor, wanted: Tensor) -> Tensor:
        """The mean square of what parts two batches of pictures."""
        return (self.levels(painted) - self.levels(wanted)).square().mean()
