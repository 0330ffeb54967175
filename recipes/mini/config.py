"""Every number that the mini model was made with."""

from dataclasses import dataclass, replace

from plitka.core.generation import Defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniConfig:
    """Sizes of the networks and of their training; shares are 0..1, lengths in pixels of a picture."""

    vocabulary: int = 1024
    text_width: int = 128
    text_layers: int = 3
    text_heads: int = 4

    latent_channels: int = 16
    vae_widths: tuple[int, ...] = (32, 64)
    """At a half and a quarter of the picture's side; at full size there is no layer at all. A granule is a few
    latent places wide: at an eighth of the side it would be one, and the UNet could not draw its edges."""
    encoder_layers: tuple[int, ...] = (1, 1)
    decoder_layers: tuple[int, ...] = (1, 2)
    unet_widths: tuple[int, ...] = (64, 128, 128, 128)
    unet_layers: tuple[int, ...] = (2, 1, 1, 1)
    unet_heads: tuple[int, ...] = (4, 4, 4, 4)

    beta_start: float = 0.007
    beta_end: float = 0.0095
    """The last step starts at 0.08 of the latents' deviation and not at SDXL's 0.03, so that it can light a whole
    flat map. The first one sees nothing of the picture's mean colour, of which SDXL's leaves a trace."""

    n_fields: int = 64
    """Different beds of shards on each GPU; each is recoloured without end."""
    n_shards: int = 256
    """Different shards in every 32 of these beds."""
    n_chip_fields: int = 160
    """Layers of the chips that guided pictures' maps are laid with: most of what the network sees, for it is what it
    will be given."""
    field_px: int = 512
    vae_crop_px: int = 256
    vae_batch: int = 32
    gallery: int = 1024
    """Pictures kept on the device for the autoencoder; some are replaced at every step."""
    text_batch: int = 512
    unet_batch: int = 32
    pool: int = 2048
    """Latents kept on the device; some are replaced at every step."""
    refresh: int = 4

    text_steps: int = Defaults().steps
    guidance: float = 1.0
    """Of text mode: more of it multiplies what is much and takes from what is little, so that no share is kept."""
    guided_steps: int = 20
    guided_strength: float = 0.05
    """So guided mode makes one step, from a noise that hides no granule: under more of it those of one colour
    run together, and the network would have to invent them."""
    guided_steps_range: tuple[float, float] = (10, 150)
    guided_guidance_range: tuple[float, float] = (1.0, 2.0)
    guided_strength_range: tuple[float, float] = (0.05, 0.2)
    """Outside of which pictures are untrue: etched, washed out, or of other shares."""
    guided_detail_px: float = 2.0
    """What is finer than a blur of so much stays the map's, since the autoencoder makes clouds and outlines of it."""
    guided_batch: int = 12
    """Of the guided step, and of text mode beside it, so that one compiled network serves both."""
    guided_crop_px: int = 384
    critic_crop_px: int = 256
    """Of those crops, what the critic sees."""
    shares_batch: int = 16
    """Of the stage that paints maps from noise, for both of its lessons."""

    kept: int = 512
    """Examples of the last stage, with the inner states that lead to them."""

    lora_rank: int = 16
    lora_strength: float = 0.7

    @property
    def downscale(self) -> int:
        return 2 ** len(self.vae_widths)


FULL = MiniConfig()
SMALL = replace(
    FULL,
    n_fields=4,
    n_shards=32,
    n_chip_fields=48,
    field_px=256,
    vae_crop_px=128,
    vae_batch=8,
    pool=192,
    refresh=1,
    kept=192,
    guided_batch=4,
    guided_crop_px=256,
    critic_crop_px=128,
    shares_batch=4,
)
"""For the last stage, on a laptop's processor."""
TOY = replace(
    FULL,
    n_fields=2,
    n_shards=2,
    n_chip_fields=1,
    field_px=128,
    vae_crop_px=64,
    vae_batch=2,
    gallery=4,
    text_batch=8,
    unet_batch=4,
    pool=8,
    kept=8,
    refresh=2,
    guided_batch=2,
    shares_batch=2,
    text_steps=3,
    guided_crop_px=64,
    critic_crop_px=32,
)
"""The same code in seconds on a laptop's processor, to see that it runs."""
