"""A Hugging Face Inference Endpoint: lay this file, requirements.txt and a bundle's files into one repository."""

from typing import Any

from PIL import Image

from plitka.core.generation import generate_one
from plitka.core.language.translations import localise
from plitka.errors import PlitkaError
from plitka.model.loading import load_tuned_engine


class EndpointHandler:
    """What Hugging Face's toolkit builds once and calls for each request, one at a time."""

    def __init__(self, path: str = "") -> None:
        """Load the model whose bundle.toml lies in the folder `path`."""
        self._engine = load_tuned_engine(path)  # until the process ends: the toolkit never says that it is done

    def __call__(self, data: dict[str, Any]) -> Image.Image:
        """A picture for {"inputs": recipe, "parameters": {...}}.

        Raises:
            ValueError: the body does not fit; the toolkit answers with its text.
        """
        from plitka.serve.plain_api import TextToImage  # noqa: PLC0415  (after tuning: it brings numpy)

        try:
            order = TextToImage.model_validate(data).order()
        except ValueError as error:
            raise ValueError(_faults(error)) from None
        try:
            request = self._engine.complete(order.with_masks().with_seed().request(self._engine.defaults))
            result = generate_one(self._engine, request)
        except PlitkaError as error:
            raise ValueError(localise(error, "en")) from error
        return Image.fromarray(result.pixels)


def _faults(error: ValueError) -> str:
    """Where and what, without what was sent."""
    faults = error.errors() if hasattr(error, "errors") else []
    told = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return told or "the body does not fit"
