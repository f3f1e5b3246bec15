"""Fetch torchvision's weights so that no fault of the network or the disk does more than cost one clear sentence.

torch's own loader has no time-out, checks 8 hex digits once and never again, lets six visitors start six downloads,
and runs whatever pickle lies in its cache. Here: time-outs, the digits in the name checked at the download and the
full SHA-256 recorded then and checked before every load, one download for all who ask, a temporary file and a rename,
a broken one gone on with where the server allows, and a damaged file deleted and fetched once more.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import re
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from explainer.segmentation.transfer import KEPT, Damaged, Source, begun, forget, receive
from explainer.segmentation.weights import Progress, WeightsError, sha256_of

TIMEOUT = 10.0
"""Seconds to connect, and to wait for each next piece."""
SWITCH = "UPSAMPLING_DOWNLOADS"
"""Environment variable: `all` (as if unset), `none`, or the networks that may be fetched, with commas between."""
STALE_LOCK = 60.0
"""A lock file nobody has touched for this many seconds belongs to a process that is gone."""
_flights: dict[str, threading.Lock] = defaultdict(threading.Lock)


def torchvision_source(name: str) -> Source:
    """The address and digits of torchvision's weights (trained on COCO with VOC's labels) for a network."""
    import torchvision

    url = str(torchvision.models.get_model_weights(name).COCO_WITH_VOC_LABELS_V1.url)
    found = re.search(r"-([0-9a-f]{8})\.pth$", url)
    if not found:
        raise WeightsError(f"The weights of {name} carry no checksum in their name, so they are not used.")
    return Source(url, found[1])


def cache_folders() -> tuple[Path, ...]:
    """Where weights may lie: torch's usual cache first, then the temporary folder."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints", Path(tempfile.gettempdir()) / "upsampling-explainer"


def require_allowed(name: str) -> None:
    """Raise WeightsError where this deployment does not fetch that network's weights; what is there stays usable."""
    setting = os.environ.get(SWITCH, "all").strip() or "all"
    allowed = [one.strip() for one in setting.split(",")]
    if setting != "all" and name not in allowed:
        raise WeightsError(f"This server fetches no weights of {name}; {KEPT}")


def torchvision_state(name: str, progress: Progress | None = None) -> dict[str, Any]:
    """The state dict of a torchvision network, fetched on first use. Raises WeightsError with one sentence."""
    return read_state(fetch_torchvision(name, progress))


def fetch_torchvision(name: str, progress: Progress | None = None) -> Path:
    """The file of a torchvision network's weights, fetched if it is not there and may be. Raises WeightsError."""
    if not is_cached(name):
        require_allowed(name)
    return fetch(torchvision_source(name), cache_folders(), progress)


def is_cached(name: str) -> bool:
    """Whether a torchvision network's weights lie in a cache folder (not yet checked)."""
    source = torchvision_source(name)
    return any(is_there(folder / source.file_name) for folder in cache_folders())


def is_there(path: Path) -> bool:
    """Whether a file can be seen; what lies in a closed folder (another user's cache) cannot."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_state(path: Path) -> dict[str, Any]:
    """Read a state dict that can hold no code. Raises WeightsError for anything else."""
    import torch

    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise WeightsError(f"The file {path.name} holds more than weights, so it was not read; {KEPT}") from error
    return state


def fetch(source: Source, folders: Sequence[Path], progress: Progress | None = None, timeout: float = TIMEOUT) -> Path:
    """The checked file, from the first folder that has it, else downloaded to the first that takes it.

    All threads and processes that ask at once share one download.

    Raises:
        WeightsError: it cannot be had; the message says why in one sentence.
    """
    with _flights[source.file_name]:
        for folder in folders:
            if _is_good(folder / source.file_name, source.digits):
                return folder / source.file_name
        for folder in folders:
            with contextlib.suppress(PermissionError):
                return _fetch_into(folder, source, progress, timeout)
        raise WeightsError(f"No folder takes the file {source.file_name} (all are read-only); {KEPT}")


def _is_good(path: Path, digits: str) -> bool:
    """Whether the file is there, can be read and is the one recorded; a damaged file is deleted."""
    record = _record_of(path)
    if not is_there(path):
        return False
    try:
        digest, known = sha256_of(path), record.read_text().strip() if record.is_file() else None
    except PermissionError:
        return False
    if digest.startswith(digits) and known in (None, digest):
        if known is None:
            with contextlib.suppress(OSError):  # a read-only cache: the digits are checked again next time
                record.write_text(digest)
        return True
    with contextlib.suppress(OSError):  # cannot be deleted: the next folder is tried
        path.unlink()
    return False


def _record_of(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _fetch_into(folder: Path, source: Source, progress: Progress | None, timeout: float) -> Path:
    """Download into a folder, once more if what came was damaged. PermissionError: the folder is read-only."""
    path = folder / source.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock_file(path.with_name(path.name + ".lock")):
            if _is_good(path, source.digits):
                return path
            try:
                return _download(source, path, progress, timeout)
            except Damaged:
                return _download(source, path, progress, timeout)
    except Damaged as error:
        raise WeightsError(f"{error}; {KEPT}") from error
    except OSError as error:
        raise _as_sentence(error, source, timeout) from error


def _as_sentence(error: OSError, source: Source, timeout: float) -> Exception:
    """The exception to raise instead: PermissionError where another folder may do, else a WeightsError."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, urllib.error.HTTPError):
        return WeightsError(f"{source.host} answered {error.code} for {source.file_name}; {KEPT}")
    if isinstance(reason, TimeoutError):
        return WeightsError(f"{source.host} did not answer within {timeout:.0f} seconds; {KEPT}")
    if isinstance(error, (urllib.error.URLError, ConnectionError)):
        return WeightsError(f"There is no connection to {source.host}; {KEPT}")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return PermissionError(error.errno, "read-only")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WeightsError(f"The disk is full, {source.file_name} does not fit; {KEPT}")
    return WeightsError(f"{source.file_name} cannot be stored ({error.strerror or error}); {KEPT}")


def _download(source: Source, path: Path, progress: Progress | None, timeout: float) -> Path:
    """One try: into a file beside `path`, going on where an earlier one broke off; checked, recorded, renamed.

    What has arrived stays there if the connection breaks or everybody stops waiting, together with the server's mark of
    that version, so that nothing is fetched twice and nothing of another version is joined to it.
    """
    part = path.with_name(path.name + ".part")
    try:
        receive(source, part, path.with_name(path.name + ".lock"), progress, timeout)
    except BaseException as problem:
        if not begun(part)[0] or (isinstance(problem, OSError) and problem.errno == errno.ENOSPC):
            forget(part)  # half a file helps nobody on a full disk, nor where no mark tells what it is half of
        raise
    digest = sha256_of(part)
    if not digest.startswith(source.digits):
        told = _what_came_instead(part, source)
        forget(part)
        raise Damaged(told)
    _record_of(path).write_text(digest)
    part.replace(path)
    forget(part)
    return path


def _what_came_instead(part: Path, source: Source) -> str:
    with part.open("rb") as file:
        start = file.read(256).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return f"The network answered with a page of its own instead of {source.file_name} (is a login needed?)"
    return f"{source.file_name} arrived damaged, its checksum is wrong"


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    """Hold a lock file, so that other processes wait; a lock left behind by a dead process is taken over."""
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > STALE_LOCK:
                    path.unlink()
            time.sleep(0.05)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
