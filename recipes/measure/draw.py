"""Draw examples for `train.py` into a folder, in several processes, until there are enough or the time is over.

python recipes/mini/unpack.py --work .mini src/plitka/mini
python recipes/measure/draw.py /dev/shm/blind --autoencoder .mini --layers 900
python recipes/measure/draw.py /dev/shm/laid --laid --autoencoder .mini --layers 900
"""

import argparse
import os
from itertools import islice, takewhile
from pathlib import Path
from time import monotonic

import torch.multiprocessing
from example_files import name_of, write_examples
from laid_scenes import draw_laid_examples
from scenes import draw_examples

FIRST_SEED = 3100
SIZE_PX = 288
EXAMPLES_PER_LAYER = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--laid", action="store_true", help="pictures of which it is known what was laid where")
    parser.add_argument("--layers", type=int, default=80)
    parser.add_argument("--of-layer", type=int, default=EXAMPLES_PER_LAYER, help="examples of each layer")
    parser.add_argument("--size-px", type=int, default=SIZE_PX)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--source", default="render", help="a name for these examples, reported apart")
    parser.add_argument("--autoencoder", type=Path, help="folder with vae-*.safetensors; some pictures then pass it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    torch.multiprocessing.spawn(draw, (asked, monotonic()), nprocs=asked.processes)


def draw(rank: int, asked: argparse.Namespace, began: float) -> None:
    """What each process does."""
    torch.set_num_threads(1)
    of_layer = draw_laid_examples if asked.laid else draw_examples
    for seed in range(asked.first_seed + rank, asked.first_seed + asked.layers, asked.processes):
        drawn = islice(of_layer(seed, asked.size_px, asked.autoencoder), asked.of_layer)
        examples = list(takewhile(lambda _: monotonic() - began < asked.seconds, drawn))
        if not examples:
            break
        write_examples(examples, asked.folder / name_of(asked.source, seed))


if __name__ == "__main__":
    main()
