"""Makes src/plitka/core/judge/data/photo_statistics.npz from the photographs of tiles.

    python recipes/evaluate/photo_statistics.py PHOTOS

PHOTOS has `captions.csv` (file, caption) and the photographs, 1024 px of a whole tile on white.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from plitka.core.dataset.photographs import read_photographs
from plitka.core.judge import realism

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("photographs", type=Path, metavar="PHOTOS")
asked = parser.parse_args()
target = Path(realism.__file__).parent / "data" / "photo_statistics.npz"
photographs = read_photographs(asked.photographs)
references = {realism.recipe_key(recipe): realism.describe_photograph(pixels) for recipe, pixels in photographs}
np.savez_compressed(target, allow_pickle=False, **realism.pack_references(references))
sys.stdout.write(f"{len(references)} photographs, {target.stat().st_size} bytes in {target}\n")
