"""`python -m plitka` is the command `plitka`."""

import sys

from plitka.cli import main

sys.exit(main())
