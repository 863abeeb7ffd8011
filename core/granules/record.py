"""What one UMM-G record says of its file: name, product, times, links and size."""

from __future__ import annotations

import re
from typing import Any

#: Bytes in the units of UMM-G, decimal ones.
_UNIT_BYTES = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}

_FILE_NAME = re.compile(r"[\w.+-]+\.[A-Za-z]\w{0,4}")
_GRANULE_NAME = re.compile(r"ATL\d{2}_\d{14}_\d{8}_\d{3}_\d{2}")
#: What goes along with a file and is not the data: metadata, checksums, pictures, web pages.
_COMPANION = re.compile(r"\.(xml|dmrpp|met|md5|sha256|json|txt|jpe?g|png|gif|pdf|html?)$", re.IGNORECASE)

#: What of a record is read at all, here and of the footprint.
_READ = ("GranuleUR", "DataGranule", "CollectionReference", "TemporalExtent", "RelatedUrls", "SpatialExtent")

#: Where a granule's file is, and all columns that a record fills.
LINK_COLUMNS = ["https_url", "s3_url"]
RECORD_COLUMNS = ["granule_id", "short_name", "version", "start_time", "end_time", "size_mb", *LINK_COLUMNS]


def slim(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item of CMR's answer with nothing in it that is not read: a page of whole ones takes 200 MB.

    Parameters
    ----------
    item : dict
        With ``meta`` and ``umm``.
    """
    umm = item.get("umm")
    if not isinstance(umm, dict):
        return item
    return {**item, "umm": {name: umm[name] for name in _READ if name in umm}}


def read_record(umm: dict[str, Any]) -> dict[str, Any]:
    """Return the values of `RECORD_COLUMNS`; what the record does not say is None."""
    https_url, s3_url = _links(umm.get("RelatedUrls") or [])
    granule = umm.get("DataGranule") or {}
    name = _file_name(umm, granule, https_url or s3_url)
    collection = umm.get("CollectionReference") or {}
    start, end = _times(umm.get("TemporalExtent") or {})
    return {
        "granule_id": name,
        "short_name": collection.get("ShortName"),
        "version": collection.get("Version"),
        "start_time": start,
        "end_time": end,
        "size_mb": _size_mb(granule.get("ArchiveAndDistributionInformation") or []),
        "https_url": https_url,
        "s3_url": s3_url,
    }


def _links(related: list[dict[str, Any]]) -> tuple[str | None, str | None]:
    """Return the https and the s3 link to the file itself, an HDF5 file before any other."""
    found: dict[str, tuple[bool, str]] = {}
    for link in related:
        kind = link.get("Type")
        if kind not in ("GET DATA", "GET DATA VIA DIRECT ACCESS") or "OPENDAP" in (link.get("Subtype") or ""):
            continue
        url = (link.get("URL") or "").strip()
        scheme, _, rest = url.partition("://")
        way = {"https": "https", "http": "https", "s3": "s3"}.get(scheme.lower())
        path = rest.partition("?")[0]
        if way is None or "/opendap" in path.lower() or path.lower().startswith("opendap") or _COMPANION.search(path):
            continue
        is_hdf5 = path.lower().endswith(".h5")
        if way not in found or (is_hdf5 and not found[way][0]):
            found[way] = (is_hdf5, url)
    return found.get("https", (False, None))[1], found.get("s3", (False, None))[1]


def _file_name(umm: dict[str, Any], granule: dict[str, Any], url: str | None) -> str | None:
    """Return the name of the file where it can be told, else the GranuleUR.

    Older records have a number of the archive for a GranuleUR, such as ``SC:ATL06.005:228825416``.
    """
    candidates = [
        identifier.get("Identifier")
        for identifier in granule.get("Identifiers") or []
        if identifier.get("IdentifierType") == "ProducerGranuleId"
    ]
    if url:
        candidates.append(url.partition("?")[0].rpartition("/")[2])
    candidates.append(umm.get("GranuleUR"))
    for pattern in (_FILE_NAME, _GRANULE_NAME):
        for candidate in candidates:
            if candidate and pattern.fullmatch(candidate):
                return candidate
    return umm.get("GranuleUR") or next((candidate for candidate in candidates if candidate), None)


def _times(extent: dict[str, Any]) -> tuple[str | None, str | None]:
    span = extent.get("RangeDateTime") or {}
    single = extent.get("SingleDateTime")
    return span.get("BeginningDateTime") or single, span.get("EndingDateTime") or single


def _size_mb(entries: list[dict[str, Any]]) -> float | None:
    """Return the size of the HDF5 file in MB (1e6 bytes), or of everything where no entry is named so."""
    files = [file for entry in entries for file in (entry.get("Files") or [entry])]
    hdf5 = [file for file in files if str(file.get("Name", "")).lower().endswith(".h5")]
    sizes = [size for file in hdf5 or files if (size := _bytes(file)) is not None]
    return sum(sizes) / 1e6 if sizes else None


def _bytes(file: dict[str, Any]) -> float | None:
    if file.get("SizeInBytes") is not None:
        return float(file["SizeInBytes"])
    unit = _UNIT_BYTES.get(str(file.get("SizeUnit", "")).upper())
    return None if unit is None or file.get("Size") is None else float(file["Size"]) * unit
