"""A model on disk: a folder with `bundle.toml` and the files that it names.

The manifest is read strictly (an unknown key is an error that names the nearest known one) and every
local file is listed with its size and SHA-256. A base is a folder in hub layout inside the bundle, a commit
of a hub repository, or a single file beside such a folder without weights.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from plitka.core.files.home import home_folder
from plitka.core.generation import (
    DETAIL_PX_RANGE,
    GUIDANCE_RANGE,
    STEPS_RANGE,
    STRENGTH_RANGE,
    Defaults,
    GuidedDefaults,
)
from plitka.core.recipes.recipe import V45, PromptStyle
from plitka.core.scene import SIZE_PX_RANGE, SIZE_STEP_PX
from plitka.errors import ManifestError, MissingFile
from plitka.model.base_files import NETWORKS, USUAL_VARIANT, VARIANT_PATTERN
from plitka.model.hub import fetch_base
from plitka.model.integrity import FileRecord, Verification, check_files, loaded_files, record_file, resolve_inside
from plitka.model.manifest import Table
from plitka.model.parts import Base, ControlPart, EmbeddingsPart, FileBase, HubBase, LocalBase, LoraPart, VaePart

MANIFEST = "bundle.toml"
_SHIPPED = Path(__file__).parent.parent
_SHIPPED_NAMES = ("mini",)
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_DIGEST_DIGITS = 12
MAX_STRENGTH = 2
_MAX_ALPHA = 1e6
_MAX_PX_PER_MM = 100
_POSSIBLE = {"steps": STEPS_RANGE, "guidance": GUIDANCE_RANGE, "strength": STRENGTH_RANGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a manifest says; the files are opened only by `verify` and by an engine."""

    folder: Path
    name: str
    licence: str
    base: Base
    vae: VaePart | None = None
    lora: LoraPart | None = None
    embeddings: EmbeddingsPart | None = None
    controlnet: ControlPart | None = None
    style: PromptStyle = V45
    defaults: Defaults = Defaults()
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    """Every local file by its path inside the folder."""

    def __post_init__(self) -> None:
        # Without embeddings the text encoders would read the tokens as eleven characters without meaning.
        tokens = self.embeddings.tokens if self.embeddings else ()
        object.__setattr__(self, "style", replace(self.style, tokens=tokens))

    @property
    def digest(self) -> str:
        """SHA-256 of all that changes a picture: the file table and the manifest without its name and licence."""
        document = _document(self)
        del document["name"], document["licence"]
        document["prompt"].pop("reads_words", None)  # it changes no picture that is asked for without words
        for name in _POSSIBLE:  # nor do these change one that is made
            document.get("guided", {}).pop(f"{name}_range", None)
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()

    @property
    def label(self) -> str:
        """`name@` and the first 12 digits of the digest."""
        return f"{self.name}@{self.digest[:_DIGEST_DIGITS]}"

    def file(self, relative: str) -> Path:
        """The path of one of the bundle's files, which may not leave the folder."""
        return resolve_inside(self.folder, relative)

    def verify(self) -> None:
        """Check every listed file and refuse what lies unlisted in a folder that loaders read; reads all bytes.

        Raises:
            BundleError: MissingFile, PointerFile, PickleFile, TruncatedFile, HashMismatch or ManifestError.
        """
        check_files(self.folder, self.files, _network_folders(self))

    def verification(self) -> Verification:
        """`verify` beside other work: begun, and to be finished.

        Raises:
            BundleError: as `verify`, for what is seen without reading the files.
        """
        return Verification(self.folder, self.files, _network_folders(self))

    def base_folder(self) -> Path:
        """The folder of the base in hub layout; a hub base may be downloaded for it.

        Raises:
            BaseUnavailable: a hub base is neither in the cache nor reachable.
        """
        if not isinstance(self.base, HubBase):
            return self.file(self.base.path)
        parts = [part for part in NETWORKS if part != "vae" or self.vae is None]
        return fetch_base(self.base.hub, self.base.revision, self.base.by_part(parts))


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle's manifest; the files that it names are not opened.

    Raises:
        MissingFile: no bundle.toml in the folder.
        ManifestError: the manifest cannot be used as written.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise MissingFile("{path} is not there; a bundle is a folder with a bundle.toml", path=path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ManifestError("{path} is not TOML: {reason}", path=path, reason=str(exc)) from exc
    bundle = _read_bundle(Table(path, "", document), folder)
    _check_listed(bundle)
    return bundle


def write_manifest(bundle: Bundle) -> Bundle:
    """Write `bundle.toml` for the files that lie in `bundle.folder`; returns the bundle with its file table.

    Raises:
        BundleError: a file is missing or is nothing that a manifest may list.
    """
    names = [name for path in _network_folders(bundle) for name in loaded_files(bundle.folder, path)]
    names += _single_files(bundle)
    for name in names:
        if not bundle.file(name).is_file():
            raise MissingFile("{path} is not there; make it before the manifest", path=bundle.file(name))
    complete = replace(bundle, files={name: record_file(bundle.file(name)) for name in sorted(set(names))})
    (bundle.folder / MANIFEST).write_text(_to_toml(_document(complete)), encoding="utf-8")
    return load_bundle(bundle.folder)


def find_bundle(name_or_dir: str) -> Bundle:
    """The bundle of a name (shipped, or under `$PLITKA_HOME/models`) or of a folder.

    Raises:
        MissingFile: nothing by that name or at that place.
        ManifestError: what is there cannot be used.
    """
    known = list_bundles()
    if name_or_dir in known:
        return load_bundle(known[name_or_dir])
    if name_or_dir in _SHIPPED_NAMES:
        raise MissingFile(
            "the model {name!r} is not part of this installation: {path} is not there; "
            "install plitka from its wheel, or name the folder of another model",
            path=_SHIPPED / name_or_dir,
            name=name_or_dir,
        )
    folder = Path(name_or_dir)
    if not folder.is_dir():
        raise MissingFile(
            "no model {path!r}: there is no such folder, and models with a name are: {known}; name another one, or the "
            "folder of a bundle, or put a bundle into {home}",
            path=name_or_dir,
            known=", ".join(sorted(known)) or "-",
            home=models_folder(),
        )
    return load_bundle(folder)


def list_bundles() -> dict[str, Path]:
    """Folders by name of the shipped bundles and of those under `$PLITKA_HOME/models`; none is read."""
    shipped = [_SHIPPED / name for name in _SHIPPED_NAMES]
    home = models_folder()
    own = sorted(home.iterdir()) if home.is_dir() else []
    return {folder.name: folder for folder in (*own, *shipped) if (folder / MANIFEST).is_file()}


def models_folder() -> Path:
    """Where the user's bundles lie: `$PLITKA_HOME/models`, or the platform's place for data."""
    return home_folder() / "models"


def _read_bundle(top: Table, folder: Path) -> Bundle:
    with top:
        style, defaults = _read_choices(top)
        return Bundle(
            folder=folder,
            name=top.text("name", pattern=NAME_PATTERN),
            licence=top.text("licence"),
            base=_read_base(top.table("base"), folder),
            vae=_read_vae(vae, folder) if (vae := top.optional_table("vae")) else None,
            lora=_read_lora(lora) if (lora := top.optional_table("lora")) else None,
            embeddings=_read_embeddings(embeddings) if (embeddings := top.optional_table("embeddings")) else None,
            controlnet=_read_controlnet(control, folder) if (control := top.optional_table("controlnet")) else None,
            style=style,
            defaults=defaults,
            files=_read_files(top.table("files"), folder),
        )


def _read_base(table: Table, folder: Path) -> Base:
    with table:
        distilled = table.text("distilled", "", pattern=r"[a-z0-9]*")
        if table.has("file"):
            base = FileBase(file=table.text("file"), path=table.text("path"), distilled=distilled)
            resolve_inside(folder, base.file)
            resolve_inside(folder, base.path)
            return base
        choices: dict[str, Any] = {
            "variant": table.text("variant", USUAL_VARIANT, pattern=VARIANT_PATTERN),
            "variants": _read_variants(table),
            "distilled": distilled,
        }
        if table.has("path") == table.has("hub"):
            raise table.error("expected either path (a folder in the bundle) or hub with revision, and not both")
        if table.has("hub"):
            hub = table.text("hub", pattern=rf"{NAME_PATTERN}/{NAME_PATTERN}")
            return HubBase(hub=hub, revision=table.text("revision", pattern="[0-9a-f]{40}"), **choices)
        resolve_inside(folder, table.text("path"))
        return LocalBase(path=table.text("path"), **choices)


def _read_variants(base: Table) -> dict[str, str]:
    """The variants of networks that have another than the base's."""
    table = base.optional_table("variants")
    if table is None:
        return {}
    with table:
        return {part: table.text(part, pattern=VARIANT_PATTERN) for part in NETWORKS if table.has(part)}


def _read_vae(table: Table, folder: Path) -> VaePart:
    with table:
        part = VaePart(file=table.text("file"))
        resolve_inside(folder, part.file)
        return part


def _read_lora(table: Table) -> LoraPart:
    with table:
        return LoraPart(
            file=table.text("file"),
            strength=table.number("strength", 1.0, low=0, high=MAX_STRENGTH),
            alpha=table.number("alpha", low=0, high=_MAX_ALPHA) if table.has("alpha") else None,
        )


def _read_embeddings(table: Table) -> EmbeddingsPart:
    with table:
        part = EmbeddingsPart(
            file=table.text("file"), tokens=table.texts("tokens"), names=table.texts("names", default=())
        )
        if not part.tokens or len(set(part.words)) != len(part.words) or "" in part.words:
            raise table.error('expected tokens = ["<s0>", "<s1>"]: at least one, each another')
        return part


def _read_controlnet(table: Table, folder: Path) -> ControlPart:
    with table:
        part = ControlPart(
            path=table.text("path"),
            scale=table.number("scale", 1.0, low=0, high=MAX_STRENGTH),
            variant=table.text("variant", USUAL_VARIANT, pattern=VARIANT_PATTERN),
        )
        resolve_inside(folder, part.path)
        return part


def _read_choices(top: Table) -> tuple[PromptStyle, Defaults]:
    """The prompt's words and the defaults; both tables are optional."""
    start = Defaults()
    with top.optional_table("prompt") or Table(top.path, "prompt", {}) as prompt:
        style = replace(
            V45,
            trigger=prompt.text("trigger", V45.trigger),
            descriptors=prompt.texts("descriptors", tuple(V45.descriptors)),
            reads_words=prompt.truth("reads_words", V45.reads_words),
        )
        negative = prompt.text("negative", start.negative_prompt)
    with top.optional_table("defaults") or Table(top.path, "defaults", {}) as table:
        defaults = Defaults(
            steps=table.integer("steps", start.steps, **_range(STEPS_RANGE)),
            guidance=table.number("guidance", start.guidance, **_range(GUIDANCE_RANGE)),
            width_px=table.integer("width_px", start.width_px, **_range(SIZE_PX_RANGE), multiple=SIZE_STEP_PX),
            height_px=table.integer("height_px", start.height_px, **_range(SIZE_PX_RANGE), multiple=SIZE_STEP_PX),
            px_per_mm=table.number("px_per_mm", start.px_per_mm, low=1, high=_MAX_PX_PER_MM),
            negative_prompt=negative,
            guided=_read_guided(top),
        )
    return style, defaults


def _read_guided(top: Table) -> GuidedDefaults:
    """What guided mode does differently."""
    start = GuidedDefaults()
    with top.optional_table("guided") or Table(top.path, "guided", {}) as table:
        return GuidedDefaults(
            steps=table.integer("steps", **_range(STEPS_RANGE)) if table.has("steps") else None,
            guidance=table.number("guidance", **_range(GUIDANCE_RANGE)) if table.has("guidance") else None,
            strength=table.number("strength", start.strength, **_range(STRENGTH_RANGE)),
            **{f"{name}_range": _read_limit(table, name, possible) for name, possible in _POSSIBLE.items()},
            detail_px=table.number("detail_px", **_range(DETAIL_PX_RANGE)) if table.has("detail_px") else None,
        )


def _read_limit(table: Table, name: str, possible: tuple[float, float]) -> tuple[float, float] | None:
    """A smallest and a largest value, if the bundle states them."""
    return table.span(f"{name}_range", **_range(possible)) if table.has(f"{name}_range") else None


def _range(low_and_high: tuple[float, float]) -> dict[str, Any]:
    """A range as `Table` takes it."""
    low, high = low_and_high
    return {"low": low, "high": high}


def _read_files(files: Table, folder: Path) -> dict[str, FileRecord]:
    records = {}
    with files:
        for relative in files.names():
            resolve_inside(folder, relative)
            with files.table(relative) as entry:
                sha256 = entry.text("sha256", pattern="[0-9a-f]{64}")
                records[relative] = FileRecord(sha256=sha256, n_bytes=entry.integer("n_bytes", low=0))
    return records


def _check_listed(bundle: Bundle) -> None:
    """Refuse a manifest that does not list every file that an engine opens."""
    needed = _single_files(bundle)
    if not isinstance(bundle.base, HubBase):
        needed.append(f"{bundle.base.path}/model_index.json")
    if bundle.controlnet is not None:
        needed.append(f"{bundle.controlnet.path}/config.json")
    for relative in needed:
        if relative not in bundle.files:
            raise ManifestError(
                "{path}: {relative!r} is used but not listed under [files] with its sha256 and n_bytes",
                path=bundle.folder / MANIFEST,
                relative=relative,
            )


def _network_folders(bundle: Bundle) -> list[str]:
    """The folders in the bundle in which a loader finds its files by itself."""
    base = [] if isinstance(bundle.base, HubBase) else [bundle.base.path]
    return base + ([bundle.controlnet.path] if bundle.controlnet else [])


def _single_files(bundle: Bundle) -> list[str]:
    """The files that the manifest names one by one; one file may have two uses."""
    own = [bundle.base] if isinstance(bundle.base, FileBase) else []
    return [part.file for part in (*own, bundle.vae, bundle.lora, bundle.embeddings) if part is not None]


def _to_toml(document: dict[str, Any]) -> str:
    """The manifest's text, with one line for each file; tomli_w alone would write three."""
    files = document.pop("files")
    lines = (
        f'{json.dumps(path)} = {{ sha256 = "{file["sha256"]}", n_bytes = {file["n_bytes"]} }}\n'
        for path, file in files.items()
    )
    return f"{tomli_w.dumps(document)}\n[files]\n{''.join(lines)}"


def _document(bundle: Bundle) -> dict[str, Any]:
    """The manifest as TOML tables."""
    defaults = {f.name: getattr(bundle.defaults, f.name) for f in fields(bundle.defaults)}
    negative = defaults.pop("negative_prompt")
    guided = defaults.pop("guided")
    if defaults["px_per_mm"] == Defaults().px_per_mm:  # a bundle that says nothing of its scale keeps its digest
        del defaults["px_per_mm"]
    parts = {"vae": bundle.vae, "lora": bundle.lora, "embeddings": bundle.embeddings, "controlnet": bundle.controlnet}
    return {
        "name": bundle.name,
        "licence": bundle.licence,
        # A base that says nothing of variants and of distilling keeps its digest.
        "base": {key: value for key, value in asdict(bundle.base).items() if value or key == "variant"},
        **{key: _stated(part) for key, part in parts.items() if part is not None},
        "prompt": {
            "trigger": bundle.style.trigger,
            "descriptors": list(bundle.style.descriptors),
            "negative": negative,
            # A bundle that says nothing of words reads them.
            **({} if bundle.style.reads_words else {"reads_words": False}),
        },
        "defaults": defaults,
        # A bundle that says nothing of guided mode keeps its digest.
        **({} if guided == GuidedDefaults() else {"guided": _stated(guided)}),
        "files": {relative: asdict(record) for relative, record in sorted(bundle.files.items())},
    }


def _stated(part: VaePart | LoraPart | EmbeddingsPart | ControlPart | GuidedDefaults) -> dict[str, Any]:
    """A part as a table, without the values that are None, which TOML cannot express, and without empty lists."""
    return {key: value for key, value in asdict(part).items() if value is not None and value != ()}
