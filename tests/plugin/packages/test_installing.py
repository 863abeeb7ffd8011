"""What a user is told to do where Python packages are missing, on each system."""

from __future__ import annotations

import shlex
from pathlib import Path, PureWindowsPath

import pytest

from xopr_crossovers.plugin.packages import installing
from xopr_crossovers.plugin.packages.installing import System, command, instructions

MAC = "/Applications/QGIS.app/Contents/MacOS/bin/python3"
SYSTEMS = {
    "windows": System("windows", r"C:\Program Files\QGIS 3.44\apps\Python312\python.exe", options=("--user",)),
    "macos": System("macos", MAC, options=("--user",)),
    "conda": System("conda", "/opt/conda/envs/gis/bin/python3", prefix="/opt/conda/envs/gis"),
    "flatpak": System("flatpak", "/usr/bin/python3", options=("--user",), has_pip=False),
    "debian": System("debian", "/usr/bin/python3", options=("--user", "--break-system-packages")),
    "linux": System("linux", "/usr/bin/python3", options=("--user",)),
}
MISSING = ["geopandas (>=1.0,<2)", "shapely (>=2.0,<3, but 1.8.5 is installed)"]
# What a command on the system must begin with.
BEGINNINGS = {
    "windows": r'"C:\Program Files\QGIS 3.44\apps\Python312\python.exe" -m pip install --user -r',
    "macos": f"{MAC} -m pip install --user -r",
    "conda": "conda install --yes --channel conda-forge --prefix /opt/conda/envs/gis fsspec geopandas numpy",
    "flatpak": "flatpak run --devel --command=pip3 org.qgis.qgis install --user -r",
    "debian": "/usr/bin/python3 -m pip install --user --break-system-packages -r",
    "linux": "/usr/bin/python3 -m pip install --user -r",
}


@pytest.mark.parametrize("kind", SYSTEMS)
def test_the_command_is_that_of_the_system_and_reads_the_requirements(kind, repository):
    told = command(SYSTEMS[kind])
    assert told.startswith(BEGINNINGS[kind])
    assert told.endswith(f"-r {repository / 'requirements.txt'}")


@pytest.mark.parametrize("kind", SYSTEMS)
def test_the_steps_name_what_is_missing_the_command_and_the_restart(kind):
    text = instructions(SYSTEMS[kind], MISSING)
    assert [line.strip() for line in text.splitlines() if line.strip() in MISSING] == MISSING
    assert f"    {command(SYSTEMS[kind])}" in text.splitlines()
    assert "start QGIS again" in text


@pytest.mark.parametrize("kind", SYSTEMS)
def test_qpip_is_named_where_it_can_work(kind):
    assert ("QPIP" in instructions(SYSTEMS[kind], MISSING)) == (kind != "flatpak")


def test_windows_users_are_sent_to_the_shell_that_knows_qgis_s_python():
    assert "in the OSGeo4W Shell" in instructions(SYSTEMS["windows"], MISSING)


def test_mac_users_have_a_way_without_starting_that_python():
    text = instructions(SYSTEMS["macos"], MISSING)
    code = "\n".join(line.strip() for line in text.splitlines() if line.strip().startswith(("from pip", "main(")))
    assert code.startswith("from pip._internal.cli.main import main\nmain(['install', '--user', '-r', '/")
    compile(code, "console", "exec")


def test_debian_without_pip_gets_it_first():
    bare = System("debian", "/usr/bin/python3", has_pip=False)
    assert command(bare).startswith("sudo apt-get install -y python3-pip && /usr/bin/python3 -m pip install")


def test_conda_is_asked_for_all_that_it_has_and_pip_for_the_rest():
    asked, _, rest = command(SYSTEMS["conda"]).partition(" && ")
    assert "mortie" not in asked
    assert {"geopandas", "pyarrow", "shapely", "pyproj", "requests", "platformdirs"} <= set(asked.split())
    assert rest.startswith("/opt/conda/envs/gis/bin/python3 -m pip install")


@pytest.mark.parametrize("folder", ["with a space", "R&D", "plain"])
def test_a_shell_reads_a_path_as_one_word(tmp_path, folder):
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / "requirements.txt"
    path.write_text("geopandas\n")
    assert shlex.split(command(SYSTEMS["linux"], path))[-1] == str(path)


def test_a_windows_path_with_a_space_is_quoted():
    path = PureWindowsPath(r"C:\Users\Ann Other\requirements.txt")
    assert command(SYSTEMS["windows"], path).endswith(r'-r "C:\Users\Ann Other\requirements.txt"')


def test_limits_of_versions_are_no_redirections():
    pinned = System("linux", "/usr/bin/python3", options=("--user", "numpy<2", "pyarrow<26"))
    assert shlex.split(command(pinned))[4:7] == ["--user", "numpy<2", "pyarrow<26"]
    assert '"numpy<2" "pyarrow<26"' in command(pinned)


def test_where_nothing_is_missing_there_is_nothing_to_do():
    assert instructions(SYSTEMS["linux"], []) == "All Python packages that xOPR Crossovers needs are there."


def test_the_python_of_this_system_runs():
    system = installing.this_system()
    assert Path(system.python).is_file()
    assert system.kind in SYSTEMS


def test_names_of_requirements_are_read_whatever_stands_behind_them(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("# all\nnumpy>=1.24,<3\n\nzope.interface == 5 ; python_version > '3'\npy-arrow[x]  # why\n")
    assert installing.requirement_names(path) == ["numpy", "zope.interface", "py-arrow"]


def test_a_python_that_is_too_old_for_the_packages_is_said_instead_of_a_command_that_would_fail():
    assert installing.python_problem((3, 10, 0)) == ""
    said = installing.python_problem((3, 9, 5, "final", 0))
    assert "need Python 3.10 or later, and this QGIS has Python 3.9: install a newer QGIS" in said
