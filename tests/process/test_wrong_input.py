"""Wrong input of each kind: a sentence that helps, exit code 1, no traceback, and no file left behind."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from makers import frames
from odd_server import OddServer

OUTPUTS = {
    "loadcatalog": ["FRAMES"],
    "subsetbypoints": ["SUBSET"],
    "querygranules": ["GRANULES"],
    "matchgranules": ["MATCHED_FRAMES", "MATCHES"],
    "findgranules": ["MATCHED_FRAMES", "MATCHES", "GRANULES"],
}
BOX = {"EXTENT": "-105,-104,-76,-75 [EPSG:4326]"}

# Each case: algorithm, parameters, words of the message. <name> is a file of `files` or an address of `servers`.
# What is refused before the work begins has more cases in tests/plugin/processing/test_algorithm_inputs.py.
CASES = {
    "no source": ("loadcatalog", {}, "Give SEASON or CATALOG"),
    "a parameter that is misspelt": ("loadcatalog", {"CATALOG": "<good>", "STARTDATE": "2016-01-01"}, "START_DATE?"),
    "an option that is none": ("matchgranules", {"METHOD": "magic"}, "METHOD has no option 'magic'"),
    "a date that is none": ("loadcatalog", {"CATALOG": "<good>", "START_DATE": "2016-13-01"}, "START_DATE is no date"),
    "flights before launch": (
        "querygranules",
        {"FRAMES": "<old>", "TIME_MODE": "exact_year"},
        "before ICESat-2's first data",
    ),
    "a negative distance": (
        "subsetbypoints",
        {"FRAMES": "<good>", "POINTS": "<point>", "RULE": "distance", "DISTANCE": -1},
        "DISTANCE must be at least 0",
    ),
    "an extent that is none": ("querygranules", {"EXTENT": "here"}, "EXTENT is no extent"),
    "a file that is missing": ("loadcatalog", {"CATALOG": "<nowhere>"}, "There is no file, folder or season named"),
    "a folder without catalogs": ("loadcatalog", {"CATALOG": "<empty>"}, "holds no .parquet file"),
    "a pattern without a match": ("loadcatalog", {"CATALOG": "<empty>/*.parquet"}, "No file matches"),
    "a text file": ("loadcatalog", {"CATALOG": "<text>"}, "cannot open"),
    "Parquet that is cut off": ("loadcatalog", {"CATALOG": "<cut>"}, "cannot be read as GeoParquet"),
    "Parquet without a geometry": ("loadcatalog", {"CATALOG": "<plain>"}, "Parquet without a geometry"),
    "a catalog without cells": ("loadcatalog", {"CATALOG": "<nombox>"}, "'opr:mbox' (four morton cells a frame)"),
    "a catalog with a bad cell": (
        "subsetbypoints",
        {"FRAMES": "<badmbox>", "POINTS": "<point>"},
        "is not a morton cell",
    ),
    "a layer of points as catalog": ("loadcatalog", {"CATALOG": "<point>"}, "no column 'id'"),
    "a season that cannot be fetched": ("loadcatalog", {"SEASON": "2016_Antarctica_DC8"}, "2016_Antarctica_DC8"),
    "an address that nobody answers": ("loadcatalog", {"CATALOG": "<refused>/stac.parquet"}, "cannot be reached"),
    "a login page instead of a catalog": ("loadcatalog", {"CATALOG": "<login>/stac.parquet"}, "stac.parquet"),
    "filters that leave nothing": ("loadcatalog", {"CATALOG": "<good>", "HEMISPHERE": "north"}, "none of 2 frames"),
    "a layer that is missing": ("subsetbypoints", {"FRAMES": "<nowhere>", "POINTS": "<point>"}, "FRAMES"),
    "points that are lines": ("subsetbypoints", {"FRAMES": "<good>", "POINTS": "<good>"}, "holds lines or polygons"),
    "a point layer without a point": ("subsetbypoints", {"FRAMES": "<good>", "POINTS": "<nopoint>"}, "holds no point"),
    "points with latitude first": (
        "subsetbypoints",
        {"FRAMES": "<good>", "POINTS": "<swapped>"},
        "latitude and longitude look exchanged",
    ),
    "a table without places": ("subsetbypoints", {"FRAMES": "<good>", "POINTS": "<table>"}, "make points of it with"),
    "frames on the Moon": (
        "subsetbypoints",
        {"FRAMES": "<moon>", "POINTS": "<point>"},
        "there is no way to longitude and latitude on the Earth",
    ),
    "GeoParquet that is cut off where a layer is asked for": (
        "matchgranules",
        {"GRANULES": "<cut>"},
        "cannot be read as GeoParquet",
    ),
    "the old place of the catalogs": (
        "loadcatalog",
        {"CATALOG": "gs://opr_stac/catalog/**/*.parquet"},
        "today they are at https://data.source.coop/englacial/xopr/catalog",
    ),
    "points far from all frames": (
        "findgranules",
        {"CATALOG": "<good>", "POINTS": "<farpoint>"},
        "None of 2 frames has a cell that holds a point",
    ),
    "a CMR that cannot be reached": ("querygranules", {**BOX, "CMR_URL": "<refused>"}, "cannot be reached"),
    "a CMR that refuses": ("querygranules", {**BOX, "CMR_URL": "<refusing>"}, "must be within -180.0 and 180.0"),
    "dates that the mode ignores": (
        "querygranules",
        {**BOX, "START_DATE": "2024-02-01", "END_DATE": "2024-02-02"},
        "START_DATE is only used with TIME_MODE=date_range, and TIME_MODE is cycle",
    ),
    "an extent in CMR's order": (
        "querygranules",
        {"EXTENT": "-105,-76,-104,-75 [EPSG:4326]"},
        "write -105,-104,-76,-75.",
    ),
    "an extent in an unknown system": (
        "querygranules",
        {"EXTENT": "-105,-104,-76,-75 [EPSG:9999999]"},
        "unknown coordinate reference system, [EPSG:9999999]",
    ),
    "a CMR that delivers too little": ("querygranules", {**BOX, "CMR_URL": "<short>"}, "found 5 granules, but 0 came"),
    "a CMR that wants a login": ("querygranules", {**BOX, "CMR_URL": "<login>"}, "a web page instead of granules"),
    "granules that are none": ("matchgranules", {"GRANULES": "<point>"}, "no column 'granule_id'"),
    "an output without a folder": (
        "loadcatalog",
        {"CATALOG": "<good>", "FRAMES": "/nowhere/frames.gpkg"},
        "there is no folder /nowhere",
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files of each kind, good and bad, by name."""
    folder = tmp_path_factory.mktemp("files")
    lines = [(-105, -75.2), (-103, -75.2)], [(-105, -75.8), (-103, -75.9)]
    tables = {
        "good": frames(*lines),
        "old": frames(*lines, date="20101112"),
        "nombox": frames(*lines).drop(columns="opr:mbox"),
        "badmbox": frames(*lines).assign(**{"opr:mbox": "[-519, 0]"}),
    }
    for name, table in tables.items():
        text = table.copy()
        if "opr:mbox" in text:
            text["opr:mbox"] = [cells if isinstance(cells, str) else json.dumps(cells) for cells in text["opr:mbox"]]
        text.to_file(folder / f"{name}.gpkg")
    for name, points in {"point": [(-104, -75.2)], "farpoint": [(60, 10)], "nopoint": []}.items():
        geometry = gpd.GeoSeries([shapely.Point(point) for point in points], crs="EPSG:4326")
        table = gpd.GeoDataFrame({"name": ["x"] * len(points)}, geometry=geometry)
        table.to_file(folder / f"{name}.gpkg", geometry_type="Point")
    (folder / "swapped.csv").write_text("lon,lat\n-75.2,-104\n")
    (folder / "table.csv").write_text("name,height\na,3\n")
    frames(*lines).set_crs("IAU_2015:30100", allow_override=True).to_parquet(folder / "moon.parquet")
    (folder / "empty").mkdir()
    (folder / "text.csv.txt").write_text("no catalog\n")
    frames(*lines).to_parquet(folder / "whole.parquet")
    (folder / "cut.parquet").write_bytes((folder / "whole.parquet").read_bytes()[:-50])
    pd.DataFrame({"id": ["a"]}).to_parquet(folder / "plain.parquet")
    named = {path.stem.partition(".")[0]: str(path) for path in folder.iterdir()}
    return {**named, "nowhere": str(folder / "nowhere.gpkg")}


@pytest.fixture(scope="module")
def servers():
    """Addresses of servers that answer badly, by name."""

    def answer(status, body, kind, **headers):
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
        return ("\r\n".join([*lines, "", ""]) + body).encode()

    error = json.dumps({"errors": ["Point longitude [44444] must be within -180.0 and 180.0"]})
    page = "<!DOCTYPE html><html><head><title>Earthdata Login</title></head><body>Username</body></html>"
    refusing = OddServer(answer("400 Bad Request", error, "application/json"))
    short = OddServer(answer("200 OK", '{"hits": 5, "items": []}', "application/json", CMR_Hits=5))
    login = OddServer(answer("200 OK", page, "text/html"))
    with refusing, short, login:
        yield {
            "refusing": refusing.url,
            "short": short.url,
            "login": login.url,
            "refused": "http://127.0.0.1:9",
        }


#: Of each way that a run can fail one by the command itself, the others in one process of it: what QGIS refuses, what
#: our check refuses, a layer that cannot be opened, work that fails with and without a request.
ALONE = (
    "no source",
    "a parameter that is misspelt",
    "a layer that is missing",
    "Parquet that is cut off",
    "points far from all frames",
    "a CMR that cannot be reached",
    "a CMR that refuses",
)


@pytest.fixture(scope="module")
def rans(qgis_process, many_runs, files, servers, tmp_path_factory):
    """How each case ended, and the folder that its outputs were to go to; two processes at a time."""
    known = {**files, **servers}

    def fill(value):
        for name, place in known.items():
            value = str(value).replace(f"<{name}>", place)
        return value

    def asked(case):
        algorithm, given, _ = CASES[case]
        folder = tmp_path_factory.mktemp("out")
        parameters = {name: str(folder / f"{name}.gpkg") for name in OUTPUTS[algorithm]}
        if algorithm == "matchgranules":
            parameters |= {"FRAMES": files["good"], "GRANULES": files["good"]}
        parameters |= {name: fill(value) for name, value in given.items()}
        return f"xopr:{algorithm}", parameters, folder

    def run(cases):
        runs = [asked(case) for case in cases]
        if len(cases) == 1:
            (one,) = runs
            ended = [qgis_process(one[0], **one[1])]
        else:
            ended = many_runs([one[:2] for one in runs])
        return {case: (ran, one[2]) for case, ran, one in zip(cases, ended, runs)}

    together = [case for case in CASES if case not in ALONE]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(run, [together, *([case] for case in ALONE)]))
    return {case: ended for part in done for case, ended in part.items()}


@pytest.mark.parametrize("case", CASES)
def test_wrong_input_ends_in_a_sentence(rans, files, case):
    ran, folder = rans[case]
    assert CASES[case][2] in ran.errors
    assert ran.code == 1
    assert "Traceback" not in ran.log
    assert "fault of the plugin" not in ran.log
    assert list(folder.iterdir()) == []
    assert list(Path(files["empty"]).iterdir()) == []
