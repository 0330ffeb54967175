"""SDXL's own classes at small width."""

from dataclasses import dataclass

import torch
from config import MiniConfig
from diffusers import AutoencoderDC, DPMSolverMultistepScheduler, UNet2DConditionModel
from prompts import kept_tokenizer
from stage import Stage
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

TIME_IDS = (1024, 1024, 0, 0, 1024, 1024)
"""Original size, crop and target size as the pipeline passes them for its default picture."""


def build_vae(config: MiniConfig) -> AutoencoderDC:
    """No layer at the full size of the picture, norms that see one place each: exact colours, in little time."""
    widths = (config.vae_widths[0], *config.vae_widths)  # the first stands for the full size and is not used
    vae = AutoencoderDC(
        latent_channels=config.latent_channels,
        encoder_block_out_channels=widths,
        decoder_block_out_channels=widths,
        encoder_layers_per_block=(0, *config.encoder_layers),
        decoder_layers_per_block=(0, *config.decoder_layers),
        encoder_qkv_multiscales=((),) * len(widths),
        decoder_qkv_multiscales=((),) * len(widths),
        encoder_out_shortcut=False,
        decoder_in_shortcut=False,
        scaling_factor=1.0,
    )
    # What SDXL's pipeline reads of any autoencoder's configuration.
    vae.register_to_config(block_out_channels=widths, force_upcast=False)
    return vae


def build_unet(config: MiniConfig) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=1024 // config.downscale,
        in_channels=config.latent_channels,
        out_channels=config.latent_channels,
        block_out_channels=config.unet_widths,
        layers_per_block=list(config.unet_layers),
        norm_num_groups=16,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=1,
        attention_head_dim=config.unet_heads,
        cross_attention_dim=2 * config.text_width,
        addition_embed_type="text_time",
        addition_time_embed_dim=32,
        projection_class_embeddings_input_dim=config.text_width + 6 * 32,
        use_linear_projection=True,
    )


class TextEncoders(nn.Module):
    """Both encoders of SDXL: their states side by side, and the second one's pooled vector."""

    def __init__(self, config: MiniConfig, tokenizer: CLIPTokenizer) -> None:
        super().__init__()
        shape = CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=config.text_width,
            intermediate_size=4 * config.text_width,
            num_hidden_layers=config.text_layers,
            num_attention_heads=config.text_heads,
            max_position_embeddings=77,
            projection_dim=config.text_width,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        self.one = CLIPTextModel(shape)
        self.two = CLIPTextModelWithProjection(shape)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Token ids (B, 77) to states (B, 77, 2W) and pooled (B, W)."""
        one = self.one(ids, output_hidden_states=True)
        two = self.two(ids, output_hidden_states=True)
        return torch.cat([one.hidden_states[-2], two.hidden_states[-2]], -1), two.text_embeds


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages after the autoencoder and the text encoders build on, on the stage's device."""

    tokenizer: CLIPTokenizer
    vae: AutoencoderDC
    """Frozen."""
    encoders: TextEncoders
    unet: UNet2DConditionModel
    """As a former stage or run left it, or new."""

    @classmethod
    def load(cls, stage: Stage) -> "Parts":
        config, device = stage.config, stage.device
        tokenizer = kept_tokenizer(stage.work / "tokenizer", config.vocabulary)
        vae = build_vae(config).to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
        vae.load_state_dict(stage.load("vae"))
        encoders, unet = TextEncoders(config, tokenizer).to(device), build_unet(config).to(device)
        encoders.load_state_dict(stage.load("text"))
        if (weights := stage.load("unet")) is not None:
            unet.load_state_dict(weights)
        return cls(tokenizer, vae, encoders, unet.to(memory_format=torch.channels_last))


def build_scheduler(config: MiniConfig) -> DPMSolverMultistepScheduler:
    return DPMSolverMultistepScheduler(
        beta_start=config.beta_start,
        beta_end=config.beta_end,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        timestep_spacing="leading",
        steps_offset=1,
        algorithm_type="dpmsolver++",
        use_karras_sigmas=True,
    )


def tokenise(tokenizer: CLIPTokenizer, captions: list[str]) -> Tensor:
    """(B, 77) ids."""
    return tokenizer(captions, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids


def n_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
