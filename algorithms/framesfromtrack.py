"""``xopr:framesfromtrack``: which frames of all seasons a pass crosses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .. import core
from ..plugin.looks import Style, map_tips, renderers
from ..plugin.processing import (
    CROSSOVERS_GROUP,
    Next,
    Run,
    XoprAlgorithm,
    crossing_parameters,
    frame_parameters,
    parameters,
    pass_parameters,
    search_parameters,
)
from .crossoverpoints import CROSSOVERS

if TYPE_CHECKING:
    import geopandas as gpd

# By this name, since scanners for passwords take one with "pass" in it, and a text beside it, for such.
_OVERFLIGHT = "{} pass (UTC)"

FRAMES_CROSSED = Style(
    '"id"',
    renderers.count_renderer("n_crossings", "no crossover", ("crossover", "crossovers")),
    map_tips.frame_tip,
    aliases={
        "n_crossings": "Crossovers",
        "n_passes": "Passes",
        "first_pass": _OVERFLIGHT.format("First"),
        "last_pass": _OVERFLIGHT.format("Last"),
        "days_between": "Days to the nearest pass",
    },
    level=20,
    is_of_frames=True,
    section="Frames crossed",
)
TRACKS = Style(
    "'RGT ' || \"rgt\" || coalesce(', cycle ' || \"cycle\", '')",
    renderers.tracks_renderer,
    map_tips.TRACK,
    ("start_time", "end_time"),
    aliases={
        "n_frames": "Frames crossed",
        "n_crossings": "Crossovers",
        "n_seasons": "Seasons",
        "first_flight": "First flight",
        "last_flight": "Last flight",
        "seasons": "Names of seasons",
        "source": "Line known by",
        "uncertainty_m": "Uncertainty (m)",
    },
    level=30,
    section="Tracks",
)


class FramesFromTrack(XoprAlgorithm):
    """Finds the frames that passes cross."""

    NAME = "framesfromtrack"
    TITLE = "Frames that a pass crosses"
    GROUP = CROSSOVERS_GROUP
    SUMMARY = "Finds, for granules or reference ground tracks, the radar frames of all seasons that their beams cross."
    HELP = """
The question asked the other way round: not which passes cross a frame, but which frames a pass crosses. Name the passes
in one of three ways: GRANULE_IDS (names, files or links of granules), RGTS (numbers of reference ground tracks, with
CYCLES for passes of these cycles), or GRANULES (a layer).

The frames are those of all seasons whose catalogs are on this computer, of some SEASONS, of a CATALOG, or of a layer
(FRAMES). The log names the published seasons that are not on this computer; SYNC fetches them first, and so does
'Synchronise season catalogs'. An index of all frames makes the search quick; it is made on the first run.

Of a granule that is named, the footprint comes from earlier searches, else from NASA's CMR; it tells whether the pass
kept to its track. Where CMR cannot be reached or does not know the granule, a warning says so, and the pass is planned
along the reference ground track, as it is for RGTS: good for 100 m over the ice sheets from cycle 3 on, elsewhere, and
in cycles 1 and 2, for 13 km. Times of planned passes are those of the orbit calendar. RGTS without CYCLES have no time,
and each track counts once.

Frames crossed is a layer of lines: the frames with n_crossings, n_passes, the first and the last pass, and the days
from the flight to the pass nearest in time. Crossovers is a layer of points as of 'Crossover points of beams and flight
lines'. Tracks is a layer of the passes' centre lines, from 50 km before to 50 km beyond their crossings, with the
seasons that they cross and the first and the last flight. All three are in the pole's projection, or in EPSG:4326 where
frames of both hemispheres are crossed.
"""
    TAGS = ("reverse", "track", "rgt", "granule", "season", "archive", "frames", "crossover", "atl06")
    STYLES: ClassVar = {"FRAMES_CROSSED": FRAMES_CROSSED, "CROSSOVERS": CROSSOVERS, "TRACKS": TRACKS}
    NEXT: ClassVar = (
        Next("the heights there", "crossoverheights", {"CROSSOVERS": "CROSSOVERS", "FRAMES": "FRAMES_CROSSED"}),
    )

    def declare(self) -> None:
        """Declare parameters and outputs."""
        pass_parameters.add_tracks(self)
        frame_parameters.add_archive(self)
        crossing_parameters.add_crossover_filters(self)
        search_parameters.add_granule_store(self)
        self.addParameter(
            parameters.sink("FRAMES_CROSSED", "Frames crossed", "lines", "The frames that are crossed, with counts.")
        )
        self.addParameter(parameters.sink("CROSSOVERS", "Crossovers", "points", "One point per crossing."))
        self.addParameter(
            parameters.sink("TRACKS", "Tracks", "lines", "The passes' centre lines where they cross frames.")
        )
        parameters.add_number(self, "N_FRAMES", "Number of frames crossed")
        parameters.add_number(self, "N_CROSSOVERS", "Number of crossovers")
        parameters.add_number(self, "N_SEASONS", "Number of seasons with frames crossed")
        parameters.add_text(self, "SEASONS_CROSSED", "Names of these seasons")
        parameters.add_text(self, "FIRST_FLIGHT", "Day of the first flight crossed")
        parameters.add_text(self, "LAST_FLIGHT", "Day of the last flight crossed")

    def check(self, run: Run) -> None:
        """Check which passes and which frames are meant."""
        pass_parameters.check_tracks(run)
        if run.given("RGTS"):
            pass_parameters.planned_passes(run)
        crossing_parameters.wanted_crossovers(run)
        core.common.cmr_url(run.text("CMR_URL"))

    def work(self, run: Run) -> dict[str, Any]:
        """Find the passes and the frames, and write what crosses."""
        passes, wanted = self._passes(run)
        search = core.crossings.TrackSearch(self._frames(run), passes, wanted, run.progress.part(0.5, 1.0))
        n_crossovers = run.outputs.write_parts("CROSSOVERS", search.crossovers(), core.crossings.COLUMNS, empty="Point")
        frames, seasons = search.frames(), search.seasons()
        run.outputs.write("FRAMES_CROSSED", frames, empty="LineString")
        tracks = search.tracks()
        run.outputs.write_parts("TRACKS", iter([tracks]), core.crossings.TRACK_COLUMNS, empty="MultiLineString")
        return {
            "N_FRAMES": len(frames),
            "N_CROSSOVERS": n_crossovers,
            "N_SEASONS": len(seasons.names),
            "SEASONS_CROSSED": ", ".join(seasons.names),
            "FIRST_FLIGHT": seasons.first,
            "LAST_FLIGHT": seasons.last,
        }

    @staticmethod
    def _passes(run: Run) -> tuple[gpd.GeoDataFrame, core.crossings.Wanted]:
        """Return the passes that are meant, and which crossovers of them."""
        if run.given("RGTS"):
            return pass_parameters.planned_passes(run)
        wanted = crossing_parameters.wanted_crossovers(run)
        if run.given("GRANULES"):
            return core.granules.normalize_granules(run.table("GRANULES"), progress=run.progress), wanted
        product = core.search.Product(cmr_url=core.common.cmr_url(run.text("CMR_URL")), store=run.choice("STORE"))
        names = core.search.read_granule_ids(run.text("GRANULE_IDS"))
        return core.search.passes_of_names(names, product, run.progress.part(0.0, 0.2), run.session()), wanted

    @staticmethod
    def _frames(run: Run) -> core.frames.AnyFrames:
        """Return the frames that may be crossed."""
        if run.given("FRAMES"):
            return run.frames("FRAMES")
        if run.given("CATALOG"):
            return core.catalogs.read_frames(
                run.text("CATALOG"),
                read_vector=run.open_vector,
                session=run.session(),
                progress=run.progress.part(0.2, 0.5),
            )
        names = run.choices("SEASONS")
        if run.yes("SYNC"):
            core.catalogs.bring_to_hand(names, run.progress.part(0.2, 0.4), run.session())
        return core.catalogs.frames_at_hand(names, run.progress.part(0.4, 0.5))
