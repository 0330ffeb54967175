"""Text mode beside the guided step: what must not be forgotten, in a run of the network of its own.

What is to be kept is best told by the network as it was. Of what is missed of a map nearly all is chance, and its
gradient is up to 200 times longer than that of the pictures, so that the layers that draw the finest would learn next
to nothing of the look. A teacher's answer has none of that: its gradient is nothing where nothing is forgotten, and
grows only in the ways in which the guided step would harm text mode. How much it weighs follows what is forgotten.

One Adam serves both. With one each the guided step, which then is measured by itself alone, undoes text mode faster
than the other can bring it back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from stage import half_precision
from torch import Tensor
from train_unet import Objective, Pool, Posed

MAPS_WEIGHT = 0.03
"""Of what is missed of maps, where there is no teacher."""
FIRST_WEIGHT, WEIGHTS = 0.3, (0.03, 1.0)
"""Of what is missed of the teacher's answers: at first, and the least and the most that it may become."""
LIT_SHARE, LIT_WEIGHT = 0.25, 30.0
"""Of a teacher's answers those that light a map, as text mode's last step does, and how much what is missed of them
weighs beside the others: it is far smaller."""
HELD = 0.02
"""How much of the teacher's answers may be missed before it weighs more: of the maps it misses 0.87 itself."""
WATCHED = 20
"""Steps from one look at what is forgotten to the next: a device has to be waited for."""
HASTE = 0.15
"""Of the logarithm of the weight, at each look, for every e-fold that is missed too much."""
AVERAGED = 0.05


class TextMode:
    """What is missed of text mode in a step, and how much that weighs."""

    def __init__(
        self,
        objective: Objective,
        pool: Pool,
        batch: int,
        device: torch.device,
        learning: Sequence[Tensor],
        teacher: Sequence[Tensor] | None = None,
    ) -> None:
        """`teacher` holds the parameters that learn as they were; without one, the pool's maps are the answers."""
        self.objective, self.pool, self.batch, self.device = objective, pool, batch, device
        self.learning, self.teacher = learning, teacher
        self.weight = torch.tensor(MAPS_WEIGHT if teacher is None else FIRST_WEIGHT, device=device)
        self.losses = {name: torch.zeros((), device=device) for name in ("diffusion", "forgotten")}
        self.n_steps = 0

    def missed(self) -> Tensor:
        """What to go down from, weighed: in the half precision of a context of its own."""
        posed = self.objective.pose(self.pool.draw(self.batch), lit_share=LIT_SHARE if self.teacher else 0.0)
        told = self._told(posed)
        with half_precision(self.device):
            velocity = self.objective.predict(posed.noised, posed.times, posed.ids)
            loss = self._missed(posed._replace(velocity=told), velocity)
            with torch.no_grad():
                of_maps = self._missed(posed, velocity)
        for name, value in (("diffusion", of_maps), ("forgotten", loss)):
            self.losses[name].lerp_(value.detach(), AVERAGED)
        return self.weight * loss

    def weigh(self) -> None:
        """After a step, now and then: more if too much is forgotten, less if more could be."""
        self.n_steps += 1
        if self.teacher is None or self.n_steps % WATCHED:
            return
        seen = 1 - (1 - AVERAGED) ** self.n_steps  # of an average that began at 0
        too_much = self.losses["forgotten"] / (seen * HELD)
        self.weight.mul_(too_much.clamp(1e-3, 1e3).pow(HASTE)).clamp_(*WEIGHTS)

    def _told(self, posed: Posed) -> Tensor:
        """The answer: the teacher's, or the map's own."""
        if self.teacher is None:
            return posed.velocity
        # In a context of its own, which forgets the weights that it has made of half precision. With gradients that
        # nobody asks for: without, the network would be compiled once more.
        with self._taught(), half_precision(self.device):
            return self.objective.predict(posed.noised, posed.times, posed.ids).detach().float()

    @contextmanager
    def _taught(self) -> Iterator[None]:
        """The teacher's weights in the network for a while, so that one compiled network serves both."""
        weights, kept = [p.data for p in self.learning], [p.detach().clone() for p in self.learning]
        torch._foreach_copy_(weights, list(self.teacher or weights))
        yield
        torch._foreach_copy_(weights, kept)

    def _missed(self, posed: Posed, velocity: Tensor) -> Tensor:
        missed, begins = velocity.float() - posed.velocity, posed.begins
        # Without a teacher what lights a map is the guided step's.
        weighed = torch.where(begins, LIT_WEIGHT**0.5 if self.teacher else 0.0, 1.0) * missed
        return self.objective.weigh(posed, posed.velocity + weighed)
