"""Settings of the service: their defaults, and how environment variables change them.

Nothing slow is imported, so that the command line can show the defaults without loading the service. What may
hold a password is read from the environment and never shown.
"""

import ipaddress
import shlex
import types
import typing
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from plitka.core.files.home import home_folder, usual_home_folder
from plitka.errors import InputError

PREFIX = "PLITKA_"
DATA_NAME = "service"
"""The data folder's, among what plitka keeps for its user."""
DATABASE_NAME = "plitka.sqlite"
"""The database's file in a data folder, and in a backup."""
PICTURES_NAME = "pictures"
"""The pictures' folder there."""
MAX_PROMPT_CH = 1000
"""Characters of a recipe or of a negative prompt."""
_RANGE = "range"
"""In a field's metadata: its smallest and largest value, where they are not its kind's."""
_FROM_ZERO = (0, 10**18)
_RANGES: Mapping[Any, tuple[int, int]] = {int: (1, 10**18), float: (0, 10**9)}
"""Kinds of fields that are numbers -> the same. A count of nothing serves nobody; no system waits for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One running service; `PLITKA_` and a field's name in capitals sets it from the environment."""

    host: str = "127.0.0.1"
    port: int = field(default=8000, metadata={_RANGE: (0, 65535)})
    """0: any that is free."""
    data: Path = field(default_factory=lambda: home_folder() / DATA_NAME)
    """Folder of the database and the pictures, where the two URLs below name no other place."""
    database_url: str = field(default="", repr=False)
    """SQLAlchemy's; empty: SQLite in `data`."""
    pictures_url: str = field(default="", repr=False)
    """fsspec's, such as s3://bucket/folder; empty: a folder in `data`."""
    redis_url: str = field(default="", repr=False)
    """Where rate limits are counted; empty: in this process."""
    open_loopback: bool = False
    """Take whoever comes from this machine for its operator, without a key or with any bearer."""
    public_url: str = ""
    """Base URL of links in answers, where clients reach the service through a proxy or by another name; empty: the
    address that they connected to, or the host that they named, if that is this machine or one of `hosts`."""
    hosts: tuple[str, ...] = ()
    """Names that clients may reach the service by, which links repeat."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies in front, which say whose request it is (X-Forwarded-For) and whether it came
    by https (X-Forwarded-Proto); of anybody else that is not believed."""
    survive_power_cut: bool = False
    """Wait for the disk at each commit and picture; without it an answer survives any end of the process."""

    batch: int = 1
    """Pictures that are made at once; a picture's bytes depend on how many there are beside it."""
    batch_s: float = 0.0
    """Seconds that pictures made at once may take, by which a GPU's memory and speed choose how many; 0: `batch`."""
    workers: int = field(default=1, metadata={_RANGE: _FROM_ZERO})
    """Engines. 1: in this process, which alone has the queue. Else each in a process of its own, and those of other
    machines may take from the same queue; 0: only those."""
    lease_s: float = 30.0
    """After so long without a sign a worker of another process is taken for dead, and its jobs are made by others."""
    pulse_s: float = 0.25
    """Between two signs of such a worker: how late its steps and previews are seen, and it hears of a cancellation."""
    queue_limit: int = 256
    """Jobs that wait, of all keys."""
    key_queue_limit: int = 64
    """Jobs that wait, of one key."""
    quiet_places: int = field(default=32, metadata={_RANGE: _FROM_ZERO})
    """Of those that wait, for keys that have none waiting; at most a quarter of them all."""
    max_steps: int = field(default=0, metadata={_RANGE: _FROM_ZERO})
    """That an order may name; 0: as many as any engine makes. What it leaves open is the model's choice."""
    max_side_px: int = field(default=0, metadata={_RANGE: _FROM_ZERO})
    """The longest side that an order may name; 0: as long as any engine makes."""
    min_tolerance: float = 0.0
    """The smallest that an order may name, in points: below it a picture is painted several times."""
    max_starts: int = 3
    """After so many starts without an end a job is taken for the reason that the process ends, and fails."""
    job_timeout_s: float = 900.0
    """Time limit of one picture, from its start."""
    stall_s: float = 300.0
    """After so long without a step the engine is taken for hung, and the liveness probe fails."""
    drain_s: float = 60.0
    """How long a stop waits for the picture that is being made."""
    wait_s: float = 300.0
    """How long an answer that carries the picture may be waited for."""
    preview_every: int = 4
    """Steps between two previews, where somebody watches."""
    max_restarts: int = 3
    """Engines that fail to load in a row before the service gives up."""

    database_wait_s: float = 3.0
    """How long a request waits for a database that is locked or silent, before it is refused."""
    redis_timeout_s: float = 0.25
    """For one answer of Redis; then it is left alone for a while, and this process counts for itself."""
    min_free_bytes: int = field(default=268_435_456, metadata={_RANGE: _FROM_ZERO})
    """Of the disks of database and pictures; with less, new work is refused."""

    redirect_pictures: bool = False
    """Send whoever asks for a PNG to the object store itself, by a link that is good for `link_s`."""
    pack_pictures: bool = False
    """Keep new pictures as lossless WebP, a quarter smaller; they are sent as the PNG files that they were."""
    keep_days: float = 0.0
    """Jobs that ended longer ago are deleted with their pictures, but for favourites; 0: none are."""
    keep_bytes: int = field(default=0, metadata={_RANGE: _FROM_ZERO})
    """Of all pictures; the oldest are deleted before there are more, but for favourites; 0: however many."""

    per_minute: int = 10
    """Pictures and measurements of a key that names no number of its own."""
    previews_per_minute: int = 120
    """Quick renders and geometries of a key that are made for it; those that are kept count as other requests."""
    reads_per_minute: int = 1200
    """All other requests of a key."""
    refusals_per_minute: int = 30
    """Requests with a bad key from one address; any more are refused unread."""
    body_bytes: int = 16_000
    """Of a request that is no order and no upload."""
    order_bytes: int = 1_000_000
    """Of an order with its masks."""
    order_text_bytes: int = 64_000
    """Of an order without its masks."""
    upload_bytes: int = 20_000_000
    upload_pixels: int = 50_000_000
    pending_uploads: int = 16
    """Uploads that are read, wait or are decoded, of all keys."""
    uploads_per_key: int = 4
    """The same of one key."""
    pending_upload_bytes: int = 80_000_000
    """Of all pending uploads together; one that does not say its size counts as the largest."""
    pending_upload_bytes_per_key: int = 40_000_000
    """The same of one key."""
    pending_previews: int = 8
    """Quick renders and geometries that wait or are made, of all keys."""
    previews_per_key: int = 3
    """The same of one key."""
    header_timeout_s: float = 10.0
    """For a request's headers, of the first request of a connection and of each further one."""
    body_timeout_s: float = 30.0
    """For a request's body."""
    send_timeout_s: float = 30.0
    """For a client to take some more of an answer."""
    send_bytes_per_s: int = 1000
    """A client that takes less of an answer, over `send_timeout_s`, is dropped."""
    max_connections: int = 2000
    """Of everybody; fewer where the process may not open so many files. Probes are answered above it too."""
    connections_per_address: int = 500
    """Of one address; a proxy is one address."""
    requests_per_key: int = 256
    """Requests of one key that are in work at once."""
    threads_per_key: int = 8
    """Of the 40 that requests are answered by; others of a key wait for these, and not for those of other keys."""
    carried_per_key: int = 16
    """Predictions of a key that are sent at once with their pictures, each of which is in memory until it is taken."""
    streams_per_key: int = 64
    """Streams of events of one key that are open at once."""
    streams_per_address: int = 256
    """Streams of events to one address; a proxy is one address."""
    link_s: int = 3600
    """How long a link to a picture is good without a key."""
    session_s: int = field(default=2_592_000, metadata={_RANGE: (1, 10**9)})
    """How long a browser stays signed in."""

    cors_origins: tuple[str, ...] = ()
    """Origins of web pages that may call the service (CORS); `*` for all."""
    webhook_hosts: tuple[str, ...] = ()
    """Hosts, each with `:port` if not the usual, that may be told of predictions."""
    otlp_endpoint: str = ""
    """Where traces are sent, such as http://localhost:4318."""

    def __post_init__(self) -> None:
        for proxy in self.trusted_proxies:
            _check_network(proxy)
        for one in fields(self):
            if one.type in _RANGES:
                _check_range(one, getattr(self, one.name))
        if self.batch_s and self.batch > 1:
            raise InputError("batch and batch_s both say how many pictures are made at once; give one of them")
        if self.open_loopback and not self.is_loopback:
            raise InputError(
                "{host} can be reached by others, and open-loopback lets in whoever comes without a key; "
                "listen on 127.0.0.1, or make keys",
                host=self.host,
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def trusts(self, address: str) -> bool:
        """Whether an address is that of a proxy in front."""
        try:
            own = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(own in ipaddress.ip_network(proxy) for proxy in self.trusted_proxies)

    @property
    def database(self) -> str:
        """The database's URL, with SQLite's path filled in."""
        return self.database_url or f"sqlite:///{self.data.resolve() / DATABASE_NAME}"

    @property
    def pictures(self) -> str:
        """The pictures' URL, with the folder's path filled in."""
        return self.pictures_url or (self.data.resolve() / PICTURES_NAME).as_uri()

    @property
    def key_command(self) -> str:
        """What makes a key for this service, in any window of this machine: it names a data folder of its own."""
        return self._command("keys", "create", "NAME")

    @property
    def serve_command(self) -> str:
        """What starts this service."""
        return self._command("serve")

    def _command(self, *words: str) -> str:
        folder = self.data.resolve()
        is_usual = folder == (usual_home_folder() / DATA_NAME).resolve()
        return shlex.join(["plitka", *words, *([] if is_usual else ["--data", str(folder)])])


def _check_network(proxy: str) -> None:
    try:
        ipaddress.ip_network(proxy)
    except ValueError as error:
        raise InputError(
            "{proxy!r} in trusted_proxies is no address and no network; write one as 127.0.0.1 or 10.0.0.0/8",
            proxy=proxy,
        ) from error


def _check_range(one: Field[Any], value: float) -> None:
    low, high = one.metadata.get(_RANGE, _RANGES[one.type])
    if not value >= low:  # no number is neither above nor below
        raise InputError("{name} must be at least {low}, not {value}", name=one.name, low=low, value=value)
    if value > high:
        raise InputError("{name} must be at most {high}, not {value}", name=one.name, high=high, value=value)


def read_settings(environ: Mapping[str, str], **given: object) -> Settings:
    """The settings of an environment; `given` wins, except where it is None.

    Raises:
        InputError: a variable is not of its field's kind.
    """
    kinds = typing.get_type_hints(Settings)
    chosen = {
        one.name: _read(PREFIX + one.name.upper(), environ[PREFIX + one.name.upper()], kinds[one.name])
        for one in fields(Settings)
        if PREFIX + one.name.upper() in environ
    }
    return Settings(**(chosen | {name: value for name, value in given.items() if value is not None}))


def _read(variable: str, text: str, kind: Any) -> Any:  # noqa: ANN401  (whatever the field is)
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(kind, types.GenericAlias):
            return tuple(part for part in (part.strip() for part in text.split(",")) if part)
        return kind(text)
    except (KeyError, ValueError) as error:
        raise InputError(
            "the variable {variable} must be of the kind {kind}, not {value!r}",
            variable=variable,
            kind=getattr(kind, "__name__", str(kind)),
            value=text,
        ) from error
