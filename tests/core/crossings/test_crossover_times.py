"""Crossover points have the time of the pass, and that of the flight."""

import gzip

import numpy as np
import pandas as pd

import makers
from beam_points import GEOD, LINE, STRIP, lon_lat, plain_frames, points


def test_pass_times_and_the_centre_line_are_those_of_published_tracks(real_data):
    path = real_data / "orbit" / "rgt_cycle14_points.csv.gz"
    with gzip.open(path, "rt") as file:
        tracks = pd.read_csv(file, parse_dates=["utc"])
    tracks = tracks[(tracks["latitude"] < -55) & (tracks["RGT"] % 100 == 1)].sort_values(["RGT", "utc"])
    rings, starts, ends, crossing, truth = [], [], [], [], []
    for _, track in tracks.groupby("RGT"):
        if len(track) < 7 or (np.diff(track["utc"]) != np.timedelta64(60, "s")).any():
            continue
        track = track.iloc[: len(track) - (len(track) + 1) % 2]
        lonlat = track[["longitude", "latitude"]].to_numpy()
        azimuth = np.array([GEOD.inv(*a, *b)[0] for a, b in zip(lonlat[:-1], lonlat[1:])])
        back = np.array([GEOD.inv(*b, *a)[0] + 180 for a, b in zip(lonlat[:-1], lonlat[1:])])
        turn = (azimuth[1:] - back[:-1] + 180) % 360 - 180
        heading = np.concatenate([azimuth[:1], back[:-1] + turn / 2, back[-1:]])
        left, right = (
            np.array([GEOD.fwd(*p, a + turn, 6250)[:2] for p, a in zip(lonlat, heading)]) for turn in (-90, 90)
        )
        keep = slice(0, None, 2)
        rings.append(np.vstack([right[keep][:1], left[keep], right[keep][:0:-1]]))
        starts.append(track["utc"].iloc[0])
        ends.append(track["utc"].iloc[-1])
        for row in range(3, len(track) - 1, 2):
            crossing.append([tuple(left[row]), tuple(right[row])])
            truth.append((len(rings) - 1, track["utc"].iloc[row], lonlat[row]))
    granules = makers.granules(*rings)
    granules["start_time"] = pd.to_datetime(starts).tz_localize("UTC")
    granules["end_time"] = pd.to_datetime(ends).tz_localize("UTC")
    frames = plain_frames(crossing)
    table = points(frames, granules, beams=["centre"])
    places = lon_lat(table)
    seconds, metres = [], []
    for number, (granule, moment, place) in enumerate(truth):
        mine = (table["frame_id"] == frames["id"].iloc[number]) & (
            table["granule_id"] == granules["granule_id"].iloc[granule]
        )
        assert mine.sum() == 1
        row = int(np.flatnonzero(mine)[0])
        seconds.append(abs((table["pass_time"].iloc[row].tz_localize(None) - moment).total_seconds()))
        metres.append(GEOD.inv(*place, *places[row])[2])
    assert len(truth) > 20
    # The published times are whole seconds; vertices are two minutes, some 850 km, apart.
    assert max(seconds) < 1.0
    assert np.median(metres) < 60
    assert max(metres) < 300


def test_days_between_count_from_the_flight_and_flight_times_are_given_where_there_are_any():
    frames = makers.frames(LINE, LINE, LINE, date="20240111")
    frames["datetime"] = pd.to_datetime(["2024-01-11T00:00:00Z", "2024-01-11T13:14:15Z", None])
    table = points(frames, makers.granules(STRIP), beams=["centre"])
    assert table["days_between"].tolist() == [-10] * 3
    assert table["flight_date"].astype(str).tolist() == ["2024-01-11"] * 3
    assert table["flight_time"].isna().tolist() == [True, False, True]
    assert table["flight_time"].iloc[1] == pd.Timestamp("2024-01-11T13:14:15Z")
    first, last = pd.Timestamp("2024-01-01T12:00:00Z"), pd.Timestamp("2024-01-01T12:05:00Z")
    assert table["pass_time"].between(first, last).all()


def test_a_granule_without_times_has_crossovers_without_a_time():
    granules = makers.granules(STRIP, names=["mine.h5"])
    granules["start_time"] = granules["end_time"] = pd.NaT
    table = points(makers.frames(LINE), granules)
    assert len(table) == 6
    assert table["pass_time"].isna().all()
    assert table["days_between"].isna().all()
