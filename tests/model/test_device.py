import pytest
import torch

from plitka.errors import DeviceUnavailable, InputError
from plitka.model.device import choose_placement, is_out_of_memory
from plitka.model.engine import EngineConfig


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


def test_an_engine_needs_a_thread() -> None:
    """No threads is refused when the configuration is made."""
    with pytest.raises(InputError, match="at least 1"):
        EngineConfig(n_threads=0)
