"""Files of the user's own that a text names: paths, folders, patterns, several of them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..common import InputError, Progress, count, is_web_address, path_of, reason_of
from .sources import file_of, split


@dataclass(frozen=True)
class OwnFiles:
    """What a text may name, and what is said where it does not.

    Attributes
    ----------
    name : str
        What the text is the value of.
    suffixes : sequence of str
        How the files are called that are taken of a folder, in small letters.
    kinds : str
        What is looked for, in the plural: ``radar files``.
    otherwise : str
        What is done where the text is empty, as the end of "leave it empty, and".
    """

    name: str
    suffixes: Sequence[str]
    kinds: str
    otherwise: str

    def find(self, text: str, progress: Progress) -> list[Path]:
        """Return the files that a text names, each once.

        Parameters
        ----------
        text : str
            A file, a folder (all files in it and below with one of the suffixes), or a pattern; several with ``;`` or
            line breaks between.
        progress : Progress
            Is told of folders that may not be read.

        Raises
        ------
        InputError
            If there is no such file.
        """
        return list(dict.fromkeys(path for part in split(text) for path in self._expand(part, progress)))

    def _expand(self, text: str, progress: Progress) -> Iterator[Path]:
        if is_web_address(text):
            raise InputError(
                f"{self.name} takes files of this computer, and {text} is an address: leave {self.name} empty, and "
                f"{self.otherwise}."
            )
        place = file_of(text, self.name)
        if place is None and glob.has_magic(text):
            matches = sorted(map(Path, glob.glob(str(path_of(text, self.name)), recursive=True)))
            if not matches:
                raise InputError(f"No file matches {text}; check {self.name}.")
            for match in matches:
                yield from self._below(match, progress) if match.is_dir() else [match]
            return
        if place is None or place.path is None:
            raise InputError(f"There is no file or folder {text}; check {self.name}.")
        if not place.path.is_dir():
            yield place.path
            return
        below = self._below(place.path, progress)
        if not below:
            raise InputError(
                f"The folder {place.path} holds no {self.suffixes[0]} file; choose a folder of {self.kinds}, or leave "
                f"{self.name} empty."
            )
        yield from below

    def _below(self, folder: Path, progress: Progress) -> Sequence[Path]:
        faults: list[OSError] = []
        found = []
        for parent, _, names in os.walk(folder, onerror=faults.append):
            progress.check()
            found += [Path(parent, name) for name in names if name.lower().endswith(tuple(self.suffixes))]
        if faults:
            what = reason_of(faults[0]).what
            progress.warn(
                f"{count(len(faults), 'folder', 'folders')} below {folder} cannot be read ({what}; the first is "
                f"{faults[0].filename})."
            )
        return sorted(found)
