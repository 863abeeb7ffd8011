"""The echogram of a frame for its report: as data on the section's axes, or as the picture that the catalog has."""

from __future__ import annotations

from dataclasses import dataclass

from ..common import DownloadError, InputError, Progress
from ..radar import EchogramPicture, RadarFiles, draw_echogram
from .flown_frame import FlownFrame
from .options import ECHOGRAM_DATA, ECHOGRAMS, NO_ECHOGRAM

# How pictures of the web begin, and their type.
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
_MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Beside:
    """What is shown of an echogram; nothing of it where it was not asked for, or is not at hand.

    Attributes
    ----------
    data : EchogramPicture or None
        On the axes of the section.
    thumbnail : bytes
        A printed picture with axes of its own, which belongs beside the section.
    kind : str
        Of that, such as ``image/jpeg``.
    missing : str
        Why there is none although it was asked for, in a sentence.
    """

    data: EchogramPicture | None = None
    thumbnail: bytes = b""
    kind: str = ""
    missing: str = ""


def echogram_beside(frame: FlownFrame, radar: RadarFiles, wanted: str, progress: Progress | None = None) -> Beside:
    """Return what is shown of a frame's echogram.

    Parameters
    ----------
    frame : FlownFrame
    radar : RadarFiles
    wanted : {'none', 'thumbnail', 'data'}
    progress : Progress, optional
        Is warned where it is not at hand.

    Raises
    ------
    InputError
        If there is no such choice.
    CancelledError
    """
    if wanted not in ECHOGRAMS:
        raise InputError(f"There is no echogram {wanted!r}: choose of {', '.join(ECHOGRAMS)}.")
    progress = progress or Progress()
    if wanted == NO_ECHOGRAM:
        return Beside()
    try:
        return _data(frame, radar, progress) if wanted == ECHOGRAM_DATA else _thumbnail(frame, radar, progress)
    except (InputError, DownloadError) as error:
        progress.warn(f"The report goes on without the echogram: {error}")
        return Beside(missing=str(error))


def _data(frame: FlownFrame, radar: RadarFiles, progress: Progress) -> Beside:
    if frame.picks is None:
        raise InputError(f"{frame.frame_id} has no layer file, on whose track it would lie; give it in RADAR_FILES.")
    path = radar.echogram_path(frame.row, progress.part(0.0, 0.6))
    return Beside(draw_echogram(path, frame.picks, name=path.name, progress=progress.part(0.6, 1.0)))


def _thumbnail(frame: FlownFrame, radar: RadarFiles, progress: Progress) -> Beside:
    path = radar.thumbnail_path(frame.row, progress)
    content = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else b""
    kind = next((kind for begin, kind in _KINDS.items() if content.startswith(begin)), "")
    if not kind:
        raise InputError(
            f"What the catalog has as a picture of {frame.frame_id} is none (JPEG, PNG or GIF): do without."
        )
    return Beside(thumbnail=content, kind=kind)
