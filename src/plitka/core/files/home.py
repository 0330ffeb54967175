"""Where what plitka keeps for its user lies: models, and what the service keeps."""

import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "PLITKA_HOME"


def home_folder() -> Path:
    """The folder that `$PLITKA_HOME` names, else the platform's place for data."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else usual_home_folder()


def usual_home_folder() -> Path:
    """The platform's place for data, whatever the environment says."""
    return platformdirs.user_data_path("plitka", appauthor=False)
