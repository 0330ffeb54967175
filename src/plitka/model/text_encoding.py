"""What the text encoders say of a prompt and of a negative one.

On a GPU each text is encoded by itself by captured encoders, and known ones are not encoded again: the negative prompt
is nearly always that of the last picture.
"""

from functools import partial
from typing import Any

import torch

from plitka.model.capture import Repeated
from plitka.model.device import Placement
from plitka.model.recordings import Recordings
from plitka.model.unet import Words

_TEXTS_KEPT = 32
_Said = tuple[torch.Tensor, torch.Tensor]
"""(1, tokens, width) of both encoders, and (1, width) pooled by the second."""


class TextEncoders:
    """The encoders as diffusers' pipeline runs them."""

    def __init__(self, pipe: Any, placement: Placement) -> None:
        self._pipe, self._placement = pipe, placement

    def encode(self, prompt: str, negative_prompt: str, *, is_guided: bool) -> Words:
        """The words of one picture; not to be called by two threads, since tokenizers cannot be shared."""
        place = self._placement
        said = self._pipe.encode_prompt(
            prompt,
            negative_prompt=negative_prompt,
            do_classifier_free_guidance=is_guided,
            device=place.words_device,
        )
        placed: list[Any] = [None if one is None else one.to(place.device, place.dtype) for one in said]
        return Words(*placed)


class FastTextEncoders(TextEncoders):
    """The encoders, captured."""

    def __init__(self, pipe: Any, placement: Placement, recordings: Recordings) -> None:
        super().__init__(pipe, placement)
        self._known: dict[str, _Said] = {}
        self._recordings = recordings

    def encode(self, prompt: str, negative_prompt: str, *, is_guided: bool) -> Words:
        """As of `TextEncoders`, up to nothing: each text is a batch of its own there as well."""
        texts = (prompt, negative_prompt) if is_guided else (prompt,)
        said = [self._said(text) for text in texts]
        if any(one is None for one in said):
            return super().encode(prompt, negative_prompt, is_guided=is_guided)
        (positive, pooled), *rest = [one for one in said if one is not None]
        negative, pooled_negative = rest[0] if rest else (None, None)
        return Words(positive, negative, pooled, pooled_negative)

    def _said(self, text: str) -> _Said | None:
        """What is said of a text; None where the plain path has to do."""
        if text not in self._known:
            ids = self._ids(text)
            recorded = self._recordings.of("words", None, partial(self._record, ids))
            if recorded is None:
                return None
            while len(self._known) >= _TEXTS_KEPT:
                del self._known[next(iter(self._known))]
            self._known[text] = recorded(ids)
        return self._known[text]

    def _ids(self, text: str) -> list[torch.Tensor]:
        """(1, tokens) for each encoder, as the pipeline has them."""
        return [
            tokenizer(
                self._pipe.maybe_convert_prompt(text, tokenizer),
                padding="max_length",
                max_length=tokenizer.model_max_length,
                truncation=True,
                return_tensors="pt",
            ).input_ids
            for tokenizer in (self._pipe.tokenizer, self._pipe.tokenizer_2)
        ]

    def _record(self, ids: list[torch.Tensor], pool: Any) -> "_Recorded":
        encoders = self._pipe.text_encoder, self._pipe.text_encoder_2
        return _Recorded(encoders, [one.to(self._placement.device) for one in ids], pool)


class _Recorded:
    """Both encoders, with the memory that they read."""

    def __init__(self, encoders: tuple[Any, Any], ids: list[torch.Tensor], pool: Any) -> None:
        self._encoders, self._ids = encoders, ids
        self._work = Repeated(ids[0].device, self._encode, pool)

    def _encode(self) -> _Said:
        each = [encoder(ids, output_hidden_states=True) for encoder, ids in zip(self._encoders, self._ids, strict=True)]
        return torch.cat([one.hidden_states[-2] for one in each], -1), each[1][0]

    def __call__(self, ids: list[torch.Tensor]) -> _Said:
        for own, one in zip(self._ids, ids, strict=True):
            own.copy_(one)
        states, pooled = self._work()
        return states.clone(), pooled.clone()
