from contextlib import nullcontext

import pytest
import torch

from plitka.core.recipes.recipe import Notice
from plitka.errors import DeviceUnavailable, EngineError, OutOfMemory
from plitka.model.device import (
    DTYPES,
    Placement,
    choose_guidance_device,
    choose_placement,
    held_bytes,
    is_out_of_memory,
    memory_bytes,
    on_device,
    translated_errors,
)


class _Gpu:
    def __init__(self, total_memory: int) -> None:
        self.total_memory = total_memory


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose second GPU has more memory."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: _Gpu(10 + index))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _device: "a GPU")


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_the_gpu_with_the_most_memory_is_chosen(device: str) -> None:
    """Without an index the largest GPU runs in float16."""
    placement = choose_placement(device, "auto")
    assert placement.device == torch.device("cuda", 1)
    assert placement.dtype == torch.float16


@pytest.mark.usefixtures("two_gpus")
def test_an_indexed_gpu_is_taken_at_its_word() -> None:
    """cuda:0 is the first GPU even if it is the smaller one."""
    assert choose_placement("cuda:0", "auto").device == torch.device("cuda", 0)


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("none", "cuda:0", None),
        ("auto", "cuda:0", "cuda:1"),
        ("auto", "cuda:1", "cuda:0"),
        ("cuda:0", "cuda:1", "cuda:0"),
        ("auto", "cpu", None),
    ],
)
def test_guidance_is_shared_with_another_gpu(name: str, first: str, second: str | None) -> None:
    """The one that is named, or whichever there is; beside a processor there is nothing to share it with."""
    found = choose_guidance_device(name, torch.device(first))
    assert found == (None if second is None else torch.device(second))


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("name", "first", "said"),
    [
        ("cuda:1", "cuda:1", "made on cuda:1 already"),
        ("cuda:0", "cpu", "made on cpu, beside which cuda:0"),
        ("cuda:2", "cuda:0", "'cuda:2' for half of the guidance: expected none, auto or cuda:N, and torch finds 2"),
        ("cuda", "cuda:0", "expected none, auto or cuda:N"),
        ("cpu", "cuda:0", "expected none, auto or cuda:N"),
        ("mps", "cuda:0", "expected none, auto or cuda:N"),
    ],
)
def test_what_guidance_cannot_be_shared_with_is_refused(name: str, first: str, said: str) -> None:
    """The message says what would do."""
    with pytest.raises(DeviceUnavailable, match=said):
        choose_guidance_device(name, torch.device(first))


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_alone_keeps_all_of_the_guidance(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` takes what there is."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_guidance_device("auto", torch.device("cuda", 0)) is None


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "mps", "gpu"])
def test_a_device_that_is_not_here_is_refused(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what would be accepted."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceUnavailable, match="auto, cpu, cuda or cuda:N"):
        choose_placement(device, "auto")


@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [({"avx512_bf16": True}, torch.bfloat16), ({"amx_bf16": True}, torch.bfloat16), ({"avx2": True}, torch.float32)],
)
def test_bfloat16_is_for_processors_that_multiply_it(
    capabilities: dict[str, bool], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the CPU the processor's instructions decide."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert choose_placement("cpu", "auto").dtype == dtype


@pytest.mark.parametrize("dtype", ["float16", "float8"])
def test_a_dtype_that_the_cpu_cannot_run_is_refused(dtype: str) -> None:
    """float16 has no fast kernels there, and float8 is no word of ours."""
    with pytest.raises(DeviceUnavailable, match=dtype):
        choose_placement("cpu", dtype)


@pytest.mark.usefixtures("two_gpus")
def test_the_vae_is_decoded_in_float32_where_float16_would_overflow() -> None:
    """On the CPU always, on a GPU where the VAE's configuration asks for it."""
    gpu = choose_placement("cuda", "auto")
    assert gpu.vae_dtype(force_upcast=True) == torch.float32
    assert gpu.vae_dtype(force_upcast=False) == torch.float16
    assert choose_placement("cpu", "bfloat16").vae_dtype(force_upcast=False) == torch.float32


def test_out_of_memory_is_recognised_in_all_its_forms() -> None:
    """CUDA has a class for it, Python another, and the CPU allocator only words."""
    assert is_out_of_memory(torch.OutOfMemoryError())
    assert is_out_of_memory(MemoryError())
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert not is_out_of_memory(RuntimeError("shapes differ"))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_dtype_that_was_asked_for_is_taken(dtype: str) -> None:
    """Whether or not the processor is fast with it, and the log says why."""
    placement = choose_placement("cpu", dtype)
    assert placement == Placement(torch.device("cpu"), DTYPES[dtype], Notice("asked for"))


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [(torch.float32, torch.float32), (torch.bfloat16, torch.float16), (torch.float16, torch.float16)],
)
def test_weights_are_fused_with_the_digits_of_their_files(dtype: torch.dtype, expected: torch.dtype) -> None:
    """bfloat16 would drop three bits of a float16 base before anything is added."""
    assert Placement(torch.device("cpu"), dtype, Notice("test")).assembly_dtype == expected


@pytest.mark.parametrize(
    ("raised", "expected", "message"),
    [
        (torch.OutOfMemoryError("full"), OutOfMemory, "cpu ran out of memory while painting; ask for a smaller"),
        (MemoryError(), OutOfMemory, "cpu ran out of memory while painting"),
        (RuntimeError("shapes differ"), EngineError, "cpu failed while painting: shapes differ"),
    ],
)
def test_torchs_errors_are_ours_with_what_was_being_done(
    raised: Exception, expected: type[EngineError], message: str
) -> None:
    """The original stays behind it, for the log."""
    with pytest.raises(expected, match=message) as caught, translated_errors(torch.device("cpu"), "painting"):
        raise raised
    assert type(caught.value) is expected
    assert caught.value.__cause__ is raised


def test_a_fault_of_ours_is_not_translated() -> None:
    """A wrong key is no failure of the device."""
    with pytest.raises(KeyError), translated_errors(torch.device("cpu"), "painting"):
        raise KeyError("x")


def test_memory_on_the_processor_is_what_the_process_holds() -> None:
    """64 MiB that were written show; there is no GPU to tell of."""
    before = memory_bytes(torch.device("cpu"))
    assert before.keys() == {"rss_bytes"}
    held = torch.ones(2**24)
    assert memory_bytes(torch.device("cpu"))["rss_bytes"] - before["rss_bytes"] > 0.9 * held.nbytes


def test_nothing_is_held_of_a_gpu_that_is_not_used() -> None:
    """The processor's memory is the process's own."""
    assert held_bytes(torch.device("cpu")) == {}


@pytest.mark.parametrize(("device", "expected"), [("cuda:1", [torch.device("cuda", 1)]), ("cpu", [])])
def test_a_gpu_is_the_current_one_while_it_works(
    device: str, expected: list[torch.device], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streams, recordings and kernels go to the current one; a processor has none."""
    made_current: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "device", lambda one: made_current.append(one) or nullcontext())  # type: ignore[func-returns-value]
    with on_device(torch.device(device)):
        assert made_current == expected
