"""How many wrong captions `plitka dataset audit` finds, and how many right ones it accuses.

    python benchmarks/audit_accuracy.py renders --n 60
    python benchmarks/audit_accuracy.py renders --n 180 --any-light
    python benchmarks/audit_accuracy.py photographs FOLDER

Renders are whole tiles on white in the light of the studio, of 1 to 4 of the 29 colours in steps of 5 %, 512 px; with
`--any-light` also tiles that fill the picture, in every light, wet and dry. One caption in five is wrong: two shares
that differ by 10 points and more exchanged, 20 points moved, a colour replaced, left out, or added. Captions of a
folder of photographs are taken to be right.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.audit import Audit, audit_folder
from plitka.core.dataset.caption import write_caption
from plitka.core.dataset.folder import read_folder
from plitka.core.dataset.verdict import Verdict
from plitka.core.files.picture import encode_png
from plitka.core.generation import Request
from plitka.core.recipes.recipe import Part, Recipe, format_colours
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting, Scene, Size, Surface, Zone

FIRST_SEED = 27_000_000
SIZE_PX = 512
WRONG_EACH = 5
"""One caption in so many is wrong."""
NEAR = 2.5
"""Points within which a proposed share counts as right."""
PALETTE = default_palette()
Shares = dict[str, int]


@dataclass(frozen=True, slots=True)
class Trial:
    """A picture and what is said of it."""

    shown: Recipe
    told: Recipe
    change: str


def main() -> None:
    """Read the command line and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    renders = kinds.add_parser("renders")
    renders.add_argument("--n", type=int, default=60)
    renders.add_argument("--any-light", action="store_true")
    renders.add_argument("--first-seed", type=int, default=FIRST_SEED)
    renders.set_defaults(run=on_renders)
    photographs = kinds.add_parser("photographs")
    photographs.add_argument("folder", type=Path)
    photographs.set_defaults(run=lambda asked: report(audit_folder(read_folder(asked.folder), PALETTE, jobs=2), {}))
    asked = parser.parse_args()
    asked.run(asked)


def on_renders(asked: argparse.Namespace) -> None:
    """Render, caption, audit."""
    with tempfile.TemporaryDirectory() as name:
        folder, trials = Path(name), {}
        for number in range(asked.n):
            rng = np.random.default_rng(asked.first_seed + number)
            shares = draw_shares(rng)
            changes = dict(altered(shares, rng))
            change = str(rng.choice(sorted(changes))) if number % WRONG_EACH == 0 else ""
            trial = Trial(recipe_of(shares), recipe_of(changes[change] if change else shares), change)
            path = folder / f"{number:03d}.png"
            path.write_bytes(render(trial.shown, rng, any_light=asked.any_light))
            path.with_suffix(".txt").write_text(write_caption(trial.told))
            trials[path.name] = trial
        report(audit_folder(read_folder(folder), PALETTE, jobs=2), trials)


def draw_shares(rng: np.random.Generator) -> Shares:
    """1 to 4 colours in steps of 5 %."""
    n = int(rng.choice([1, 2, 3, 4], p=[0.25, 0.35, 0.25, 0.15]))
    codes = rng.choice([colour.code for colour in PALETTE.catalogue], n, replace=False)
    steps = 1 + rng.multinomial(20 - n, rng.dirichlet(np.full(n, 2.0)))
    return {str(code): 5 * int(step) for code, step in zip(codes, steps, strict=True)}


def altered(shares: Shares, rng: np.random.Generator) -> Iterator[tuple[str, Shares]]:
    """The same in each way of being wrong that it allows."""
    codes = sorted(shares, key=lambda code: -shares[code])
    first, last, other = (
        codes[0],
        codes[-1],
        str(rng.choice([c.code for c in PALETTE.catalogue if c.code not in codes])),
    )
    if shares[first] - shares[last] >= 10:
        yield "exchanged", shares | {first: shares[last], last: shares[first]}
    if len(codes) > 1 and shares[first] > 20:
        yield "moved", shares | {first: shares[first] - 20, last: shares[last] + 20}
    if len(codes) > 1 and shares[last] >= 10:
        yield "left out", {code: shares[code] for code in codes[:-1]} | {first: shares[first] + shares[last]}
    if shares[first] > 20:
        yield "added", shares | {first: shares[first] - 20, other: 20}
    replaced = str(rng.choice([code for code in codes if shares[code] >= 10]))
    yield "replaced", {other if code == replaced else code: share for code, share in shares.items()}


def recipe_of(shares: Mapping[str, int]) -> Recipe:
    """As a recipe."""
    colours = PALETTE.named(shares)
    return Recipe(tuple(Part(colour, Decimal(shares[colour.code])) for colour in colours))


def render(recipe: Recipe, rng: np.random.Generator, *, any_light: bool) -> bytes:
    """A PNG of a tile."""
    fills = any_light and rng.random() < 0.5
    scene = Scene(
        zones=(Zone(recipe),),
        size=Size(width_px=SIZE_PX, height_px=SIZE_PX),
        light=Lighting(str(rng.choice([light.value for light in Lighting]))) if fills else Lighting.STUDIO,
        surface=Surface(str(rng.choice([surface.value for surface in Surface]))) if fills else Surface.PRESSED,
        wet=bool(fills and rng.random() < 0.3),
    )
    engine = RenderEngine()
    request = engine.complete(Request(scene=scene, seed=int(rng.integers(2**31))))
    return encode_png(engine.render(request, whole_tile=not fills)[0].pixels)


def report(audit: Audit, trials: Mapping[str, Trial]) -> None:
    """Every verdict that is not as it should be, and the counts."""
    n_wrong = n_found = n_right = n_accused = 0
    for finding in audit.findings:
        trial, is_accused = trials.get(finding.entry.name), finding.verdict is Verdict.WRONG
        is_wrong = trial is not None and bool(trial.change)
        n_wrong += is_wrong
        n_found += is_wrong and is_accused
        n_accused += is_accused and not is_wrong
        is_right = trial is not None and is_wrong and is_accused and is_near(finding.proposal, trial.shown)
        n_right += is_right
        if is_wrong != is_accused or (is_wrong and not is_right) or finding.verdict is Verdict.DOUBTFUL:
            shown = "" if trial is None else f"{trial.change or 'right'}, shows {format_colours(trial.shown)}"
            proposal = "" if finding.proposal is None else format_colours(finding.proposal)
            told = f"{finding.entry.name} {finding.verdict}: {finding.entry.caption}"
            say(f"{told} | {shown} | {proposal} | {finding.reason}")
    say(f"wrong captions: {n_wrong}, found {n_found}, right recipe proposed {n_right}")
    say(f"right captions: {len(audit.findings) - n_wrong}, accused {n_accused}")
    say(", ".join(f"{verdict} {n}" for verdict, n in audit.counts.items()))


def is_near(proposal: Recipe | None, shown: Recipe) -> bool:
    """Whether it has the same colours in nearly the same shares."""
    if proposal is None or set(proposal.percents) != set(shown.percents):
        return False
    return all(abs(percent - shown.percents[code]) <= NEAR for code, percent in proposal.percents.items())


def say(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
