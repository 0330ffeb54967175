"""plitka for Cog and Replicate: lay this folder's files beside a bundle's folder `bundle`, and run `cog build`.

The fields are those of `POST /v1/predictions` of `plitka serve`, which the same clients speak to.
"""

import logging
import os
import tempfile
from importlib.metadata import version
from pathlib import Path as File

import structlog
from cog import BasePredictor, Input, Path

from plitka.core.files.picture import encode_png, px_per_mm, text_fields
from plitka.core.generation import Engine, generate_one
from plitka.core.language.translations import localise
from plitka.errors import PlitkaError
from plitka.model.loading import load_tuned_engine

BUNDLE = "PLITKA_BUNDLE"
"""The variable that names a bundle's folder, or a model of `plitka model list`; else `bundle` beside this file."""


class Predictor(BasePredictor):
    """What Cog builds once and calls for each prediction, one at a time."""

    engine: Engine

    def setup(self) -> None:
        """Load the model, and make the first picture, which nobody sees."""
        # structlog's own loggers hold on to stdout in a way that Cog's stand-in for it does not bear.
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
            logger_factory=structlog.stdlib.LoggerFactory(),
        )
        beside = File(__file__).with_name("bundle")
        self.engine = load_tuned_engine(os.environ.get(BUNDLE) or str(beside))
        self.engine.warm_up()

    def predict(
        self,
        prompt: str = Input(description="The mix, such as `60% red, 40% black`, in English or Russian."),
        negative_prompt: str = Input(
            description="What the picture shall not show; empty: the model's own.", default=""
        ),
        seed: int = Input(description="The same seed makes the same picture; -1: any.", default=-1),
        num_inference_steps: int = Input(description="0: the model's own.", default=0),
        guidance_scale: float = Input(description="0: the model's own.", default=0.0),
        width: int = Input(description="Pixels; 0: the model's own.", default=0),
        height: int = Input(description="Pixels; 0: the model's own.", default=0),
        mode: str = Input(description="guided: in exact shares. text: by the words alone.", default="guided"),
    ) -> Path:
        """A PNG that carries its recipe, seed and measured shares.

        Raises:
            ValueError: the recipe cannot be read, or a value is out of its range; Cog answers with its text.
        """
        from plitka.serve.cog_api import Input as Contract  # noqa: PLC0415  (after the process is tuned: it brings numpy)

        asked = {
            "prompt": prompt,
            "negative_prompt": negative_prompt or None,
            "seed": None if seed < 0 else seed,
            "num_inference_steps": num_inference_steps or None,
            "guidance_scale": guidance_scale or None,
            "width": width or None,
            "height": height or None,
            "mode": mode,
        }
        try:
            order = Contract.model_validate({name: value for name, value in asked.items() if value is not None}).order()
            request = self.engine.complete(order.with_masks().with_seed().request(self.engine.defaults))
            result = generate_one(self.engine, request)
        except PlitkaError as error:
            raise ValueError(localise(error, "en")) from error
        made = File(tempfile.mkdtemp()) / "tile.png"
        made.write_bytes(encode_png(result.pixels, text_fields(result, version("plitka")), px_per_mm(result)))
        return Path(made)
