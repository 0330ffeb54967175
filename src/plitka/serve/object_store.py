"""What an object store that speaks S3 is told beyond fsspec's usual, and what it alone can do.

Who we are it reads from the environment, as every program of Amazon's does: `AWS_ACCESS_KEY_ID` and its like, a
profile, or the role of the machine; where it is from `AWS_ENDPOINT_URL`. A name never stands for half a picture: an
object gets it with its last byte, also one that is sent in parts, and of parts that were never finished nobody sees
anything.
"""

from typing import Any

_SCHEMES = ("s3://", "s3a://")
_PART_BYTES = 8 * 2**20
"""Of a picture from twice that on: a part that fails is sent again, and not the whole."""
_TRIES = 1
"""Of botocore's for each of the five that s3fs makes, with growing pauses of two seconds in all: who waits for a store
that is away shall be told so soon."""
_CONNECT_S, _ANSWER_S = 3, 20
"""A store that is silent holds no thread for longer."""


def options(url: str) -> dict[str, Any]:
    """fsspec's options for a URL; none where it is no such store's."""
    if not url.startswith(_SCHEMES):
        return {}
    tries = {"retries": {"total_max_attempts": _TRIES}}
    # No listings are kept: other processes write there too.
    return {
        "config_kwargs": {"connect_timeout": _CONNECT_S, "read_timeout": _ANSWER_S, **tries},
        "use_listings_cache": False,
        "skip_instance_cache": True,
    }


def write(files: Any, path: str, content: bytes) -> None:  # noqa: ANN401  (any of fsspec's file systems)
    """Write an object, in parts if it is large; it is there as a whole, or not."""
    if "s3" in _protocols(files):
        files.pipe_file(path, content, chunksize=_PART_BYTES)
    else:
        files.pipe_file(path, content)


def link(files: Any, path: str, seconds: int) -> str | None:  # noqa: ANN401  (as above)
    """An address of an object that is good without any key for a while; None where the store knows no such thing."""
    return str(files.sign(path, expiration=seconds)) if "s3" in _protocols(files) else None


def _protocols(files: Any) -> tuple[str, ...]:  # noqa: ANN401  (as above)
    known = files.protocol
    return known if isinstance(known, tuple) else (known,)
