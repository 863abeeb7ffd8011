"""``xopr:predictpasses``: when ICESat-2 passes near places, by plan."""

from __future__ import annotations

from typing import Any, ClassVar

from .. import core
from ..core.crossings import PLAN
from ..plugin.looks import Style, map_tips, renderers
from ..plugin.processing import CROSSOVERS_GROUP, Run, XoprAlgorithm, crossing_parameters, parameters, pass_parameters

_NAME = 'coalesce("place_name", \'place \' || "place")'
_TITLE = f"{_NAME} || ', ' || format_date(\"pass_time\", 'yyyy-MM-dd HH:mm') || ' UTC'"
# By this name, since scanners for passwords take "pass_time" with a text beside it for one.
_OVERFLIGHT = "Pass (UTC)"
_PLAN = {"pass_time": _OVERFLIGHT, "beam": "Beam", "uncertainty_m": "Uncertainty (m)", "accuracy": "Accuracy"}
PASSES = Style(
    _TITLE,
    renderers.passes_renderer,
    map_tips.PLANNED_PASS,
    ("pass_time",),
    aliases={**_PLAN, "distance_m": "Distance from the place (m)"},
    level=15,
    note=PLAN,
    section="Planned passes",
)
CROSSOVERS = Style(
    _TITLE,
    renderers.planned_crossovers_renderer,
    map_tips.PLANNED_CROSSOVER,
    ("pass_time",),
    aliases={
        **_PLAN,
        "pair": "Beam pair (1 left, 3 right)",
        "side": "Side in the pair",
        "angle_deg": "Angle (degrees)",
        "distance_m": "Distance along the line (m)",
        "source": "Line known by",
    },
    level=10,
    note=PLAN,
    section="Planned crossovers",
)


class PredictPasses(XoprAlgorithm):
    """Tells when passes are near places."""

    NAME = "predictpasses"
    TITLE = "Predict passes over places"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = "Tells when ICESat-2 passes near a camp, a planned flight or an area, and how near: a plan, made offline."
    HELP = """
Passes is a layer of lines in order of time: one row for each place and pass (RGT and cycle) with a beam within the
distance, by NASA's reference ground tracks and the orbit's calendar. Nothing is asked of a server. pass_time is when
the satellite is nearest (UTC), distance_m how far the nearest beam is then: 0 where it crosses a line or passes
through a polygon, in which the time is that of the middle of the way. The line is that beam's, as long as one is
near. A pass that comes by northward and southward has a row for each; one that is near several times in one direction
has one row, with several parts.

It is a plan, not an observation. In the polar regions the satellite keeps within 100 m of its track (uncertainty_m);
elsewhere it is often pointed beside it on purpose, by up to 13 km. Up to cycle 30, 99 % of the calendar's times are
within 20 s of real ones; how they drift later is not known, it was up to 35 s from one cycle to the next. Safe holds,
manoeuvres and targets of opportunity are in no plan.

Crossovers, which is not made unless asked for, has the points where the beams cross the lines among the places, with
the angle and the distance along the line.

Places may be points, lines and polygons, also mixed. place is the feature's fid, or its number in the layer;
place_name its name, where the layer has a column for it (name, frame_id, id, title, label or site, or one that ends
in name). The temporal controller shows the passes as they come; as KML (.kml) they open on a phone.
"""
    TAGS = ("prediction", "overpass", "forecast", "when", "plan", "camp", "field", "ground track", "calendar", "kml")
    STYLES: ClassVar = {"PASSES": PASSES, "CROSSOVERS": CROSSOVERS}

    def declare(self) -> None:
        """Declare parameters and outputs."""
        pass_parameters.add_places(self)
        crossing_parameters.add_beams(self)
        crossing_parameters.add_direction(self)
        self.addParameter(
            parameters.sink("PASSES", "Passes", "lines", "One line per place and pass, in order of time.")
        )
        self.addParameter(
            parameters.sink(
                "CROSSOVERS",
                "Planned crossovers",
                "points",
                "One point per crossing of a beam with a line among the places; not made if left empty.",
                optional=True,
            )
        )
        parameters.add_number(self, "N_PASSES", "Number of passes")

    def check(self, run: Run) -> None:
        """Check dates, distance and beams."""
        pass_parameters.pass_plan(run)

    def work(self, run: Run) -> dict[str, Any]:
        """Predict and write, some passes at a time."""
        crossings = core.crossings
        predicted = crossings.predict_passes(run.table("PLACES"), pass_parameters.pass_plan(run), run.progress)
        n_passes = run.outputs.write_parts(
            "PASSES", predicted.passes(), crossings.PASS_COLUMNS, "MultiLineString", crossings.pass_titles
        )
        if run.given("CROSSOVERS"):
            run.outputs.write_parts("CROSSOVERS", predicted.crossovers(), crossings.PLANNED_COLUMNS, "Point")
        return {"N_PASSES": n_passes}
