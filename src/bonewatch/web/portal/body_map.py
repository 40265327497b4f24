"""The picture of the body on which a person shows where it is: front, back, and the places.

Each place is a tile of an own drawing with the bones under it, and a tick in a list that does the
same. Left is the person's own left: at the right of the front view.

Points are "x,y x,y ..." on a field from -126 to 126 and from 0 to 560; x = 0 is the middle, and
only the half at the right of a view is drawn. A bone is a kind (how thick it is drawn, or a filled
shape) and an SVG path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import dist

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

Point = tuple[float, float]
Box = tuple[float, float, float, float]
ROUNDING = 6.0


NOT_ASKED = {
    "thigh": "the same place as femur, which the picture calls thigh",
    "lumbar_muscles": "the same place as lumbar_spine, which the picture calls lower back",
    "skull_base": "inside the head: nobody can point at it",
    "limb": "an arm or a leg, unknown which: whoever is asked knows",
    "trunk": "chest or tummy, unknown which: whoever is asked knows",
}
ARROWS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}

# site, words for it (without a side, or after "left" and "right"), group of the list
_Named = tuple[str, str, str]
_HEAD, _BACK = gettext_noop("Head and neck"), gettext_noop("Back")
_CHEST, _ARMS = gettext_noop("Chest and tummy"), gettext_noop("Shoulders and arms")
_HIPS, _LEGS = gettext_noop("Hips"), gettext_noop("Legs")
_MANY = gettext_noop("More than one place")
_ONE: tuple[_Named, ...] = (
    ("skull", gettext_noop("Top or back of the head"), _HEAD),
    ("head", gettext_noop("The whole head"), _HEAD),
    ("face", gettext_noop("Face"), _HEAD),
    ("upper_jaw", gettext_noop("Upper jaw"), _HEAD),
    ("jaw", gettext_noop("Jaw"), _HEAD),
    ("mouth", gettext_noop("Mouth"), _HEAD),
    ("neck", gettext_noop("Front of the neck"), _HEAD),
    ("cervical_spine", gettext_noop("Back of the neck"), _BACK),
    ("thoracic_spine", gettext_noop("Upper and middle back"), _BACK),
    ("lumbar_spine", gettext_noop("Lower back"), _BACK),
    ("sacrum", gettext_noop("Base of the spine"), _BACK),
    ("spine", gettext_noop("Back or neck, not sure where"), _BACK),
    ("sternum", gettext_noop("Breastbone"), _CHEST),
    ("chest", gettext_noop("Chest, not sure where"), _CHEST),
    ("abdomen", gettext_noop("Tummy"), _CHEST),
    ("pelvis", gettext_noop("Pelvis"), _HIPS),
    ("vagina", gettext_noop("Vagina"), _HIPS),
    ("many_bones", gettext_noop("Many bones"), _MANY),
    ("joints", gettext_noop("Several joints"), _MANY),
    ("muscles", gettext_noop("Muscles"), _MANY),
    ("general", gettext_noop("All over"), _MANY),
)
_TWO: tuple[_Named, ...] = (
    ("eye", gettext_noop("eye"), _HEAD),
    ("scapula", gettext_noop("shoulder blade"), _BACK),
    ("clavicle", gettext_noop("collarbone"), _CHEST),
    ("breast", gettext_noop("breast"), _CHEST),
    ("armpit", gettext_noop("armpit"), _CHEST),
    ("rib", gettext_noop("ribs"), _CHEST),
    ("costochondral_joint", gettext_noop("edge of the breastbone"), _CHEST),
    ("shoulder", gettext_noop("shoulder"), _ARMS),
    ("humerus", gettext_noop("upper arm"), _ARMS),
    ("elbow", gettext_noop("elbow"), _ARMS),
    ("forearm", gettext_noop("forearm"), _ARMS),
    ("wrist", gettext_noop("wrist"), _ARMS),
    ("hand", gettext_noop("hand"), _ARMS),
    ("thumb", gettext_noop("thumb"), _ARMS),
    ("finger", gettext_noop("fingers"), _ARMS),
    ("arm", gettext_noop("whole arm"), _ARMS),
    ("hip", gettext_noop("hip"), _HIPS),
    ("groin", gettext_noop("groin"), _HIPS),
    ("buttock", gettext_noop("buttock"), _HIPS),
    ("femur", gettext_noop("thigh"), _LEGS),
    ("knee", gettext_noop("knee"), _LEGS),
    ("tibia", gettext_noop("shin"), _LEGS),
    ("leg", gettext_noop("calf"), _LEGS),
    ("ankle", gettext_noop("ankle"), _LEGS),
    ("foot", gettext_noop("foot"), _LEGS),
)
_SAID = {"right": gettext_noop("Right %(place)s"), "left": gettext_noop("Left %(place)s")}


@dataclass(frozen=True, slots=True)
class Tile:
    """A place of one view: its site, its corners, and its bones as (kind, path)."""

    site: str
    points: tuple[Point, ...]
    bones: tuple[tuple[str, str], ...]


def _tile(site: str, points: str, *bones: str) -> Tile:
    kinds = [bone.partition(" ") for bone in bones]
    return Tile(site, _points(points), tuple((kind, path) for kind, _space, path in kinds))


def _points(written: str) -> tuple[Point, ...]:
    pairs = [pair.split(",") for pair in written.split()]
    return tuple((float(x), float(y)) for x, y in pairs)


_ARM_TILES = (
    _tile(
        "humerus", "64,156 77,156 82,175 88,208 69,210 64,185",
        "long M70,158L79,205",
    ),
    _tile(
        "elbow", "70,213 88,211 93,222 95,235 76,239 71,226",
        "knob M77,218h0M84,217h0", "mid M80,232L83,240M89,229L91,240", "knob M80,229h0M88,227h0",
    ),
    _tile(
        "forearm", "76,242 95,238 100,258 104,285 86,289 80,265",
        "mid M82,245C84,258 88,272 92,285M90,242C96,256 98,270 100,283",
    ),
    _tile(
        "wrist", "84,292 105,288 109,309 87,313",
        "knob M92,292h0M100,290h0", "mid M92,301h0M98,299.500h0M104,298h0M93,308h0M99,307h0M105,305h0",
    ),
    _tile(
        "hand", "88.5,316 110,312 116,326 117,337 92,340 90.5,328",
        "thin M94,318L95,335M99,317L101.500,335M104,316L107.500,334M108,316L113,332",
    ),
    _tile(
        "thumb", "86,316 88.5,331 86,345 77,351 66.5,344 70,330 79,319",
        "thin M83,321L80,331M78.500,335L75.500,343",
    ),
    _tile(
        "finger", "92,343 117,340 118,352 112,367 98,369 91,357",
        "thin M96,345L97,352M97.500,356L98.500,362M102.500,344L103.500,353M104,357L104.500,364M108,344L109,352M109,356L109,362M113.500,343L114,349M114,353L113,357",
    ),
)  # fmt: skip
_KNEE = "23,387 55,387 53,405 53,424 24,424 22,405"
_ANKLE = _tile("ankle", "25,498 46,498 47,519 23,519", "knob M32,501h0M41,503h0", "big M34,512h5")
_SHIN = "24,427 54,427 57,445 52,470 46,495 26,495 22,468 19,446"
_SHIN_BONES = ("long M37,428C38,450 36,474 35,493", "thin M48,428C50,452 46,476 43,494")
_FOOT = "22,522 47,522 55,536 58,547 48,554 26,554 20,545"

_FRONT = (
    _tile(
        "skull", "0,5 15,8 25,19 28,34 27,42 0,42",
        "flat M-23.5,43.500C-27,20 -16,9 0,9C16,9 27,20 23.5,43.500Z",
    ),
    _tile(
        "face", "0,45 27,45 26,56 23,67 0,67",
        "flat M-23.5,43.500H23.5C23.5,49 22,53 21,56C19,60 15,62 14,68.500H-14C-15,62 -19,60 -21,56C-22,53 -23.5,49 -23.5,43.500Z",
        "hole M-15,50C-14,46 -6,46 -4,50C-4,55 -7,57 -10,57C-14,57 -16,54 -15,50Z",
        "hole M15,50C14,46 6,46 4,50C4,55 7,57 10,57C14,57 16,54 15,50Z",
        "hole M0,56C-1,59 -3,61 -2,62H2C3,61 1,59 0,56Z",
    ),
    _tile(
        "jaw", "0,70 23,70 19,81 10,90 0,92",
        "flat M-14,68.500H14L18,64C19,76 12,88 0,88C-12,88 -19,76 -18,64Z",
        "line M-9,75C-4,77.500 4,77.500 9,75",
    ),
    _tile("neck", "0,95 13,95 14,104 17,113 0,116", "mid M-5,98h10M-5,105h10M-6,112h12"),
    _tile(
        "sternum", "0,119 10,119 10,197 0,204",
        "flat M-7,123C-3,125 3,125 7,123L6,136L4,138C6,152 6,168 4,184H-4C-6,168 -6,152 -4,138L-6,136Z",
        "flat M-2.500,187H2.500L0,198Z",
    ),
    _tile("clavicle", "13,119 21,115 32,117 44,121 44,138 13,138", "mid M14,127C22,130 32,121 44,126"),
    _tile(
        "shoulder", "47,121 58,122 67,129 74,140 76,153 61,151 47,143",
        "mid M47,126L58,126", "head M64,139h0", "long M66,144L68.500,152",
    ),
    _tile("armpit", "41,141 46,146 61,154 62,166 54,178 42,174", "rib M42,153C48,156 51,160 53,166M42,164C46,166 49,169 50,173"),
    _tile(
        "breast", "13,141 38,141 39,176 26,181 13,180",
        "rib M13,149C20,143 30,145 38,149M13,160C20,154 30,156 38,161M13,171C20,165 30,167 38,172",
    ),
    _tile(
        "rib", "13,183 26,184 41,178 50,181 47,200 42,218 25,212 14,203",
        "rib M14,188C24,183 38,185 47,191M15,197C26,191 36,195 45,202M25,207C31,204 37,207 42,212",
    ),
    *_ARM_TILES,
    _tile(
        "abdomen", "0,208 11,204 23,215 40,221 38,238 40,250 28,258 0,266",
        "spine M-6,216h12M-6.500,226h13M-7,236h14M-7,246h14M-7,256h14",
    ),
    _tile(
        "pelvis", "0,269 29,261 42,253 50,264 55,281 40,285 22,289 0,301",
        "flat M9,276C14,268 30,264 43,258C51,265 52,274 47,281C40,286 34,282 26,284C20,284 12,282 9,276Z",
        "flat M-9,276C-14,268 -30,264 -43,258C-51,265 -52,274 -47,281C-40,286 -34,282 -26,284C-20,284 -12,282 -9,276Z",
        "flat M-7,273H7C6,283 4,290 0,295C-4,290 -6,283 -7,273Z",
    ),
    _tile("groin", "2,304 22,292 30,291 26,307 8,323 2,320", "mid M7,305C12,299 23,295 25,299C26,307 17,315 11,313C7,311 5,308 7,305Z"),
    _tile(
        "hip", "33,289 54,284 58,299 59,318 44,318 29,309",
        "head M39,299h0", "long M43,300L52,306", "long M53,304L51,315",
    ),
    _tile("femur", "7,326 26,311 40,321 59,321 59,345 55,384 23,384 14,352 8,335", "big M50,326C47,345 42,365 40,381"),
    _tile("knee", _KNEE, "big M34,392h10", "head M39,404h0", "big M34,417h10"),
    _ANKLE,
    _tile("tibia", _SHIN, *_SHIN_BONES),
    _tile(
        "foot", _FOOT,
        "knob M34,527h0M40,527h0", "thin M31,534L27,543M35,534L34,545M39,534L40,545M43,533L46,543M45,531L51,540",
        "thin M26.500,548h0M34,549.500h0M40.500,549.500h0M47,548h0M52.500,544.500h0",
    ),
)  # fmt: skip
_BEHIND = (
    _tile(
        "skull", "0,5 15,8 25,19 28,34 27,50 24,62 16,70 0,72",
        "flat M0,10C14,10 26,19 23,42C21,58 12,66 0,66C-12,66 -21,58 -23,42C-26,19 -14,10 0,10Z",
        "line M-15,44C-8,36 8,36 15,44M0,38V14",
    ),
    _tile("cervical_spine", "0,75 13,75 13,95 17,112 0,116", "spine M-4.500,80h9M-4.500,88h9M-5,96h10M-5,104h10M-5.500,112h11"),
    _tile(
        "thoracic_spine", "0,119 13,119 13,213 0,214",
        "spine M-5.500,122h11M-5.500,130h11M-5.500,138h11M-5.500,146h11M-5.500,154h11M-5.500,162h11M-5.500,170h11M-6,178h12M-6,186h12M-6,194h12M-6,202h12M-6.500,210h13",
    ),
    _tile(
        "scapula", "16,119 30,117 45,121 46,146 54,165 52,174 44,175 34,182 16,180",
        "flat M21,137C28,130 38,132 45,130C46,140 46,152 39,174C36,179 32,175 31,170C29,158 25,148 21,137Z",
        "mid M23,139C30,137 38,130 45,126",
    ),
    _tile(
        "shoulder", "48,121 58,122 67,129 74,140 76,153 61,156 54,159 49,145",
        "mid M49,126L60,128", "head M64,140h0", "long M66,145L68.500,152",
    ),
    _tile(
        "rib", "16,183 34,185 45,179 56,178 55,183 50,190 47,202 43,217 16,214",
        "rib M16,191C27,188 40,191 47,199M16,200C27,197 38,200 44,208M16,209C25,207 32,208 38,213",
    ),
    *_ARM_TILES,
    _tile(
        "lumbar_spine", "0,217 42,220 39,236 42,252 24,258 0,260",
        "knob M-8,223h16M-8.500,233h17M-9,243h18M-9,253h18",
    ),
    _tile(
        "sacrum", "0,263 16,261 14,280 7,296 0,300",
        "flat M-11,266H11C11,278 6,288 0,296C-6,288 -11,278 -11,266Z", "line M-4,272h0M4,272h0M-3,279h0M3,279h0M-2,286h0M2,286h0",
    ),
    _tile(
        "buttock", "19,261 42,255 52,266 56,284 59,302 59,322 36,330 6,334 2,305 10,299 17,282",
        "flat M20,268C26,262 38,260 43,260C51,266 52,276 47,285C42,291 36,287 30,284C24,281 20,276 20,268Z",
        "mid M14,304C18,298 28,296 30,302C31,311 22,319 17,314C14,311 12,308 14,304Z", "head M44,299h0", "long M46,300L53,306L51,321",
    ),
    _tile("femur", "7,337 38,333 59,326 59,345 55,384 23,384 14,352", "big M50,331C47,348 42,367 40,381"),
    _tile("knee", _KNEE, "big M34,392h10", "knob M35,400h0M43,400h0", "big M34,416h10"),
    _ANKLE,
    _tile("leg", _SHIN, *_SHIN_BONES),
    _tile("foot", _FOOT, "big M34,529L34,543", "mid M42,531L47,542"),
)  # fmt: skip
VIEWS = {"front": _FRONT, "back": _BEHIND}
_OUTLINE = _points(
    "0,0 17,3 29,15 33,34 32,48 30,60 27,72 23,83 18,91 16,99 18,106 27,112 41,115 54,117"
    " 66,121 75,130 80,142 82,156 87,175 93,207 98,221 100,236 105,257 109,284 114,308 121,325"
    " 122,340 122,354 115,371 105,374 95,372 87,360 87,352 78,355 68,351 64.5,344 67,329 75,316 80,309"
    " 80,290 75,266 70,244 65,226 63,211 60,190 56,184 53,188 52,200 47,219 43,236 46,250 55,262"
    " 58,282 62,299 63,320 62.5,346 59,384 58,405 58,425 60,445 55,470 50,495 51,518 59,533 62,547"
    " 56,557 44,559 24,559 16,547 19,520 21,497 18,470 16,446 19,424 18,405 19,386 10,353 3,335 0,328"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the list: what is sent, what it is called, whether it is chosen, its group."""

    value: str
    says: str
    group: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Places that stand together in the list."""

    says: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A tile of a view: its place, its outline, its bones as (kind, path), where its middle is.

    `flipped` says that outline and bones are to be mirrored at x = 0; the middle and the box
    (x, y, width, height) are where they are seen. `next_to` has the value of the region beside
    it for each arrow key that has one.
    """

    place: Place
    view: str
    path: str
    bones: tuple[tuple[str, str], ...]
    flipped: bool
    box: Box
    next_to: Mapping[str, str]

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box."""
        x, y, width, height = self.box
        return x + width / 2, y + height / 2


@dataclass(frozen=True, slots=True)
class View:
    """The front or the back: its outline, and its regions from the top."""

    name: str
    outline: str
    regions: tuple[Region, ...]


def body_map(given: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """What the template draws: both views and the list, with what is chosen already."""
    drawn = regions(given.get("sites", ()))
    views = [
        View(name, smooth(both_halves(_OUTLINE)), tuple(r for r in drawn if r.view == name))
        for name in ("front", "back")
    ]
    return {"views": views, "groups": grouped(given.get("sites", ()))}


def regions(chosen: Sequence[str] = ()) -> tuple[Region, ...]:
    """Every region of both views, in the language of the moment."""
    places = {place.value: place for place in _places(chosen)}
    found: list[Region] = []
    for view, tiles in VIEWS.items():
        shown = [_region(tile, places[v], view) for tile in tiles for v in _values(tile, places)]
        found += _beside(shown)
    return tuple(found)


def grouped(chosen: Sequence[str] = ()) -> tuple[Group, ...]:
    """The list of every place that can be chosen, by part of the body."""
    places = _places(chosen)
    names = (_HEAD, _BACK, _CHEST, _ARMS, _HIPS, _LEGS, _MANY)
    return tuple(Group(_(n), tuple(p for p in places if p.group == n)) for n in names)


def _places(chosen: Sequence[str]) -> list[Place]:
    named = [(site, _(says), group) for site, says, group in _ONE]
    for site, says, group in _TWO:
        for side, said in _SAID.items():
            named.append((f"{site}:{side}", _(said) % {"place": _(says)}, group))
    return [Place(value, says, group, value in chosen) for value, says, group in named]


def _values(tile: Tile, places: Mapping[str, Place]) -> list[str]:
    return [v for v in (tile.site, f"{tile.site}:right", f"{tile.site}:left") if v in places]


def _region(tile: Tile, place: Place, view: str) -> Region:
    # drawn at the right of the view, which is the person's left in front and right behind
    drawn = "left" if view == "front" else "right"
    _site, _colon, side = place.value.partition(":")
    flipped = side not in ("", drawn)
    points = tile.points if side else both_halves(tile.points)
    seen = mirrored(points) if flipped else points
    path = rounded(points)
    return Region(place, view, path, tile.bones, flipped, box(seen), {})


def _beside(shown: Sequence[Region]) -> list[Region]:
    found = []
    for one in shown:
        ahead = {key: _nearest(one, shown, *way) for key, way in ARROWS.items()}
        beside = {key: other.place.value for key, other in ahead.items() if other}
        found.append(replace(one, next_to=beside))
    return found


def _nearest(one: Region, shown: Sequence[Region], dx: int, dy: int) -> Region | None:
    # straight ahead counts once, aside twice; what is more aside than ahead is not that way
    best: tuple[float, Region] | None = None
    for other in shown:
        (x, y), (ox, oy) = one.middle, other.middle
        ahead = (ox - x) * dx + (oy - y) * dy
        aside = abs((ox - x) * dy) + abs((oy - y) * dx)
        far = ahead + 2 * aside
        if ahead > 0 and aside <= 2 * ahead and (best is None or far < best[0]):
            best = far, other
    return best[1] if best else None


def mirrored(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The same corners at the other side of the middle."""
    return tuple((-x, y) for x, y in points)


def both_halves(half: tuple[Point, ...]) -> tuple[Point, ...]:
    """The corners of a half from the top to the bottom, closed by their mirror image."""
    return half + tuple((-x, y) for x, y in reversed(half) if x)


def box(points: tuple[Point, ...]) -> Box:
    """x, y, width and height of what holds the corners."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def rounded(points: tuple[Point, ...]) -> str:
    """A closed path through the corners, each cut off by a curve."""
    parts = []
    for at, corner in enumerate(points):
        start = _toward(corner, points[at - 1])
        end = _toward(corner, points[(at + 1) % len(points)])
        parts.append(f"{_written(start)}Q{_written(corner)} {_written(end)}")
    return "M" + "L".join(parts) + "Z"


def smooth(points: tuple[Point, ...]) -> str:
    """A closed curve through all the points (Catmull and Rom's)."""
    count = len(points)
    parts = [f"M{_written(points[0])}"]
    for at in range(count):
        before, one, two, after = (points[(at + step) % count] for step in (-1, 0, 1, 2))
        parts.append(f"C{_written(_bent(one, before, two))} {_written(_bent(two, after, one))}")
        parts.append(f" {_written(two)}")
    return "".join(parts) + "Z"


def _toward(corner: Point, other: Point) -> Point:
    share = min(ROUNDING / dist(corner, other), 1 / 2)
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _bent(corner: Point, behind: Point, ahead: Point) -> Point:
    return corner[0] + (ahead[0] - behind[0]) / 6, corner[1] + (ahead[1] - behind[1]) / 6


def _written(point: Point) -> str:
    return f"{point[0]:.4g},{point[1]:.4g}"
