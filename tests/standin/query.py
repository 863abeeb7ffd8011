"""What a client asked for: CMR's parameters read and checked, with CMR's words for what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import areas, granules, strips

MAX_PAGE_SIZE = 2000
MAX_OFFSET = 1_000_000
_DEFAULT_PAGE_SIZE = 10
_SAME_POINT_DEGREES = 1e-5

_COLLECTION = {
    "provider",
    "provider_id",
    "short_name",
    "version",
    "concept_id",
    "collection_concept_id",
    "entry_title",
}
_REPEATABLE = {*_COLLECTION, "temporal", "bounding_box", "polygon", "readable_granule_name", "sort_key"}
_SINGLE = {"page_size", "page_num", "offset", "updated_since", "pretty", "token"}
_OPTIONS = {"pattern", "or", "ignore_case", "exclude_boundary"}
_SORT_KEYS = {"start_date", "+start_date", "-start_date"}

NO_COLLECTION = (
    "The CMR does not allow querying across granules in all collections. To help optimize your search, you should "
    "limit your query using conditions that identify one or more collections, such as provider, provider_id, "
    "concept_id, collection_concept_id, short_name, version or entry_title. For any questions please contact "
    "cmr-support@earthdata.nasa.gov."
)


class Refused(Exception):
    """CMR's refusal; ``errors`` are the lines of its body."""

    def __init__(self, *errors):
        super().__init__(*errors)
        self.errors = list(errors)


@dataclass(frozen=True)
class Query:
    """One search: hashable, so that a second page finds what the first one computed."""

    values: tuple[tuple[str, tuple[str, ...]], ...]
    options: frozenset[tuple[str, str]]
    page_size: int
    offset: int

    def get(self, name):
        """All values of a parameter."""
        return dict(self.values).get(name, ())

    def find(self, store):
        """Rows of the store's granules that match, in the order asked for."""
        keep = self._in_collection(store)
        for name, reader in (("bounding_box", read_box), ("polygon", read_polygon)):
            touched = [store.touching(reader(text)) for text in self.get(name)]
            if touched:
                one_is_enough = (name, "or") in self.options
                keep &= (np.logical_or if one_is_enough else np.logical_and).reduce(touched)
        for choices in (
            [(store.start <= end) & (store.end >= start) for start, end in map(read_times, self.get("temporal"))],
            [
                store.named(name, ("readable_granule_name", "pattern") in self.options)
                for name in self.get("readable_granule_name")
            ],
            [store.revised >= read_time(text) for text in self.get("updated_since")],
        ):
            if choices:
                keep &= np.logical_or.reduce(choices)
        rows = np.flatnonzero(keep)
        return rows[::-1] if "-start_date" in self.get("sort_key") else rows

    def _in_collection(self, store):
        fits = np.array(
            [
                all(
                    # CMR compares without regard to case.
                    value.lower() in map(str.lower, asked)
                    for value, asked in (
                        (granules.PROVIDER, self.get("provider") + self.get("provider_id")),
                        (product, self.get("short_name")),
                        (version, self.get("version")),
                        (
                            granules.concept(product, version),
                            self.get("concept_id") + self.get("collection_concept_id"),
                        ),
                        (granules.entry_title(product, version), self.get("entry_title")),
                    )
                    if asked
                )
                for product, version in store.collections
            ]
        )
        return fits[store.collection]


def read(parameters):
    """Read a request's parameters.

    Parameters
    ----------
    parameters : list of (name, value)
        As they came, decoded.

    Returns
    -------
    Query

    Raises
    ------
    Refused
        With what CMR says to wrong parameters.
    """
    values, options, errors = {}, set(), []
    for name, value in parameters:
        plain = name[:-2] if name.endswith("[]") else name
        if name.startswith("options["):
            _, subject, option = name.replace("]", "").split("[") if name.count("[") == 2 else ("", "", "")
            if subject not in _REPEATABLE or option not in _OPTIONS:
                errors.append(f"Parameter [{name}] was not recognized.")
            elif value.lower() == "true":
                options.add((subject, option))
        elif plain in _REPEATABLE or name in _SINGLE:
            values.setdefault(plain, []).append(value)
        else:
            errors.append(f"Parameter [{name}] was not recognized.")
    errors += [f"Parameter [{name}] must have a single value." for name in _SINGLE if len(values.get(name, ())) > 1]
    if errors:
        raise Refused(*errors)
    page_size = _whole_number(values, "page_size", _DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    page_number = _whole_number(values, "page_num", 1, MAX_OFFSET)
    offset = _whole_number(values, "offset", (page_number - 1) * page_size, MAX_OFFSET)
    if not _COLLECTION & values.keys():
        raise Refused(NO_COLLECTION)
    if not _SORT_KEYS.issuperset(values.get("sort_key", ())):
        raise Refused(*(f"Invalid sort key [{key}]" for key in values["sort_key"] if key not in _SORT_KEYS))
    for name, reader in _READERS.items():
        for text in values.get(name, ()):
            reader(text)
    searched = {name: tuple(texts) for name, texts in values.items() if name not in ("page_num", "offset")}
    return Query(tuple(sorted(searched.items())), frozenset(options), page_size, offset)


def _whole_number(values, name, default, maximum):
    try:
        number = int(values[name][0]) if name in values else default
    except ValueError:
        number = -1
    if not 0 <= number <= maximum:
        if name == "page_size":
            raise Refused(f"page_size must be a number between 0 and {maximum}")
        raise Refused(f"{name} must be an integer between zero and {maximum}")
    return number


def read_times(text):
    """``temporal``: two times, of which one may be missing."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not any(parts):
        raise Refused(f"temporal range [{text}] must have a start or an end, and a comma between them.")
    start = read_time(parts[0]) if parts[0] else np.datetime64("0001-01-01", "ms")
    end = read_time(parts[1]) if parts[1] else np.datetime64("9999-12-31", "ms")
    if start > end:
        raise Refused(f"start_date [{parts[0]}] must be before end_date [{parts[1]}]")
    return start, end


def read_time(text):
    """An ISO time, UTC."""
    try:
        time = np.datetime64(text[:-1] if text.endswith("Z") else text, "ms")
    except ValueError:
        time = np.datetime64("NaT")
    if np.isnat(time):
        raise Refused(f"temporal datetime is invalid: [{text}] is not a valid datetime.")
    return time


def read_box(text):
    """``bounding_box``: west, south, east, north."""
    numbers = _numbers(text, "bounding_box")
    if len(numbers) != 4:
        raise Refused(f"[{text}] is not a valid URL encoded bounding_box")
    west, south, east, north = numbers
    _check_points([(west, south), (east, north)])
    if north < south:
        raise Refused(f"The bounding rectangle north value [{north:.12g}] was less than the south value [{south:.12g}]")
    return areas.Box(*numbers)


def read_polygon(text):
    """``polygon``: a closed counter-clockwise ring, lon,lat,lon,lat,..."""
    numbers = _numbers(text, "polygon")
    if len(numbers) % 2 or len(numbers) < 8:
        raise Refused(f"[{text}] is not a valid URL encoded polygon")
    points = list(zip(numbers[::2], numbers[1::2]))
    _check_points(points)
    if points[0] != points[-1]:
        raise Refused("Polygon boundary was not closed. The last point must be equal to the first point.")
    _check_distinct(points[:-1])
    polygon = areas.Polygon(tuple(points))
    if polygon.crosses_itself():
        raise Refused("The polygon boundary intersected itself at the following points: [not told by the stand-in]")
    if polygon.is_clockwise():
        raise Refused(
            "The polygon boundary points are listed in the wrong order. Points must be provided in "
            "counter-clockwise order."
        )
    return polygon


def _numbers(text, kind):
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise Refused(f"[{text}] is not a valid URL encoded {kind}") from None


def _check_points(points):
    errors = []
    for longitude, latitude in points:
        if not -180 <= longitude <= 180:
            errors.append(f"Point longitude [{longitude:.12g}] must be within -180.0 and 180.0")
        if not -90 <= latitude <= 90:
            errors.append(f"Point latitude [{latitude:.12g}] must be within -90 and 90.0")
    if errors:
        raise Refused(*errors)


def _check_distinct(points):
    vectors = strips.unit_vectors(*np.transpose(points))
    first, second = np.triu_indices(len(points), 1)
    small = np.radians(_SAME_POINT_DEGREES)
    same = np.linalg.norm(vectors[first] - vectors[second], axis=1) < small
    neighbours = np.isin(second - first, (1, len(points) - 1))
    opposite = neighbours & (np.linalg.norm(vectors[first] + vectors[second], axis=1) < small)
    for wrong, kind, tail in (
        (same, "duplicate", "were considered equivalent or very close."),
        (opposite, "consecutive antipodal", "are antipodal."),
    ):
        if wrong.any():
            a, b = (
                f"{i + 1} [lon={points[i][0]:.12g} lat={points[i][1]:.12g}]"
                for i in (first[wrong][0], second[wrong][0])
            )
            raise Refused(f"The shape contained {kind} points. Points {a} and {b} {tail}")


_READERS = {
    "bounding_box": read_box,
    "polygon": read_polygon,
    "temporal": read_times,
    "updated_since": read_time,
}
