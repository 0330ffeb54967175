"""Cut the font of masks down to the letters of `lettering`: needs `fonttools`, which plitka does not.

python recipes/font/subset.py DejaVuSans-Bold.ttf src/plitka/core/tile/data/DejaVuSans-Bold-subset.ttf

The source is Debian's package fonts-dejavu-core 2.37-6. Hints are left out, for masks are drawn large.
"""

import argparse
from pathlib import Path

from fontTools import subset

from plitka.core.tile.lettering import CHARACTER_RANGES


def main(source: Path, target: Path) -> None:
    options = subset.Options(hinting=False, layout_features=[], recalc_timestamp=False, notdef_outline=True)
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in CHARACTER_RANGES for code in range(low, high + 1)])
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    asked = parser.parse_args()
    main(asked.source, asked.target)
