"""A secret in any parameter of any algorithm or model is in nothing that is said or written.

What QGIS itself repeats of the parameters (the "Inputs" of ``qgis_process``, the dialog's first lines, the inputs of
a model's steps in its log) is none of the plugin's, and is not looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsProcessingFeedback, QgsProcessingParameterBoolean

import makers
from standin import StandIn
from xopr_crossovers.algorithms import ALGORITHMS
from xopr_crossovers.plugin.models import model_files

SECRET = "s3cretPW"  # noqa: S105
DATABASE = (
    f"postgres:dbname='none' host=127.0.0.1 port=9 user='hunt' password='{SECRET}' table=\"public\".\"mf\" (geom)"
)
#: All forms at once, none of which leads anywhere.
MIXED = (
    f"{DATABASE} http://hunt:{SECRET}@127.0.0.1:9/a?X-Amz-Signature={SECRET} Authorization: Bearer {SECRET}abc "
    f"password={SECRET} PWD={SECRET};x EARTHDATA_TOKEN={SECRET}"
)
SEASON = "hemisphere=south/provider=cresis/collection=2020_Antarctica_Test/stac.parquet"
NAMES = [*(algorithm.NAME for algorithm in ALGORITHMS), *(file.stem for file in model_files())]
# Where one of several inputs is enough; all others are given what they need.
GIVEN = {
    "loadcatalog": ("CATALOG",),
    "querygranules": ("FRAMES", "CMR_URL"),
    "findgranules": ("CATALOG", "CMR_URL"),
    "framesfromtrack": ("CATALOG", "RGTS"),
    "pointstogranules": ("CATALOG", "POINTS"),
    "readalong": ("FRAMES", "FRAME", "GRANULE_FILES", "RADAR_FILES"),
    "seasontocrossovers": ("CATALOG",),
    "tracktoframes": ("CATALOG", "RGTS"),
    "seasontoheights": ("CATALOG", "GRANULE_FILES", "RADAR_FILES"),
}

ADDRESSES = ("CATALOG", "CMR_URL", "GRANULE_FILES")


class Listening(QgsProcessingFeedback):
    """Keeps all that is said, through whichever channel; but for QGIS's own echo of a step's parameters."""

    def __init__(self):
        super().__init__(False)
        self.said = []

    def pushInfo(self, info):  # noqa: N802
        self.said.append(info)

    def pushWarning(self, warning):  # noqa: N802
        self.said.append(warning)

    def pushDebugInfo(self, info):  # noqa: N802
        self.said.append(info)

    def pushConsoleInfo(self, info):  # noqa: N802
        self.said.append(info)

    def reportError(self, error, fatalError=False):  # noqa: N802, N803
        self.said.append(error)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    frames = makers.frames([(-105, -75.2), (-103, -75.2)])
    (folder / SEASON).parent.mkdir(parents=True)
    frames.to_parquet(folder / SEASON)
    with StandIn(cycles=[22], regions=[10, 11], files=folder) as stand_in:
        yield stand_in


@pytest.fixture
def inputs(save, frames_table, granules_table, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    points = makers.gpd.GeoDataFrame(geometry=makers.gpd.points_from_xy([-104], [-75.2]), crs="EPSG:4326")
    monkeypatch.setenv("XOPR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XOPR_CMR_URL", server.url)
    monkeypatch.setenv("XOPR_CATALOG_URL", f"{server.url.replace('//', f'//hunt:{SECRET}@')}/files")
    monkeypatch.setenv("XOPR_LISTING_URL", f"{server.bucket_url.replace('//', f'//hunt:{SECRET}@')}?token={SECRET}")
    linked = granules_table.assign(https_url="https://data.nasa.gov/x.h5")
    crossovers = points.assign(frame_id="Data_20160101_01_001", granule_id="ATL06_x", beam="gt1l")
    layers = {
        "FRAMES": frames_table,
        "MATCHES": linked,
        "GRANULES": granules_table,
        "POINTS": points,
        "PLACES": points,
        "CROSSOVERS": crossovers,
    }
    sources = {name: save(table).source() for name, table in layers.items()}
    (tmp_path / "files").mkdir()
    for name in ("ATL06_20240101120000_00010101_007_01.h5", "Data_19990101_01_001.mat"):
        (tmp_path / "files" / name).touch()
    files = {name: str(tmp_path / "files") for name in ("GRANULE_FILES", "RADAR_FILES")}
    files["FRAME"] = frames_table["id"].iloc[0]
    return {**sources, **files, "RGTS": "1-30", "CATALOG": str(server.files / SEASON), "CMR_URL": server.url}


@pytest.fixture
def listen(provider, context):
    """Check and run an algorithm, if it accepts its parameters; returns all that it said, and whether it succeeded."""

    def run(name, parameters):
        algorithm, feedback = provider.algorithm(name).create(), Listening()
        accepted, message = algorithm.checkParameterValues(parameters, context)
        _, succeeded = algorithm.run(parameters, context, feedback) if accepted else ({}, False)
        return "\n".join([message, *feedback.said]), succeeded

    return run


def outputs(algorithm, folder):
    return {
        one.name(): str(folder / f"{one.name()}.{'html' if one.name() == 'REPORT' else 'gpkg'}")
        for one in algorithm.destinationParameterDefinitions()
    }


def written(folder):
    """Whatever of a folder's names and contents holds the secret."""
    found = []
    for path in sorted(folder.rglob("*")):
        if SECRET in path.name or (path.is_file() and SECRET.encode() in path.read_bytes()):
            found.append(str(path))
    return found


def test_every_algorithm_and_model_is_tried(provider):
    assert {algorithm.name() for algorithm in provider.algorithms()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_in_any_parameter_is_neither_said_nor_written(
    name, provider, inputs, needed_by, listen, server, tmp_path
):
    folder = tmp_path / "written"
    folder.mkdir()
    algorithm = provider.algorithm(name)
    base = {**{key: inputs[key] for key in GIVEN.get(name) or needed_by(name)}, **outputs(algorithm, folder)}
    said = {}
    text, succeeded = listen(name, base)
    assert succeeded, text
    login = server.url.replace("//", f"//hunt:{SECRET}@")
    for definition in algorithm.parameterDefinitions():
        one = definition.name()
        if isinstance(definition, QgsProcessingParameterBoolean):
            continue
        forms = (DATABASE, DATABASE.replace("postgres:", "PG:")) if definition.isDestination() else (MIXED,)
        if one in ADDRESSES:
            forms += (login, f"{login}/files/{SEASON}?sig={SECRET}")
        for form in forms:
            said[f"{one}={form}"], _ = listen(name, {**base, one: form})
    leaks = {planted: text for planted, text in said.items() if SECRET in text}
    assert leaks == {}
    assert written(tmp_path) == []
    assert sum("***" in text for text in said.values()) > 0


def test_a_run_through_an_address_with_a_password_is_repeated_by_a_command_that_lacks_it(
    inputs, listen, server, tmp_path
):
    login = server.url.replace("//", f"//hunt:{SECRET}@")
    given = {
        "CATALOG": f"{login}/files/{SEASON}?X-Amz-Signature={SECRET}",
        "CMR_URL": login,
        "REPORT": str(tmp_path / "r.html"),
        **{name: str(tmp_path / f"{name}.gpkg") for name in ("MATCHED_FRAMES", "MATCHES", "GRANULES")},
    }
    said, succeeded = listen("findgranules", given)
    assert succeeded
    page = Path(given["REPORT"]).read_text(encoding="utf-8")
    assert "http://hunt:***@127.0.0.1" in page
    assert "X-Amz-Signature=***" in page
    assert "CMR_URL holds a secret, which is not shown: put it in place of *** to repeat the run." in page
    assert SECRET not in said
    assert written(tmp_path) == []
    (store,) = [path for path in (tmp_path / "cache" / "granules").iterdir() if path.is_dir()]
    assert store.name == server.url.removeprefix("http://").replace(":", "-")
