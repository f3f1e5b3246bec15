"""Which processor does the work."""

from __future__ import annotations

import platform

import torch

DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
_lost: set[str] = set()


def choose_device(name: str = "auto") -> torch.device:
    """`auto` takes CUDA, then Apple's MPS, then Intel XPU, then the CPU.

    Raises:
        ValueError: the name is unknown, or that device is not in this machine.
    """
    if name not in DEVICES:
        raise ValueError(f"got device {name!r}; allowed are {', '.join(DEVICES)}")
    present = [kind for kind in ("cuda", "mps", "xpu") if kind not in _lost and _is_present(kind)]
    if name == "auto":
        return torch.device(present[0] if present else "cpu")
    if name != "cpu" and name not in present:
        raise ValueError(f"device {name!r} is not available on this machine; 'auto' and 'cpu' are")
    return torch.device(name)


def _is_present(kind: str) -> bool:
    if kind == "cuda":
        return torch.cuda.is_available()
    if kind == "mps":
        return torch.backends.mps.is_available()
    return torch.xpu.is_available()


def describe(device: torch.device) -> str:
    """A name for people: the accelerator's own, or `CPU`."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "xpu":
        return torch.xpu.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU (MPS)"
    return f"CPU ({platform.machine()}, {torch.get_num_threads()} threads)"


def gave_up(error: RuntimeError) -> bool:
    """Whether an accelerator failed and not the program: it has no memory, or it is lost and not chosen again."""
    if is_out_of_memory(error):
        return True
    if isinstance(error, torch.AcceleratorError):
        _lost.update(("cuda", "xpu"))
        return True
    return False


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an accelerator gave up for lack of memory; less work may go well."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error).lower()


def is_lost(device: torch.device) -> bool:
    """Whether an accelerator stopped working: until the process ends every call to it fails."""
    return device.type in _lost


def release(device: torch.device) -> None:
    """Give an accelerator's cached memory back."""
    if device.type != "cpu" and not is_lost(device):
        torch.accelerator.empty_cache()
