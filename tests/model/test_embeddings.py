from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from plitka.errors import BundleError, PickleFile
from plitka.model.embeddings import has_bundled, name_tokens, read_embeddings, refuse_unlisted_embeddings
from plitka.model.integrity import check_content


def _save(path: Path, tensors: dict[str, torch.Tensor], name: str = "x.safetensors") -> Path:
    save_file(tensors, path / name)
    return path / name


@pytest.mark.parametrize(("first", "second"), [("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1")])
def test_embeddings_are_mapped_by_name(tmp_path: Path, first: str, second: str) -> None:
    """The order in the file says nothing: both spellings find their encoder."""
    rows = read_embeddings(
        _save(tmp_path, {second: torch.ones(2, 5), first: torch.zeros(2, 3)}), n_tokens=2, width_l=3, width_g=5
    )
    assert rows.clip_l.shape == (2, 3)
    assert rows.clip_g.shape == (2, 5)


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2])
def test_float8_is_read(tmp_path: Path, dtype: torch.dtype) -> None:
    """To its last digit."""
    rows = torch.linspace(-1, 1, 6).reshape(2, 3).to(dtype)
    found = read_embeddings(_save(tmp_path, {"clip_l": rows, "clip_g": rows.clone()}), n_tokens=2, width_l=3, width_g=3)
    assert torch.equal(found.clip_l, rows.float())


def test_encoders_of_one_width_are_told_apart_by_name(tmp_path: Path) -> None:
    """Where the width cannot tell, the name does."""
    path = _save(tmp_path, {"clip_g": torch.ones(1, 4), "clip_l": torch.zeros(1, 4)})
    rows = read_embeddings(path, n_tokens=1, width_l=4, width_g=4)
    assert rows.clip_g.all()
    assert not rows.clip_l.any()


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"clip_l": torch.zeros(2, 5), "clip_g": torch.zeros(2, 3)}, r"clip_l has the shape \[2, 5\].*need \[2, 3\]"),
        ({"clip_l": torch.zeros(1, 3), "clip_g": torch.zeros(1, 5)}, r"another number of tokens"),
        ({"clip_l": torch.zeros(2, 3)}, r"expected the tensors clip_l and clip_g"),
        ({"clip_l": torch.zeros(2, 3), "emb_params": torch.zeros(2, 5)}, r"found clip_l, emb_params"),
        (
            {"clip_l": torch.zeros(2, 3), "clip_g": torch.zeros(2, 5), "clip_g_out": torch.zeros(2, 5)},
            r"clip_g_out are added to what the text encoders say",
        ),
        ({"emb_params": torch.zeros(2, 3)}, r"one text encoder, for SD 1.5"),
        ({"bundle_emb.<s0>.clip_l": torch.zeros(2, 3)}, r"expected the tensors clip_l and clip_g"),
        (
            {"bundle_emb.<s0>.clip_l": torch.zeros(2, 3), "bundle_emb.<s1>.clip_g": torch.zeros(2, 5)},
            r"expected the tensors clip_l and clip_g",
        ),
        ({"clip_l": torch.full((2, 3), torch.nan), "clip_g": torch.zeros(2, 5)}, r"clip_l is not finite"),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor], message: str) -> None:
    """Missing or further tensors, other widths or row counts, and NaN are named."""
    with pytest.raises(BundleError, match=message):
        read_embeddings(_save(tmp_path, tensors), n_tokens=2, width_l=3, width_g=5)


def test_what_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    """The library's own error becomes ours."""
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"nonsense")
    with pytest.raises(BundleError, match="cannot be read as safetensors"):
        read_embeddings(path, 2, 3, 5)


@pytest.mark.parametrize("n_tokens", [1, 3, 12])
def test_any_number_of_tokens_is_named_after_its_row(tmp_path: Path, n_tokens: int) -> None:
    """cog-sdxl's .pti is safetensors inside; its rows are called by their numbers."""
    rows = {"text_encoders_1": torch.rand(n_tokens, 5), "text_encoders_0": torch.rand(n_tokens, 3)}
    path = _save(tmp_path, rows, "embeddings.pti")
    check_content(path)
    assert name_tokens(path) == tuple(f"<s{number}>" for number in range(n_tokens))
    assert torch.equal(read_embeddings(path, n_tokens, 3, 5).clip_g, rows["text_encoders_1"])


def test_a_pti_that_is_a_pickle_is_refused(tmp_path: Path) -> None:
    """The ending says nothing; the first bytes do."""
    path = tmp_path / "embeddings.pti"
    path.write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(PickleFile):
        name_tokens(path)


def test_rows_in_a_lora_file_keep_their_tokens_names_and_numbers(tmp_path: Path) -> None:
    """`<s10>` follows `<s9>`, and a token of several rows is numbered."""
    tokens = [f"<s{number}>" for number in range(11)]
    tensors = {f"bundle_emb.{token}.clip_l": torch.full((1, 3), float(row)) for row, token in enumerate(tokens)}
    tensors |= {f"bundle_emb.{token}.clip_g": torch.full((5,), float(row)) for row, token in enumerate(tokens)}
    path = _save(tmp_path, {**tensors, "unet.x.alpha": torch.ones(())})
    assert name_tokens(path) == tuple(tokens)
    rows = read_embeddings(path, 11, 3, 5)
    assert rows.clip_l[:, 0].tolist() == rows.clip_g[:, 0].tolist() == list(range(11))
    several = {"bundle_emb.tile.clip_l": torch.zeros(2, 3), "bundle_emb.tile.clip_g": torch.zeros(2, 5)}
    assert name_tokens(_save(tmp_path, several)) == ("tile_0", "tile_1")


@given(st.lists(st.from_regex(r"<?[a-z]{1,4}[0-9]{0,2}>?", fullmatch=True), min_size=1, max_size=12, unique=True))
@settings(max_examples=25, deadline=None)
def test_rows_of_a_lora_file_stay_with_their_tokens(
    tmp_path_factory: pytest.TempPathFactory, tokens: list[str]
) -> None:
    """Whatever they are called and in whatever order: the n-th name has the n-th row, in both encoders."""
    tensors = {}
    for number, token in enumerate(tokens):
        tensors[f"bundle_emb.{token}.clip_l"] = torch.full((1, 3), float(number))
        tensors[f"bundle_emb.{token}.clip_g"] = torch.full((1, 5), float(number))
    path = _save(tmp_path_factory.mktemp("rows"), tensors)
    names = name_tokens(path)
    assert sorted(names) == sorted(tokens)
    rows = read_embeddings(path, len(tokens), 3, 5)
    assert rows.clip_l[:, 0].tolist() == rows.clip_g[:, 0].tolist() == [tokens.index(name) for name in names]


def test_embeddings_in_a_lora_file_must_be_listed(tmp_path: Path) -> None:
    """The manifest that forgets them would give pictures without what the tokens learned."""
    lora = {"unet.x.alpha": torch.ones(())}
    path = _save(tmp_path, lora)
    assert not has_bundled(path)
    refuse_unlisted_embeddings(path)
    rows = {"bundle_emb.<s0>.clip_l": torch.zeros(1, 3), "bundle_emb.<s0>.clip_g": torch.zeros(1, 5)}
    path = _save(tmp_path, lora | rows)
    assert has_bundled(path)
    with pytest.raises(BundleError, match=r"brings the tokens <s0>; name the file .* under \[embeddings\]"):
        refuse_unlisted_embeddings(path)


def test_more_tokens_than_a_text_has_room_for_are_refused(tmp_path: Path) -> None:
    """Before a name is made for each."""
    path = _save(tmp_path, {"clip_l": torch.ones(76, 3), "clip_g": torch.ones(76, 5)})
    with pytest.raises(BundleError, match="clip_l has 76 rows, and a text has room for 75"):
        name_tokens(path)
