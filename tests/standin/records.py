"""UMM-G records of the stand-in's granules, shaped like the real ones of NSIDC_CPRD."""

from __future__ import annotations

import numpy as np

from xopr_crossovers.core.icesat2 import orbit

from . import granules, strips

OLD_PROVIDER = "NSIDC_ECS"
ARCHIVE = "https://data.nsidc.earthdatacloud.nasa.gov"
_ORBITS_BEFORE_CYCLE_1 = 201
_BEAMS = ("gt1l", "gt2r")


def render(store, row, archive=ARCHIVE):
    """One record, as the dict that becomes JSON.

    Parameters
    ----------
    store : Granules
    row : int
        Row of the granule.
    archive : str
        The address that its https links begin with.
    """
    name = store.names[row]
    product, version = store.collections[store.collection[row]]
    rgt, cycle, region = int(store.rgt[row]), int(store.cycle[row]), int(store.region[row])
    start, end, crossing, revised = (str(store.texts[kind][row]) for kind in ("start", "end", "crossing", "revised"))
    number = _number(store, row)
    return {
        "meta": {
            "concept-type": "granule",
            "concept-id": f"G{number}-{granules.PROVIDER}",
            "revision-id": 1,
            "native-id": name,
            "collection-concept-id": granules.concept(product, version),
            "provider-id": granules.PROVIDER,
            "format": "application/vnd.nasa.cmr.umm+json",
            "revision-date": revised,
        },
        "umm": {
            "GranuleUR": name,
            "ProviderDates": [{"Date": revised, "Type": kind} for kind in ("Insert", "Update")],
            "CollectionReference": {"ShortName": product, "Version": version},
            "TemporalExtent": {
                "RangeDateTime": {
                    "BeginningDateTime": start,
                    "EndingDateTime": end,
                }
            },
            "OrbitCalculatedSpatialDomains": [
                {
                    "OrbitNumber": (cycle - 1) * orbit.TRACKS_PER_CYCLE + rgt + _ORBITS_BEFORE_CYCLE_1,
                    "EquatorCrossingLongitude": float(store.crossing_longitude[row]),
                    "EquatorCrossingDateTime": crossing,
                }
            ],
            "SpatialExtent": {
                "HorizontalSpatialDomain": {
                    "Geometry": {
                        "GPolygons": [_polygon(strips.ring(rgt, region))],
                    }
                }
            },
            "RelatedUrls": _links(store, row, archive),
            "DataGranule": {
                "DayNightFlag": "Unspecified",
                "Identifiers": [{"Identifier": name, "IdentifierType": "ProducerGranuleId"}],
                "ProductionDateTime": revised,
                "ArchiveAndDistributionInformation": [_size(name, rgt, region)],
            },
            "MetadataSpecification": {
                "URL": "https://cdn.earthdata.nasa.gov/umm/granule/v1.6.6",
                "Name": "UMM-G",
                "Version": "1.6.6",
            },
        },
    }


def only_orbit(record, store, row):
    """Put the old records' ``Orbit`` in the place of the polygon."""
    u0, u1 = orbit.region_arc(int(store.region[row]))
    _, latitude = orbit.ground_track(1, np.array([u0, u1]))
    crossing = record["umm"]["OrbitCalculatedSpatialDomains"][0]["EquatorCrossingLongitude"]
    record["umm"]["SpatialExtent"] = {
        "HorizontalSpatialDomain": {
            "Orbit": {
                "AscendingCrossing": crossing,
                "StartLatitude": round(float(latitude[0]), 1),
                "StartDirection": "D" if 90 <= u0 < 270 else "A",
                "EndLatitude": round(float(latitude[1]), 1),
                "EndDirection": "D" if 90 < u1 <= 270 else "A",
            }
        }
    }


def no_links(record, store, row):
    """Leave out ``RelatedUrls``."""
    del record["umm"]["RelatedUrls"]


def odd_name(record, store, row):
    """Give the granule the archive's number for a name, as the old archive did; the file's name stays inside."""
    product, version = store.collections[store.collection[row]]
    record["umm"]["GranuleUR"] = record["meta"]["native-id"] = f"SC:{product}.{version}:{_number(store, row)}"


def other_version(record, store, row):
    """Make it the record of the same pass in the version before: another collection, another file."""
    product, version = store.collections[store.collection[row]]
    before = f"{int(version) - 1:03d}"
    umm = record["umm"]
    name = umm["GranuleUR"]
    new = name.replace(f"_{version}_", f"_{before}_")
    record["meta"].update({"native-id": new, "concept-id": f"G{_number(store, row) + 700_000_000}-{granules.PROVIDER}"})
    record["meta"]["collection-concept-id"] = granules.concept(product, before)
    umm["GranuleUR"] = umm["DataGranule"]["Identifiers"][0]["Identifier"] = new
    umm["CollectionReference"]["Version"] = before
    umm["RelatedUrls"] = [
        {**link, "URL": link["URL"].replace(name[:-3], new[:-3]).replace(f"/{version}/", f"/{before}/")}
        for link in umm["RelatedUrls"]
    ]


def bounding_rectangles(record, store, row):
    """Put the smallest box round the ring in the place of the polygon."""
    ring = strips.ring(int(store.rgt[row]), int(store.region[row]))
    longitude = np.unwrap(ring[:, 0], period=360)
    west, east = (longitude.min() + 180) % 360 - 180, (longitude.max() + 180) % 360 - 180
    geometry = record["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]
    del geometry["GPolygons"]
    geometry["BoundingRectangles"] = [
        {
            "WestBoundingCoordinate": round(west, 5),
            "EastBoundingCoordinate": round(east, 5),
            "SouthBoundingCoordinate": ring[:, 1].min(),
            "NorthBoundingCoordinate": ring[:, 1].max(),
        }
    ]


def several_polygons(record, store, row):
    """Cut the ring in two that share a pair of vertices."""
    ring = strips.ring(int(store.rgt[row]), int(store.region[row]))[:-1]
    edge, back = ring[1 : len(ring) // 2 + 1], np.vstack([ring[:1], ring[: len(ring) // 2 : -1]])
    cut = len(edge) // 2
    halves = [np.vstack([back[part][:1], edge[part], back[part][::-1]]) for part in (slice(cut + 1), slice(cut, None))]
    geometry = record["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"]
    geometry["GPolygons"] = [_polygon(half) for half in halves]


def duplicate(record, store, row):
    """Make it the old archive's record of the same file."""
    record["meta"].update(
        {
            "provider-id": OLD_PROVIDER,
            "concept-id": record["meta"]["concept-id"].replace(granules.PROVIDER, OLD_PROVIDER),
        }
    )
    odd_name(record, store, row)
    record["umm"]["RelatedUrls"] = [
        {**link, "URL": link["URL"].replace(ARCHIVE, "https://n5eil01u.ecs.nsidc.org")}
        for link in record["umm"]["RelatedUrls"]
        if not link["URL"].startswith("s3:")
    ]


def later_revision(record, store, row):
    """Make it the record of the file's second revision, ``_02.h5``."""
    name = record["umm"]["GranuleUR"]
    new = name.replace("_01.h5", "_02.h5")
    record["meta"].update({"native-id": new, "concept-id": f"G{_number(store, row) + 500_000_000}-{granules.PROVIDER}"})
    umm = record["umm"]
    umm["GranuleUR"] = umm["DataGranule"]["Identifiers"][0]["Identifier"] = new
    umm["DataGranule"]["ArchiveAndDistributionInformation"][0]["Name"] = new
    umm["RelatedUrls"] = [{**link, "URL": link["URL"].replace(name[:-3], new[:-3])} for link in umm["RelatedUrls"]]


def _polygon(ring):
    return {
        "Boundary": {
            "Points": [{"Longitude": longitude, "Latitude": latitude} for longitude, latitude in ring.tolist()]
        }
    }


def _links(store, row, archive=ARCHIVE):
    name = store.names[row]
    product, version = store.collections[store.collection[row]]
    folder = f"ATLAS/{product}/{version}/{str(store.texts['start'][row])[:10].replace('-', '/')}"
    stem = name[:-3]
    hdf5, image = "application/x-hdf5", "image/jpeg"
    links = [
        (f"{archive}/nsidc-cumulus-prod-protected/{folder}/{name}", "GET DATA", hdf5),
        (f"s3://nsidc-cumulus-prod-protected/{folder}/{name}", "GET DATA VIA DIRECT ACCESS", hdf5),
        (f"{archive}/nsidc-cumulus-prod-public/{folder}/{stem}.iso.xml", "EXTENDED METADATA", "text/xml"),
        (f"s3://nsidc-cumulus-prod-public/{folder}/{stem}.iso.xml", "EXTENDED METADATA", "text/xml"),
        (f"{archive}/s3credentials", "VIEW RELATED INFORMATION", "text/html"),
    ]
    for beam in _BEAMS:
        picture = f"nsidc-cumulus-prod-public/{folder}/{stem}_BRW.{beam}.h_li.jpg"
        links.append((f"{archive}/{picture}", "GET RELATED VISUALIZATION", image))
        links.append((f"s3://{picture}", "GET RELATED VISUALIZATION", image))
    return [{"URL": url, "Type": kind, "MimeType": mime} for url, kind, mime in links]


def _size(name, rgt, region):
    """A file size of the usual order, 20 to 60 MB: nobody should take it for the real one."""
    size = 20_000_000 + (rgt * 7919 + region * 104_729) % 40_000_000
    return {"Name": name, "SizeInBytes": size, "Size": round(size / 1024**2, 6), "SizeUnit": "MB", "Format": "HDF5"}


def _number(store, row):
    slot = (int(store.cycle[row]) * 20 + int(store.region[row])) * 2000 + int(store.rgt[row])
    return 3_000_000_000 + int(store.collection[row]) * 10_000_000 + slot
