"""Write the types of our own HTTP contract for the page: src/plitka/web/schema.d.ts.

npm ci && python recipes/web/schema.py            writes it
python recipes/web/schema.py --check              says whether it is what the service answers today
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fastapi

from plitka.serve.app import OWN

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "src/plitka/web/schema.d.ts"


def document() -> str:
    """The OpenAPI document of our own contract."""
    app = fastapi.FastAPI(title="plitka")
    for api in OWN:
        app.include_router(api.router)
    return json.dumps(app.openapi())


def types() -> str:
    """Its types, as openapi-typescript writes them."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        raise SystemExit("node is needed; make .venv/dev.stamp installs it")
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        source.write_text(document(), "utf-8")
        command = [node, ROOT / "node_modules/openapi-typescript/bin/cli.js", source, "--output", made]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)  # noqa: S603  (our own words)
        return made.read_text("utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is behind the service")
    if not parser.parse_args().check:
        TARGET.write_text(types(), "utf-8")
    elif TARGET.read_text("utf-8") != types():
        raise SystemExit(f"{TARGET} is behind the service; run python recipes/web/schema.py")
