"""What the guided step of the mini model is held to."""

import copy
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

ROOT = Path(__file__).parents[2]
SIDE_PX = 256
LORA_OF_4 = {"lora_down": (1, 4), "lora_up": (4, 1)}
MODULES = (
    "config",
    "critic",
    "laying",
    "networks",
    "peft",
    "stage",
    "text_mode",
    "textures",
    "train_joint",
    "train_style",
    "train_unet",
)


@pytest.fixture(scope="module")
def mini() -> Iterator[dict[str, ModuleType]]:
    """The recipe's modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("mini", "look"):
            patch.syspath_prepend(str(ROOT / "recipes" / folder))
        yield {name: importlib.import_module(name) for name in MODULES}


def pictures(n: int = 2) -> torch.Tensor:
    """(n, 3, H, W) dim noise in -1..1."""
    return 0.2 * torch.randn(n, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(1)) - 0.3


def test_both_judges_of_the_critic_count_alike(mini: dict[str, ModuleType]) -> None:
    """The coarse one sees a quarter as many places."""
    critic = mini["critic"].Critic()
    with torch.no_grad():
        seen = critic.features(torch.cat([pictures(), pictures()], 1))
    fine, coarse = (of_judge[-1].flatten(1) for of_judge in seen)
    judged = mini["critic"].judgements(seen)
    assert judged.shape == (2, 2 * fine.shape[1])
    assert torch.allclose(judged.mean(1), (fine.mean(1) + coarse.mean(1)) / 2, atol=1e-5)
    assert float(mini["critic"].alikeness(seen, seen)) == 0


def test_a_steep_critic_is_unsteady(mini: dict[str, ModuleType]) -> None:
    """Three times the slope is nine times as unsteady, and one that says the same of all is not."""
    both = torch.cat([pictures(), pictures()], 1)
    found = []
    for slope in (0.0, 1.0, 3.0):
        torch.manual_seed(2)

        def critic(seen: torch.Tensor, slope: float = slope) -> torch.Tensor:
            return slope * seen[:, 0]

        found.append(float(mini["critic"].unsteadiness(critic, both, critic(both))))
    assert found[0] == 0
    assert found[2] == pytest.approx(9 * found[1], rel=1e-4)


@pytest.mark.parametrize("figure", ["tails", "grain", "spectrum"])
def test_figures_see_what_pixels_apart_do_not(mini: dict[str, ModuleType], figure: str) -> None:
    """Two percent of glints, each other hue, change each of them; where these lie does not."""
    textures = mini["textures"]
    device = torch.device("cpu")
    law = {"tails": textures.Tails(device), "grain": textures.Grain(), "spectrum": textures.Spectrum(device)}[figure]
    plain, glinting = pictures(), pictures()
    lit = torch.rand(2, 3, SIDE_PX, SIDE_PX, generator=torch.Generator().manual_seed(3)) < 0.02
    glinting[lit] = 1.0
    apart, moved = (float(law.distance(glinting, other)) for other in (plain, glinting.roll((32, 32), (2, 3))))
    assert apart > 0.05
    assert moved < 0.1 * apart
    assert float(law.distance(plain, plain)) == 0


def test_torn_chips_are_bent_each_in_its_own_way(mini: dict[str, ModuleType]) -> None:
    """Within a chip heights change smoothly, from one to the next they jump; the mean height stays."""
    laying = mini["laying"]
    ids = (torch.arange(128)[:, None] // 32 * 4 + torch.arange(128) // 32).expand(2, -1, -1)
    bends = laying.torn(ids, torch.zeros(2, 128, 128), torch.Generator().manual_seed(1))
    steps, same = bends.diff(dim=2).abs(), ids[..., 1:] == ids[..., :-1]
    assert float(bends.std()) == pytest.approx(laying.TORN_DEPTH, rel=0.4)  # 32 chips of some bends each
    assert float(steps[same].mean()) < 0.2 * float(steps[~same].mean())


def test_a_folded_adapter_paints_as_one_that_is_attached(mini: dict[str, ModuleType]) -> None:
    """Of matrices and of convolutions alike; taken off again, the base is what it was."""
    style, config = mini["train_style"], mini["config"].FULL
    torch.manual_seed(4)
    base = nn.ModuleDict({"to_q": nn.Linear(8, 8), "conv2": nn.Conv2d(3, 5, 3, padding=1)})
    plain = {name: part.clone() for name, part in base.state_dict().items()}
    adapted = (
        mini["peft"]
        .get_peft_model(
            copy.deepcopy(base),
            mini["peft"].LoraConfig(r=2, lora_alpha=2, target_modules=list(style.TARGETS), init_lora_weights=False),
        )
        .base_model.model
    )
    style.set_strength(adapted, config.lora_strength)
    lora = {name: part.float() for name, part in style.kohya_lora(adapted).items()}
    style.fold(base, lora, config.lora_strength)
    row, picture = torch.randn(2, 8), torch.randn(1, 3, 6, 6)
    for name, given in (("to_q", row), ("conv2", picture)):
        assert torch.allclose(base[name](given), adapted[name](given), atol=0.02)  # the keys are in bfloat16
        assert not torch.allclose(base.state_dict()[f"{name}.weight"], plain[f"{name}.weight"], atol=0.02)
    style.fold(base, lora, -config.lora_strength)
    assert all(torch.allclose(part, plain[name], atol=1e-6) for name, part in base.state_dict().items())


def test_runs_that_follow_have_the_first_ones_teacher(mini: dict[str, ModuleType], tmp_path: Path) -> None:
    """It is what the first run begins with, adapter and all; a later run's network is its own."""
    config, strength = mini["config"].TOY, mini["config"].TOY.lora_strength
    stage = mini["stage"].Stage(tmp_path, config, torch.device("cpu"), 1.0, 0.0, 0.3)
    unet = nn.ModuleDict({"to_q": (layer := nn.Linear(4, 4))})
    lora = {f"lora_unet_to_q.{name}.weight": torch.ones(shape) for name, shape in LORA_OF_4.items()}
    for begin, learnt in ((0.0, 1.0), (0.301, 5.0)):
        stage.begin = begin
        with torch.no_grad():
            layer.weight.fill_(learnt)
        (teacher, *_), own = mini["train_joint"].taught(stage, unet, lora), layer.weight
        assert torch.allclose(teacher, torch.full((4, 4), 1.0 + strength))
        assert torch.allclose(own, torch.full((4, 4), learnt + strength))


class Maps:
    """A pool of two maps, one of which has no relief."""

    def __init__(self, mini: dict[str, ModuleType], n_channels: int) -> None:
        draw = torch.Generator().manual_seed(5)
        latents, flat = (torch.randn(2, n_channels, 8, 8, generator=draw) for _ in range(2))
        deal = torch.randn(2, 2, 8, 8, generator=draw)
        ids = torch.randint(90, (2, 77), generator=draw)
        contrasts = torch.randn(2, 3, n_channels, generator=draw)
        self.n, self.drawn = (
            len(ids),
            mini["train_unet"].Drawn(latents, flat, ids, torch.tensor([True, False]), deal, contrasts),
        )

    def draw(self, n: int) -> object:
        assert n == self.n
        return self.drawn


@pytest.mark.parametrize("taught", [True, False])
def test_text_mode_follows_a_teacher_or_its_maps(mini: dict[str, ModuleType], taught: bool) -> None:
    """The network as it was answers itself: nothing is missed. Moved away it comes back, and the teacher stays."""
    torch.manual_seed(6)
    unet, lesson = text_mode(mini, taught=taught)
    first = float(lesson.missed().detach())
    assert (first == 0) is taught
    for p in unet.parameters() if taught else ():
        p.data.mul_(0.9)
    updates = torch.optim.Adam(unet.parameters(), lr=1e-3)
    missed = []
    for _ in range(20):
        updates.zero_grad()
        loss = lesson.missed() / lesson.weight
        loss.backward()
        updates.step()
        missed.append(float(loss.detach()))
    assert sum(missed[-5:]) < 0.7 * sum(missed[:5])
    assert float(lesson.losses["diffusion"]) > 0


def test_what_is_forgotten_weighs_more(mini: dict[str, ModuleType]) -> None:
    """Twice what may be is e to the haste of a half; half of it as much less; and there are bounds."""
    lessons = mini["text_mode"]
    _, lesson = text_mode(mini, taught=True)
    for times, direction in ((2.0, 1), (0.5, -1)):
        before = float(lesson.weight)
        for _ in range(lessons.WATCHED):
            seen = 1 - (1 - lessons.AVERAGED) ** (lesson.n_steps + 1)
            lesson.losses["forgotten"].fill_(times * seen * lessons.HELD)
            lesson.weigh()
        assert float(lesson.weight) / before == pytest.approx(2 ** (direction * lessons.HASTE), rel=1e-3)
    lesson.losses["forgotten"].fill_(1e9)
    for _ in range(10 * lessons.WATCHED):
        lesson.weigh()
    assert float(lesson.weight) == pytest.approx(lessons.WEIGHTS[1])


def text_mode(mini: dict[str, ModuleType], *, taught: bool) -> tuple[nn.Module, Any]:
    """A network of toy size and its lesson, with or without a teacher that is as the network is now."""
    config, device = mini["config"].TOY, torch.device("cpu")
    unet = mini["networks"].build_unet(config)
    objective = mini["train_unet"].Objective(unet, Words(config.text_width), config, device)
    learning = list(unet.parameters())
    teacher = [p.detach().clone() for p in learning] if taught else None
    pool = Maps(mini, config.latent_channels)
    return unet, mini["text_mode"].TextMode(objective, pool, 2, device, learning, teacher)


class Words(nn.Module):
    """The same states for any words."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.ones(len(ids), 77, 2 * self.width), torch.ones(len(ids), self.width)


def test_the_critic_pulls_at_light_more_than_at_hue(mini: dict[str, ModuleType]) -> None:
    """What a judge asks of one channel alone is asked mostly of all three, and is as long as the pull to the pair."""
    painted = torch.zeros(1, 3, 4, 4, requires_grad=True)
    to_pair = torch.full((1, 3, 4, 4), 0.5)
    pull = mini["critic"].pull_of_critic(painted[:, 0] * 1.0, painted, to_pair)
    hue = pull - pull.mean(1, keepdim=True)
    assert float(hue.norm()) < 0.5 * float(pull.norm())
    assert float(pull.norm()) == pytest.approx(float(to_pair.norm()), rel=1e-5)
