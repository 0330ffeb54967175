"""Pictures of the photographed recipes in the finishes of this folder, for `judge.py` and for the eye.

Of its shards, of the engine's chips lit as shards are, or of those chips in the light of a render.
"""

import argparse
from pathlib import Path

import torch
from beds import lay_chip_beds, lay_lit_beds, light_by_box, light_by_engine
from finishes import Finishes, file_name, paint_of, seen_areas
from laying import OVERSAMPLE, BedConfig
from painting import paint
from PIL import Image

from plitka.core.judge.evaluation import photographed_recipes
from plitka.core.judge.realism import load_references

LIT = {"chips": light_by_box, "render": light_by_engine}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=640, metavar="PX")
    parser.add_argument("--beds", type=int, default=4, help="different ones")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--of", choices=("shards", *LIT), default="shards")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(asked.seed)
    if asked.of == "shards":
        beds, light = lay_lit_beds(asked.beds, BedConfig(n_cells=OVERSAMPLE * asked.size), asked.seed, device)
    else:
        beds, light = LIT[asked.of](lay_chip_beds(asked.beds, asked.size, asked.seed), asked.seed, device)
    areas, finishes = seen_areas(beds.ids, beds.n_fallen), Finishes.load()
    recipes = photographed_recipes(load_references())
    for index, recipe in enumerate(recipes):
        one = slice(index % asked.beds, index % asked.beds + 1)
        made_of = paint_of(recipe, areas[one][0], finishes)
        painted = paint(beds.ids[one], light.of(one), made_of, finishes.camera(recipe), OVERSAMPLE)
        pixels = (painted[0] * 255).round().byte().permute(1, 2, 0).cpu().numpy()
        Image.fromarray(pixels).save(asked.folder / file_name(recipe))


if __name__ == "__main__":
    main()
