"""How a user installs the Python packages on the system at hand, in words and commands that can be copied."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ..metadata import PLUGIN_FOLDER

# Of mortie, as its card on PyPI says.
_OLDEST_PYTHON = (3, 10)

REQUIREMENTS = PLUGIN_FOLDER / "requirements.txt"

# Where osgeo was built for numpy 1 it cannot be imported beside numpy 2, and pyarrow 26 needs that without saying so.
_WITH_NUMPY_1 = ("numpy<2", "pyarrow<26")
#: What only some algorithms need, which name it themselves; without it all others work.
OPTIONAL = {"pyfive": "to read measured heights and radar files", "fsspec": "by pyfive, to read measured heights"}

# What conda-forge does not have is left to pip.
_NOT_IN_CONDA = {"mortie"}

_WHERE = {
    "windows": "the OSGeo4W Shell (Start menu, in the folder of QGIS)",
    "macos": "a terminal (Applications > Utilities > Terminal)",
    "conda": "a terminal or Anaconda prompt",
}


@dataclass(frozen=True)
class System:
    """What decides how packages are installed for a QGIS.

    Attributes
    ----------
    kind : str
        ``windows``, ``macos``, ``conda``, ``flatpak``, ``debian`` (and what is made from it), or ``linux``.
    python : str
        The Python that belongs to this QGIS.
    prefix : str
        Its folder.
    options : tuple of str
        What pip must be told.
    has_pip : bool
    """

    kind: str
    python: str
    prefix: str = sys.prefix
    options: tuple[str, ...] = ()
    has_pip: bool = True

    @property
    def where(self) -> str:
        """Where commands are typed."""
        return _WHERE.get(self.kind, "a terminal")


def this_system() -> System:
    """Return the system that this QGIS runs on."""
    kind = _kind()
    options: list[str] = []
    if sys.prefix == sys.base_prefix and kind != "conda":
        options.append("--user")
        if (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists():
            options.append("--break-system-packages")
    if _has_numpy_1():
        options += _WITH_NUMPY_1
    return System(kind, _interpreter(), sys.prefix, tuple(options), find_spec("pip") is not None)


def python_problem(version_info: tuple[int, ...] = sys.version_info[:2]) -> str:
    """Return a sentence if the Python of this QGIS is too old for the packages, else an empty text."""
    if version_info >= _OLDEST_PYTHON:
        return ""
    oldest, this = (".".join(map(str, numbers[:2])) for numbers in (_OLDEST_PYTHON, version_info))
    return (
        f"The packages need Python {oldest} or later, and this QGIS has Python {this}: install a newer QGIS first "
        "(Help > About names the Python of one)."
    )


def command(system: System, requirements: Path = REQUIREMENTS) -> str:
    """Return the one command that installs the packages."""
    pip = " ".join(["install", *map(_quoted, system.options), "-r", _quoted(str(requirements))])
    if system.kind == "flatpak":
        return f"flatpak run --devel --command=pip3 org.qgis.qgis {pip}"
    python = f"{_quoted(system.python)} -m pip {pip}"
    if system.kind == "conda":
        names = " ".join(name for name in requirement_names(requirements) if name not in _NOT_IN_CONDA)
        return f"conda install --yes --channel conda-forge --prefix {_quoted(system.prefix)} {names} && {python}"
    if system.kind == "debian" and not system.has_pip:
        return f"sudo apt-get install -y python3-pip && {python}"
    return python


def instructions(system: System, missing: list[str], requirements: Path = REQUIREMENTS) -> str:
    """Return the steps that bring the packages, as plain text.

    Parameters
    ----------
    system : System
    missing : list of str
        What is wrong with the packages, a short text for each.
    requirements : Path
        The file that lists them.
    """
    if not missing:
        return "All Python packages that xOPR Crossovers needs are there."
    ways = [_by_command(system, requirements)]
    if system.kind != "flatpak":  # qpip needs a pip, which Flatpak's QGIS does not have
        ways.insert(0, _by_qpip())
    if system.kind == "macos":
        ways.append(_by_console(system, requirements))
    lead = "Do one of these; each needs the internet" if len(ways) > 1 else "This needs the internet"
    return "\n".join(
        [
            "xOPR Crossovers needs these Python packages, which this QGIS does not have (in a version that fits):",
            "",
            *(f"    {text}" for text in missing),
            "",
            *([problem, ""] if (problem := python_problem()) else []),
            f"{lead}. Then start QGIS again.",
            *(line for way in ways for line in ("", *way)),
            "",
            "Until then the algorithms are in the toolbox all the same, and say what is missing.",
        ]
    )


def requirement_lines(requirements: Path = REQUIREMENTS) -> list[str]:
    """Return the requirements, without comments."""
    lines = (line.split("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def requirement_name(line: str) -> str:
    """Return the package that a requirement is for."""
    return re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]


def requirement_names(requirements: Path = REQUIREMENTS) -> list[str]:
    """Return the packages that are required."""
    return [requirement_name(line) for line in requirement_lines(requirements)]


def _by_qpip() -> list[str]:
    return [
        "Inside QGIS, with the plugin qpip:",
        "    Plugins > Manage and Install Plugins: install qpip, if it is not there yet.",
        "    Plugins > QPIP > Run dependencies check now: install what it lists.",
    ]


def _by_command(system: System, requirements: Path) -> list[str]:
    return [f"With this command in {system.where}:", "", f"    {command(system, requirements)}"]


def _by_console(system: System, requirements: Path) -> list[str]:
    arguments = ["install", *system.options, "-r", str(requirements)]
    return [
        "Or, where that Python does not start, with these lines in Plugins > Python Console:",
        "",
        "    from pip._internal.cli.main import main",
        f"    main({arguments!r})",
    ]


def _kind() -> str:
    if os.name == "nt":
        kind = "windows"
    elif sys.platform == "darwin":
        kind = "macos"
    elif Path("/.flatpak-info").exists():
        return "flatpak"
    else:
        kind = "debian" if Path("/etc/debian_version").exists() else "linux"
    return "conda" if (Path(sys.prefix) / "conda-meta").is_dir() else kind


def _interpreter() -> str:
    """Return the Python that belongs to this QGIS; ``sys.executable`` may be QGIS itself."""
    if os.name == "nt":
        candidates = [Path(sys.exec_prefix) / "python.exe"]
    else:
        name = f"python{sys.version_info.major}"
        candidates = [
            Path(sys.prefix) / "bin" / name,
            Path(sys.executable).parent / name,
            Path(sys.executable).parent / "bin" / name,
        ]
    fallback = "python" if os.name == "nt" else "python3"
    return next((str(path) for path in candidates if path.is_file()), fallback)


def _has_numpy_1() -> bool:
    try:
        return version("numpy").startswith("1.")
    except PackageNotFoundError:
        return False


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"[\s<>&|;()]", text) else text
