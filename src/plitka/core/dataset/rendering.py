"""A folder of rendered tiles with captions, by the imagefolder convention of Hugging Face datasets.

```
DIR/000000.png ...   the pictures
DIR/metadata.csv     file_name, text, and the exact percent of each colour
DIR/.plitka/         what was asked, and a table for each finished block of pictures
```

Decisions:
* Picture number k depends on the settings and on k alone, so a folder that was left half done can be
  continued, and one that is to grow gets the same pictures as a large one from the start.
* A block is one geometry with its light in the colours of many recipes, because colouring takes a small
  part of the time that laying takes. Each picture of it is shifted by its own distance.
* A block's table is written after its pictures. A block without a table is made again: same names, same bytes; one
  that is to grow gets what it lacks.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from plitka.core.colour.palette import Palette
from plitka.core.dataset.caption import write_caption
from plitka.core.dataset.processes import work_off
from plitka.core.files.picture import encode_png, write_whole
from plitka.core.recipes.recipe import MAX_COLOURS, Part, Recipe
from plitka.core.scene import SIZE_PX_RANGE, USUAL_FRACTION, Scene, check_range, fraction_mm
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import USUAL_PX_PER_MM
from plitka.core.tile.renderer import lay_layer, paint_layer
from plitka.errors import FieldName, InputError

N_BLOCK = 20
"""Pictures of one geometry."""
MAX_COUNT = 1_000_000
METADATA = "metadata.csv"
SMALLEST_PERCENT = 2

_WORK = ".plitka"  # the imagefolder loader passes over hidden folders
_SETTINGS = "settings.json"
_COLOUR_COUNTS = (0.10, 0.28, 0.25, 0.16, 0.09, 0.06, 0.04, 0.02)
"""How often a recipe has 1, 2, ... 8 colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetConfig:
    """What decides every byte of every picture.

    Raises:
        InputError: no colour, no such granules, or an unusual size.
    """

    size_px: int = 512
    """64..2048."""
    seed: int = 0
    codes: tuple[str, ...]
    """The colours to mix, by code."""
    granules: str = USUAL_FRACTION
    """One of `FRACTIONS_MM`."""
    version: str
    """Of plitka: another one may paint otherwise."""

    def __post_init__(self) -> None:
        if not self.codes:
            raise InputError("name at least one colour to mix")
        fraction_mm(self.granules)
        check_range(FieldName("size"), self.size_px, *SIZE_PX_RANGE)


def render_dataset(
    folder: Path,
    config: DatasetConfig,
    palette: Palette,
    count: int,
    *,
    jobs: int = 1,
    on_pictures: Callable[[int], None] = lambda _n: None,
) -> int:
    """Make the pictures of a folder that are not there yet, then their table.

    Args:
        palette: where the colours of `config` are found.
        count: pictures that the folder shall have; one that has more keeps them.
        jobs: processes at work; 1 works in this one.
        on_pictures: called with the number of pictures that have become ready.

    Returns:
        The number of pictures made now.

    Raises:
        InputError: the folder was begun with other settings.
        OSError: the folder cannot be written to.
    """
    _open_folder(folder, config, palette)
    blocks = {block: min(N_BLOCK, count - block * N_BLOCK) for block in range(-(-count // N_BLOCK))}
    there = {block: min(n, len(_read_table(_table_path(folder, block)))) for block, n in blocks.items()}
    n_there = sum(there.values())
    on_pictures(n_there)
    missing = {block: n for block, n in blocks.items() if there[block] < n}
    # Whatever is cut short is made again, for files are written whole.
    for n in work_off(partial(_render_item, folder, config, palette), missing.items(), jobs):
        on_pictures(n)
    _write_metadata(folder)
    return count - n_there


def draw_recipe(config: DatasetConfig, palette: Palette, number: int) -> Recipe:
    """The recipe of picture `number`: whole percents, none below `SMALLEST_PERCENT`."""
    rng = np.random.default_rng([config.seed, 1, number])
    limit = min(MAX_COLOURS, len(config.codes))
    chances = np.array(_COLOUR_COUNTS[:limit])
    n = 1 + int(rng.choice(limit, p=chances / chances.sum()))
    codes = rng.choice(np.array(config.codes), size=n, replace=False)
    evenness = rng.choice([0.5, 1.0, 4.0])  # from flecks in one colour to nearly equal parts
    free = rng.dirichlet(np.full(n, evenness)) * (100 - SMALLEST_PERCENT * n)
    percents = SMALLEST_PERCENT + np.floor(free).astype(int)
    percents[percents.argmax()] += 100 - percents.sum()
    found = [palette.find(str(code)) for code in codes]
    return Recipe(tuple(Part(colour, Decimal(int(p))) for colour, p in zip(found, percents, strict=True) if colour))


def _own_colours(config: DatasetConfig, palette: Palette) -> dict[str, dict[str, str]]:
    """What those codes stand for that come from a palette file: other files may have other colours under them."""
    found = [palette.find(code) for code in config.codes]
    own = {
        colour.code: f"{colour.caption_name} {colour.srgb_hex}"
        for colour in found
        if colour and colour.source == "custom"
    }
    return {"palette": own} if own else {}


def _open_folder(folder: Path, config: DatasetConfig, palette: Palette) -> None:
    settings = folder / _WORK / _SETTINGS
    settings.parent.mkdir(parents=True, exist_ok=True)
    for left_over in (*folder.glob(".*.part"), *settings.parent.glob(".*.part")):
        left_over.unlink()
    asked = json.loads(json.dumps(asdict(config) | _own_colours(config, palette)))
    try:
        then = dict(json.loads(settings.read_text("utf-8")))
    except FileNotFoundError:
        write_whole(settings, json.dumps(asked).encode())
        return
    except (TypeError, ValueError) as error:
        raise InputError("{path} cannot be read: {reason}", path=settings, reason=error) from error
    # A folder that was begun before there was a choice of granules has the usual ones.
    then = {"granules": USUAL_FRACTION} | then
    for name in asked | then:
        if then.get(name) != asked.get(name):
            raise InputError(
                "{path} was begun with another {name}: {then}, not {value}; take another folder",
                path=folder,
                name=name,
                then=then.get(name),
                value=asked.get(name),
            )


def _render_item(folder: Path, config: DatasetConfig, palette: Palette, item: tuple[int, int]) -> int:
    return render_block(folder, config, palette, *item)


def render_block(folder: Path, config: DatasetConfig, palette: Palette, block: int, n: int) -> int:
    """Make what the table of a block lacks of its first `n` pictures, and then the table; returns their number."""
    spec = MapSpec(
        width_px=config.size_px,
        height_px=config.size_px,
        field_mm=config.size_px / USUAL_PX_PER_MM,
        seed=_seed(config, 0, block),
        granule_mm=fraction_mm(config.granules),
    )
    layer = lay_layer(spec)
    rows = _read_table(_table_path(folder, block))
    n_there = len(rows)
    for number in range(block * N_BLOCK + n_there, block * N_BLOCK + n):
        recipe = draw_recipe(config, palette, number)
        rendering = paint_layer(layer, Scene.of(recipe), _seed(config, 2, number))
        shift = np.random.default_rng([config.seed, 3, number]).integers(config.size_px, size=2)
        name = f"{number:06d}.png"
        write_whole(folder / name, encode_png(np.roll(rendering.pixels, shift, (0, 1))))
        rows.append(_row(name, recipe, rendering.shares, config.codes))
    write_whole(_table_path(folder, block), _to_csv(rows))
    return n - n_there


def _seed(config: DatasetConfig, purpose: int, number: int) -> int:
    """A seed of its own for each purpose and number, 0..2**32-1."""
    return int(np.random.SeedSequence([config.seed, purpose, number]).generate_state(1)[0])


def _row(name: str, recipe: Recipe, shares: Sequence[float], codes: Sequence[str]) -> dict[str, str]:
    exact = {colour.code: f"{100 * share:.3f}" for colour, share in zip(recipe.colours, shares, strict=True)}
    return {"file_name": name, "text": write_caption(recipe)} | {code: exact.get(code, "0") for code in codes}


def _table_path(folder: Path, block: int) -> Path:
    return folder / _WORK / f"block-{block:06d}.csv"


def _read_table(path: Path) -> list[dict[str, Any]]:
    try:
        return list(csv.DictReader(StringIO(path.read_text("utf-8"), newline="")))
    except FileNotFoundError:
        return []


def _to_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    text = StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def _write_metadata(folder: Path) -> None:
    tables = sorted((folder / _WORK).glob("block-*.csv"))
    write_whole(folder / METADATA, _to_csv([row for table in tables for row in _read_table(table)]))
