"""Compare networks on pictures: what six tests ask, near pairs, renders of the benchmark, and photographs if given.

    PYTHONPATH=tree/src:tree/benchmarks python3 evaluate.py FOLDER [--photographs ../shared/photos]

FOLDER has classifier.npz, classifier_laid.npz, scratch.npz, scratch_laid.npz, as far as they are there. The look of the
colours is fitted once, then each network reads it, so that a row compares the same pictures.
"""

import argparse
import multiprocessing
import sys
import time
from io import BytesIO
from pathlib import Path

import types

import numpy as np
from PIL import Image

try:
    import pi_heif
except ImportError:  # photographs of phones are not read here
    sys.modules["pi_heif"] = types.SimpleNamespace(register_heif_opener=lambda: None)

import measure_accuracy as bench
from plitka.core.colour.palette import default_palette
from plitka.core.generation import Swatch
from plitka.core.measure import classifier, shares
from plitka.core.measure.sight import PointSight
from plitka.core.recipes.reading import parse_recipe
from plitka.core.tile.granules import GranuleConfig, lay_granules
from plitka.core.tile.lighting import LightConfig
from plitka.core.tile.renderer import recolour
from plitka.core.tile.shading import compute_light

BLENDS = (0.85, 0.7, 0.5)
PRESENT = {learnt: dict(classifier.shipped_weights(is_learnt=learnt)) for learnt in (False, True)}


def disturbances():
    noisy = lambda p, s: np.clip(np.rint(p + np.random.default_rng(0).normal(0, s, p.shape)), 0, 255).astype(np.uint8)

    def jpeg(p, q):
        file = BytesIO()
        Image.fromarray(p).save(file, "JPEG", quality=q)
        return np.asarray(Image.open(file))

    def resized(p, f):
        image = Image.fromarray(p)
        small = image.resize((round(image.width * f),) * 2, Image.Resampling.BICUBIC)
        return np.asarray(small.resize(image.size, Image.Resampling.BICUBIC))

    def blurred(pixels, sigma_px):
        taps = np.exp(-((np.arange(-3, 4) / sigma_px) ** 2) / 2)
        soft = pixels.astype(np.float64)
        for axis in (0, 1):
            padded = np.pad(soft, [(3, 3) if side == axis else (0, 0) for side in range(3)], mode="edge")
            soft = np.apply_along_axis(np.convolve, axis, padded, taps / taps.sum(), "valid")
        return np.rint(soft).astype(np.uint8)

    return {
        "blur 0.4": (blurred, 0.4),
        "blur 0.9": (blurred, 0.9),
        "noise 3": (noisy, 3),
        "noise 8": (noisy, 8),
        "jpeg 85": (jpeg, 85),
        "resized": (resized, 0.75),
    }


class Seen:
    """Features of one picture, to be read by any network."""

    def __init__(self, key, pixels, colours, true, laid=None, swatch=None):
        sight, fit = shares._look(pixels, colours, shares.MeasureConfig(), laid, swatch, None, PointSight)
        self.key, self.colours, self.sight, self.features = key, colours, sight, sight.features(fit)
        self.is_learnt = laid is not None or swatch is not None
        self.true = np.array(true, np.float64)

    def read(self, weights):
        classifier.shipped_weights = lambda *, is_learnt: weights[is_learnt]
        found = shares._percents(self.sight.chances(self.features, is_learnt=self.is_learnt).mean(0), self.colours)
        return np.array([found[c.code] for c in self.colours]) - self.true


def colours_of(text):
    return parse_recipe(text).recipe.colours


def see_disturbed(seed, size=320):
    """Black and white as tests/core/measure/test_shares.py lays it: seeds 0 to 2 there."""
    scale = (0.8, 1.0, 1.3)[seed % 3]
    geometry = lay_granules(GranuleConfig(size_px=size, field_mm=size / 7 / scale), 500 + seed)
    config = LightConfig(
        azimuth_deg=110.0 * seed, elevation_deg=45.0 + 8 * (seed % 3), warmth=(-0.5, 0.0, 0.5)[seed % 3]
    )
    light = compute_light(geometry, config)
    for mix in ("50% black, 50% white", "60% red, 30% black, 10% yellow", "75% black, 25% white"):
        recipe = parse_recipe(mix).recipe
        picture = recolour(geometry, light, recipe, config, seed)
        true = [100 * s for s in picture.shares]
        yield Seen(f"{mix} sharp {seed}", picture.pixels, recipe.colours, true)
        for name, (disturb, amount) in disturbances().items():
            yield Seen(f"{mix} {name} {seed}", disturb(picture.pixels, amount), recipe.colours, true)
    find = default_palette().find
    for present, absent in (("white", "pearl"), ("pearl", "white"), ("red", "terracotta"), ("yellow", "sand"),
                            ("black", "dark gray"), ("gray", "light gray")):  # fmt: skip
        pixels = recolour(geometry, light, parse_recipe(f"100% {present}").recipe, config, seed).pixels
        yield Seen(f"absent {absent} beside {present} {seed}", pixels, [find(present), find(absent)], [100, 0])


def see_near(index, size=320):
    """As tests/core/measure/test_labelled_shares.py, on other granules: told a true map, a partly wrong one, a swatch."""
    pairs = [*bench.NEAR, ("black", "white")]
    pair = pairs[index % len(pairs)]
    seed = 700 + index
    granules = GranuleConfig(size_px=size, field_mm=size / 7)
    geometry, other = (lay_granules(granules, seed + k) for k in (0, 1000))
    light, other_light = (compute_light(each, LightConfig()) for each in (geometry, other))
    even = parse_recipe(f"50% {pair[0]}, 50% {pair[1]}").recipe
    swatch = Swatch(recolour(other, other_light, even, LightConfig(), seed).pixels,
                    bench.tell(other, even, seed, 0.0).astype(np.uint8))  # fmt: skip
    for percent in (80, 60, 40, 20):
        recipe = parse_recipe(f"{percent}% {pair[0]}, {100 - percent}% {pair[1]}").recipe
        picture = recolour(geometry, light, recipe, LightConfig(), seed + percent)
        true, name = [100 * s for s in picture.shares], f"{percent} {pair[0]}/{pair[1]}"
        yield Seen(f"near blind: {name}", picture.pixels, recipe.colours, true)
        yield Seen(f"near swatch: {name}", picture.pixels, recipe.colours, true, swatch=swatch)
        for untrue in (0.0, 0.05):
            told = bench.tell(geometry, recipe, seed + percent, untrue)
            yield Seen(f"near told {untrue}: {name}", picture.pixels, recipe.colours, true, laid=told)
    # The map of a picture of other shares, dealt anew: it must not be believed.
    recipe = parse_recipe(f"30% {pair[0]}, 70% {pair[1]}").recipe
    picture = recolour(geometry, light, recipe, LightConfig(), seed)
    strange = bench.tell(geometry, parse_recipe(f"70% {pair[0]}, 30% {pair[1]}").recipe, seed + 5, 0.0)
    yield Seen(f"map of another picture: {pair[0]}/{pair[1]}", picture.pixels, recipe.colours,
               [100 * s for s in picture.shares], laid=strange)  # fmt: skip


def see_renders(layer, n=3, size=512):
    """As benchmarks/measure_accuracy.py renders, blind and told; by `measure`, not `measure_named`."""
    geometry, light, config = bench.lay(bench.FIRST_SEED + layer, size)
    for index in range(layer, layer + n * bench.N_LAYERS, bench.N_LAYERS):
        recipe = bench.draw_recipe(np.random.default_rng(bench.FIRST_SEED - 1 - index))
        picture = recolour(geometry, light, recipe, config, bench.FIRST_SEED + index)
        true, told = (
            [100 * s for s in picture.shares],
            bench.tell(geometry, recipe, bench.FIRST_SEED + index, bench.UNTRUE),
        )
        yield Seen("renders blind", picture.pixels, recipe.colours, true)
        yield Seen("renders told", picture.pixels, recipe.colours, true, laid=told)


def see_photographs(item):
    recipe, pixels = item
    if len(recipe.parts) > 1:
        yield Seen("photographed mixes", pixels, recipe.colours, [100 * s for s in recipe.shares])
    else:
        own = recipe.colours[0]
        others = [each for each in default_palette().catalogue if each.code != own.code]
        near = min(others, key=lambda other: np.linalg.norm(np.subtract(other.lab_d65, own.lab_d65)))
        yield Seen("photographed solids, nearest absent", pixels, [own, near], [100, 0])


def networks(folder):
    """Name -> weights of the blind network and of the told one."""
    load = lambda name: dict(np.load(folder / name)) if (folder / name).exists() else None
    found = {"present": PRESENT}
    tuned = {False: load("classifier.npz"), True: load("classifier_laid.npz")}
    for learnt in (False, True):
        tuned[learnt] = tuned[learnt] or PRESENT[learnt]
    found["tuned"] = tuned
    for part in BLENDS:
        found[f"{part:g} tuned"] = {
            learnt: {k: part * tuned[learnt][k] + (1 - part) * v for k, v in PRESENT[learnt].items()}
            for learnt in tuned
        }
    scratch = {False: load("scratch.npz"), True: load("scratch_laid.npz")}
    if all(scratch.values()):
        found["scratch"] = scratch
    return found


def work(jobs, asked, ends, rank, queue):
    seen = []
    for see, argument in jobs:
        if time.monotonic() > ends - asked.read_s:
            break
        seen += list(see(argument))
    while asked.wait and not asked.wait.exists() and time.monotonic() < ends - asked.read_s:
        time.sleep(0.2)
    variants, found = networks(asked.folder), []
    for each in seen:
        if time.monotonic() > ends:
            break
        found.append((each.key, {name: each.read(weights) for name, weights in variants.items()}))
    queue.put(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--wait", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--read-s", type=float, default=18, help="of these, kept for the networks")
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--near", type=int, default=9)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    ends = time.monotonic() + asked.seconds
    jobs = [(see_disturbed, seed) for seed in range(asked.seeds)] + [(see_near, index) for index in range(asked.near)]
    jobs += [(see_renders, layer) for layer in range(asked.layers)]
    if asked.photographs:
        from plitka.core.dataset.photographs import read_photographs

        jobs = [(see_photographs, item) for item in read_photographs(asked.photographs)] + jobs
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    n = min(asked.processes, len(jobs))
    workers = [context.Process(target=work, args=(jobs[k::n], asked, ends, k, queue)) for k in range(n)]
    for worker in workers:
        worker.start()
    found = []
    for _ in workers:
        try:
            found += queue.get(timeout=max(1.0, ends - time.monotonic() + 5))
        except Exception:
            break
    for worker in workers:
        worker.terminate()
    report(found)


def report(found):
    if not found:
        say("nothing was evaluated: the time was over")
        return
    # A worker whose time was over read what was there.
    names = [name for name in max((of for _, of in found), key=len) if all(name in of for _, of in found)]
    say("points off; " + " | ".join(names))
    groups = {}
    for key, of_each in found:
        for group in (key.split(":")[0].split(" sharp")[0] if key.startswith("near") else key.rstrip("0123456789 "),):
            groups.setdefault(group, []).append(of_each)
    say("\nmean error, of each group")
    for group, all_of in sorted(groups.items()):
        means = [np.mean([np.abs(each[name]).mean() for each in all_of]) for name in names]
        tops = [np.max([np.abs(each[name]).max() for each in all_of]) for name in names]
        say(f"{group:46} n {len(all_of):3}  " + " | ".join(f"{m:5.2f} ({t:4.1f})" for m, t in zip(means, tops)))
    say("\nlargest change from the sharp picture (tests allow 1)")
    by_key = dict(found)
    for key, of_each in sorted(by_key.items()):
        for name in disturbances():
            if f" {name} " in key:
                sharp = by_key.get(key.replace(f" {name} ", " sharp "))
                if sharp:
                    say(f"{key:46} " + " | ".join(f"{np.abs(of_each[n] - sharp[n]).max():5.2f}" for n in names))
    say("\nfirst colour's error: near pairs, absent colours (tests allow 5; by swatch 3), strange maps")
    for key, of_each in sorted(found, key=lambda each: each[0]):
        if key.startswith(("near", "absent", "map")):
            say(f"{key:46} " + " | ".join(f"{of_each[n][0]:+6.2f}" for n in names))


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
