"""Every path that the service answers at: what the routers declare, what answers link to, and whose shape errors take.

A path with a name in braces is a template; `path_of` fills it.
"""

import re
from enum import StrEnum
from urllib.parse import quote

JOBS = "/v1/jobs"
JOB = "/v1/jobs/{job_id}"
JOB_CANCEL = "/v1/jobs/{job_id}/cancel"
JOB_IMAGE = "/v1/jobs/{job_id}/image"
JOB_EVENTS = "/v1/jobs/{job_id}/events"
RECIPES_PARSE = "/v1/recipes/parse"
RECIPES_PATTERNS = "/v1/recipes/patterns"
COLOURS = "/v1/colours"
MODELS = "/v1/models"
MEASURE = "/v1/measure"
MASKS = "/v1/masks"
SHEETS = "/v1/sheets"
MATERIALS = "/v1/materials"
PALETTES = "/v1/palettes"
SESSION = "/v1/session"
KEYS = "/v1/keys"
KEY = "/v1/keys/{key_id}"
KEY_ROTATION = "/v1/keys/{key_id}/rotation"
KEY_USAGE = "/v1/keys/usage"
OPERATION = "/v1/operation"
OPERATION_JOBS = "/v1/operation/jobs"
OPERATION_JOB = "/v1/operation/jobs/{job_id}"
OPERATION_CANCEL = "/v1/operation/cancel"
OPERATION_PURGE = "/v1/operation/purge"
INTAKE = "/v1/operation/intake"
DRAIN = "/v1/operation/drain"
AUDIT = "/v1/operation/audit"
REPLAY = "/v1/operation/webhooks/{job_id}"
QUEUED_JOB = "/v1/operation/queue/{job_id}"
RENDERS = "/v1/renders"
GEOMETRIES = "/v1/geometries"

IMAGES = "/v1/images/generations"

SD_TXT2IMG = "/sdapi/v1/txt2img"
SD_PROGRESS = "/sdapi/v1/progress"
SD_INTERRUPT = "/sdapi/v1/interrupt"
SD_SKIP = "/sdapi/v1/skip"
SD_OPTIONS = "/sdapi/v1/options"
SD_MODELS = "/sdapi/v1/sd-models"
SD_SAMPLERS = "/sdapi/v1/samplers"
SD_SCHEDULERS = "/sdapi/v1/schedulers"
SD_PNG_INFO = "/sdapi/v1/png-info"
SD_REFRESH_CHECKPOINTS = "/sdapi/v1/refresh-checkpoints"
SD_REFRESH_VAE = "/sdapi/v1/refresh-vae"
SD_REFRESH_LORAS = "/sdapi/v1/refresh-loras"
SD_REFRESH_EMBEDDINGS = "/sdapi/v1/refresh-embeddings"
SD_REFRESHES = (SD_REFRESH_CHECKPOINTS, SD_REFRESH_VAE, SD_REFRESH_LORAS, SD_REFRESH_EMBEDDINGS)
SD_UNLOAD = "/sdapi/v1/unload-checkpoint"
SD_RELOAD = "/sdapi/v1/reload-checkpoint"
SD_MEMORY = "/sdapi/v1/memory"
SD_LORAS = "/sdapi/v1/loras"
SD_VAES = "/sdapi/v1/sd-vae"
SD_UPSCALERS = "/sdapi/v1/upscalers"
SD_HYPERNETWORKS = "/sdapi/v1/hypernetworks"
SD_STYLES = "/sdapi/v1/prompt-styles"
SD_LATENT_UPSCALERS = "/sdapi/v1/latent-upscale-modes"
SD_FACE_RESTORERS = "/sdapi/v1/face-restorers"
SD_ESRGAN = "/sdapi/v1/realesrgan-models"
SD_EXTENSIONS = "/sdapi/v1/extensions"
SD_SCRIPT_INFO = "/sdapi/v1/script-info"
SD_EMPTY_LISTS = (
    SD_LORAS, SD_VAES, SD_UPSCALERS, SD_HYPERNETWORKS, SD_STYLES,
    SD_LATENT_UPSCALERS, SD_FACE_RESTORERS, SD_ESRGAN, SD_EXTENSIONS, SD_SCRIPT_INFO,
)  # fmt: skip
"""What the web UI has and nothing here is."""
SD_FLAGS = "/sdapi/v1/cmd-flags"
SD_EMBEDDINGS = "/sdapi/v1/embeddings"
SD_SCRIPTS = "/sdapi/v1/scripts"
SD_UNSERVED = frozenset(
    f"/sdapi/v1/{name}"
    for name in (
        "img2img", "interrogate", "extra-single-image", "extra-batch-images", "create/embedding",
        "create/hypernetwork", "train/embedding", "train/hypernetwork",
    )
)  # fmt: skip
"""What the web UI makes and nothing here can, which clients are told rather than that there is nothing."""

COG_PREDICTIONS = "/predictions"
COG_PREDICTION = "/predictions/{prediction_id}"
COG_PREDICTION_CANCEL = "/predictions/{prediction_id}/cancel"
PREDICTIONS = "/v1/predictions"
PREDICTION = "/v1/predictions/{prediction_id}"
PREDICTION_CANCEL = "/v1/predictions/{prediction_id}/cancel"
ONE_MODEL = "/v1/models/{model}"
NAMED_MODEL = "/v1/models/{owner}/{name}"
MODEL_PREDICTIONS = "/v1/models/{owner}/{name}/predictions"
MODEL_VERSION = "/v1/models/{owner}/{name}/versions/{version}"
WEBHOOK_KEY = "/v1/webhooks/default/secret"
HEALTH_CHECK = "/health-check"

ROOT = "/"
PREDICT = "/predict"
GENERATE = "/generate"
HEALTH = "/health"

LIVE = "/livez"
READY = "/readyz"
METRICS = "/metrics"
OPENAPI = "/openapi.json"

WEB = "/web/{digest}"
"""Above every file of the page."""
WEB_FILE = WEB + "/{path:path}"

PROBE_PATHS = frozenset({LIVE, READY, HEALTH, HEALTH_CHECK, ROOT})
"""What tells how the service is, under reading; it is answered above every limit."""
OPEN_PATHS = PROBE_PATHS | {OPENAPI}
"""What anybody may read; under `/` only reading, which shows nothing of anybody's."""
UPLOAD_PATHS = frozenset({MEASURE, MASKS, PALETTES, SD_PNG_INFO})
"""Where a body is a file, or a picture within JSON, and may be larger."""

ORDER_PATHS = (
    JOBS, RENDERS, GEOMETRIES, SHEETS, MATERIALS, IMAGES, COG_PREDICTIONS, COG_PREDICTION, PREDICTIONS,
    MODEL_PREDICTIONS, ROOT, PREDICT, GENERATE, SD_TXT2IMG,
)  # fmt: skip
"""Where a body is an order, and may have masks; a sheet's may have a logo."""

_PLACE = re.compile(r"\{(\w+)\}")
_IMAGE_PATH = re.compile(JOB_IMAGE.replace("{job_id}", "([0-9a-f]{32})"))
_ONE_MODEL_PATH = re.compile(_PLACE.sub("[^/]+", ONE_MODEL))
_STREAM_PATH = re.compile(_PLACE.sub("[^/]+", JOB_EVENTS))
_ORDER_PATH = re.compile("|".join(_PLACE.sub("[^/]+", path) for path in ORDER_PATHS))
_TEMPLATES = [value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)]
"""All of the above."""
_KNOWN_PATH = re.compile("|".join(_PLACE.sub("[^/]+", path.replace("{path:path}", ".+")) for path in _TEMPLATES))
_PREFIXES_OF_A1111 = ("/sdapi/",)
_PREFIXES_OF_OPENAI = ("/v1/images/",)
_PREFIXES_OF_COG = (COG_PREDICTIONS, PREDICTIONS, f"{MODELS}/", WEBHOOK_KEY)


class Contract(StrEnum):
    """Whose clients call a path."""

    OWN = "own"
    OPENAI = "openai"
    COG = "cog"
    A1111 = "a1111"


def path_of(template: str, **names: str) -> str:
    """A path with its names filled in, each escaped."""
    return _PLACE.sub(lambda place: quote(names[place[1]], safe=""), template)


def contract_of(path: str) -> Contract:
    """The contract that a path belongs to, also where there is nothing at it."""
    if path.startswith(_PREFIXES_OF_OPENAI) or _ONE_MODEL_PATH.fullmatch(path):
        return Contract.OPENAI
    if path.startswith(_PREFIXES_OF_A1111):
        return Contract.A1111
    return Contract.COG if path.startswith(_PREFIXES_OF_COG) else Contract.OWN


def is_known(path: str) -> bool:
    """Whether there is anything at a path."""
    return _KNOWN_PATH.fullmatch(path) is not None


def is_open(path: str) -> bool:
    """Whether anybody may read what is at a path."""
    return path in OPEN_PATHS or path.startswith(WEB.partition("{")[0])


def takes_order(path: str) -> bool:
    """Whether orders are sent to a path."""
    return _ORDER_PATH.fullmatch(path) is not None


def is_stream(path: str) -> bool:
    """Whether what is at a path is told as it comes about."""
    return _STREAM_PATH.fullmatch(path) is not None


def job_of_image(path: str) -> str | None:
    """The id of the job whose picture is at a path; None for every other path."""
    found = _IMAGE_PATH.fullmatch(path)
    return found[1] if found else None
