"""Make up two exports of 911 calls in the shape of Montgomery County's, for tests.

Every record is invented: streets, stations, positions, ZIP codes and times come from a seeded generator. Only the names of
the towns, the titles and roughly how often each occurs are those of the real feed. What the tests rely on:

- the later export has 3,003 rows from 2015-12-10 14:39 to 2017-04-13 21:14, at least one a day, with all 62 towns, the
  6 neighbouring counties, 6 rows without a town and all 124 titles; 3 rows repeat another one exactly;
- the early export holds what was read by 2016-08-24 11:17:02, under the time of reading instead of the time of dispatch:
  about 200 seconds later, a few times by hours, eleven times on a later day; the repeated rows were read at two times;
- 20 rows of the early export have no address (2 of them no town either) and are missing from the later one.

Run ``python make.py`` to write both files again; the same NumPy and zlib give the same bytes.
"""

import csv
import gzip
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
HEADER = ("lat", "lng", "desc", "zip", "title", "timeStamp", "twp", "addr", "e")
FIRST, LAST = datetime(2015, 12, 10, 14, 39, 21), datetime(2017, 4, 13, 21, 14, 25)
EARLY_FIRST, EARLY_LAST = datetime(2015, 12, 10, 17, 40, 0), datetime(2016, 8, 24, 11, 17, 2)
SPRING_CLOCKS = ("2016-03-13", "2017-03-12")  # no 02:xx on these days
CALLS, WITHDRAWN, AROUND_MIDNIGHT = 3_000, 20, 8
WITHOUT_TOWN = range(600, CALLS, 400)
REPEATED = (200, 700, 1_100)  # row numbers, all in the early export
READ_HOURS_LATER = (1, 3, 5)  # which of those around midnight

# Calls of each town in hundreds.
TOWNS = """
ABINGTON 115, AMBLER 12, BRIDGEPORT 10, BRYN ATHYN 3, CHELTENHAM 86, COLLEGEVILLE 9, CONSHOHOCKEN 16, DOUGLASS 17,
EAST GREENVILLE 4, EAST NORRITON 39, FRANCONIA 26, GREEN LANE 1, HATBORO 16, HATFIELD BORO 4, HATFIELD TOWNSHIP 33,
HORSHAM 55, JENKINTOWN 12, LANSDALE 34, LIMERICK 42, LOWER FREDERICK 5, LOWER GWYNEDD 31, LOWER MERION 162,
LOWER MORELAND 31, LOWER POTTSGROVE 32, LOWER PROVIDENCE 62, LOWER SALFORD 25, MARLBOROUGH 6, MONTGOMERY 50, NARBERTH 5,
NEW HANOVER 15, NORRISTOWN 110, NORTH WALES 6, PENNSBURG 8, PERKIOMEN 9, PLYMOUTH 58, POTTSTOWN 79, RED HILL 6,
ROCKLEDGE 5, ROYERSFORD 10, SALFORD 3, SCHWENKSVILLE 4, SKIPPACK 16, SOUDERTON 9, SPRINGFIELD 43, TELFORD 9,
TOWAMENCIN 32, TRAPPE 5, UPPER DUBLIN 51, UPPER FREDERICK 6, UPPER GWYNEDD 26, UPPER HANOVER 11, UPPER MERION 98,
UPPER MORELAND 65, UPPER POTTSGROVE 10, UPPER PROVIDENCE 46, UPPER SALFORD 5, WEST CONSHOHOCKEN 15, WEST NORRITON 31,
WEST POTTSGROVE 9, WHITEMARSH 48, WHITPAIN 40, WORCESTER 16,
BERKS COUNTY 5, BUCKS COUNTY 7, CHESTER COUNTY 21, DELAWARE COUNTY 5, LEHIGH COUNTY 1, PHILA COUNTY 1
"""

# Calls of each title in hundreds; 0 is a rare title, which comes once.
TITLES = {
    "EMS": """
RESPIRATORY EMERGENCY 98, CARDIAC EMERGENCY 95, FALL VICTIM 95, VEHICLE ACCIDENT 75, SUBJECT IN PAIN 52, HEAD INJURY 49,
UNKNOWN MEDICAL EMERGENCY 34, SYNCOPAL EPISODE 33, SEIZURES 32, GENERAL WEAKNESS 29, ALTERED MENTAL STATUS 27,
ABDOMINAL PAINS 27, MEDICAL ALERT ALARM 26, HEMORRHAGING 24, OVERDOSE 24, UNCONSCIOUS SUBJECT 24, CVA/STROKE 24,
NAUSEA/VOMITING 22, DIABETIC EMERGENCY 16, DIZZINESS 15, BACK PAINS/INJURY 15, FRACTURE 13, ASSAULT VICTIM 12,
CARDIAC ARREST 12, UNRESPONSIVE SUBJECT 11, FEVER 9, ALLERGIC REACTION 8, LACERATIONS 8, DEHYDRATION 5, BUILDING FIRE 4,
MATERNITY 4, CHOKING 3, EMS SPECIAL SERVICE 2, CARBON MONOXIDE DETECTOR 1, ANIMAL BITE 1, FIRE SPECIAL SERVICE 1,
HEAT EXHAUSTION 1, RESCUE - GENERAL 1, BURN VICTIM 1, GAS-ODOR/LEAK 1, EYE INJURY 1, VEHICLE FIRE 1, SHOOTING 1,
POISONING 1, STABBING 1, FIRE INVESTIGATION 0, AMPUTATION 0, RESCUE - WATER 0, FIRE ALARM 0,
S/B AT HELICOPTER LANDING 0, APPLIANCE FIRE 0, HAZARDOUS MATERIALS INCIDENT 0, TRANSFERRED CALL 0, RESCUE - ELEVATOR 0,
RESCUE - TECHNICAL 0, INDUSTRIAL ACCIDENT 0, WOODS/FIELD FIRE 0, ELECTROCUTION 0, DROWNING 0, ELECTRICAL FIRE OUTSIDE 0,
TRAIN CRASH 0, UNKNOWN TYPE FIRE 0, DEBRIS/FLUIDS ON HIGHWAY 0, BOMB DEVICE FOUND 0, WARRANT SERVICE 0, PLANE CRASH 0,
ARMED SUBJECT 0, ACTIVE SHOOTER 0, SUSPICIOUS 0, SUICIDE THREAT 0, TRASH/DUMPSTER FIRE 0, DISABLED VEHICLE 0,
HIT + RUN 0, FIRE POLICE NEEDED 0, STANDBY FOR ANOTHER CO 0
""",
    "Fire": """
FIRE ALARM 105, VEHICLE ACCIDENT 32, FIRE INVESTIGATION 27, GAS-ODOR/LEAK 20, BUILDING FIRE 15, FIRE SPECIAL SERVICE 12,
ELECTRICAL FIRE OUTSIDE 11, CARBON MONOXIDE DETECTOR 10, VEHICLE FIRE 10, WOODS/FIELD FIRE 9, UNKNOWN TYPE FIRE 6,
FIRE POLICE NEEDED 4, TRASH/DUMPSTER FIRE 4, RESCUE - ELEVATOR 4, APPLIANCE FIRE 3, CARDIAC ARREST 2,
S/B AT HELICOPTER LANDING 2, VEHICLE LEAKING FUEL 1, DEBRIS/FLUIDS ON HIGHWAY 1, RESCUE - GENERAL 1, BURN VICTIM 1,
PUMP DETAIL 0, TRANSFERRED CALL 0, RESCUE - WATER 0, HAZARDOUS MATERIALS INCIDENT 0, RESCUE - TECHNICAL 0,
TRAIN CRASH 0, DISABLED VEHICLE 0, MEDICAL ALERT ALARM 0, FALL VICTIM 0, SYNCOPAL EPISODE 0, POLICE INFORMATION 0,
PLANE CRASH 0, EMS SPECIAL SERVICE 0, ANIMAL COMPLAINT 0, STANDBY FOR ANOTHER CO 0, PRISONER IN CUSTODY 0,
UNKNOWN MEDICAL EMERGENCY 0, DIABETIC EMERGENCY 0, CARDIAC EMERGENCY 0, UNRESPONSIVE SUBJECT 0, UNCONSCIOUS SUBJECT 0
""",
    "Traffic": """
VEHICLE ACCIDENT - 441, DISABLED VEHICLE - 137, ROAD OBSTRUCTION - 57, HAZARDOUS ROAD CONDITIONS - 18, VEHICLE FIRE - 10,
VEHICLE LEAKING FUEL - 1, DEBRIS/FLUIDS ON HIGHWAY - 1
""",
}
STREETS = [
    f"{name} {kind}"
    for name in (
        "TEACUP",
        "MARMOT",
        "QUASAR",
        "BISCUIT",
        "NARWHAL",
        "PICCOLO",
        "THIMBLE",
        "ZEPPELIN",
        "WOMBAT",
        "ABACUS",
    )
    for kind in ("ST", "RD", "AVE", "LN", "DR", "CT", "WAY", "PIKE")
]
CALLS_BY_HOUR = np.array(
    [4, 3, 3, 3, 3, 3, 5, 8, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 11, 9, 8, 7, 6, 5]
)

Row = tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """One invented call, before an export writes it down."""

    at: datetime
    read_at: datetime
    kind: str
    subject: str
    town: str
    address: str
    station: str
    zip_code: str
    lat: str
    lng: str

    def row(self, at: datetime) -> Row:
        """Return the line of an export that gives this call the time ``at``."""
        stamp = f"{self.at:%Y-%m-%d @ %H:%M:%S}"
        text = {
            "EMS": f"{self.address or ' '};  {self.town}; Station {self.station}; {stamp};",
            "Fire": f"{self.address}; {self.town}; {stamp}-Station:STA{self.station[-2:]};",
            "Traffic": f"{self.address or ' '}; {self.town}; {stamp};",
        }[self.kind]
        title = f"{self.kind}: {self.subject}"
        time = f"{at:%Y-%m-%d %H:%M:%S}"
        return (self.lat, self.lng, text, self.zip_code, title, time, self.town, self.address, "1")


def main() -> None:
    """Write both exports beside this script."""
    rng = np.random.default_rng(911)
    calls = sorted(
        make_calls(rng, CALLS), key=lambda call: call.read_at
    )  # so the times of dispatch are not in order
    repeats = [calls[number] for number in REPEATED]
    later = [call.row(call.at) for call in sorted(calls + repeats, key=lambda call: call.read_at)]

    early = [call.row(call.read_at) for call in calls if call.read_at <= EARLY_LAST]
    early += [call.row(call.read_at + timedelta(minutes=1)) for call in repeats]
    early += make_withdrawn(rng)
    early.sort(key=lambda row: row[HEADER.index("timeStamp")])

    write(HERE / "calls.csv.gz", later)
    write(HERE / "calls-early-export-99k.csv.gz", early)


def make_calls(rng: np.random.Generator, count: int) -> list[Call]:
    """Invent calls; each day, town and title gets one first, the rest fall by weight."""
    titles, title_weights = weighted(TITLES)
    towns, town_weights = weighted({"": TOWNS})
    title_at = rng.permutation(once_then_by_weight(rng, title_weights, count))
    town_at = rng.permutation(once_then_by_weight(rng, town_weights, count))
    days = (LAST.date() - FIRST.date()).days + 1
    day_at = once_then_by_weight(rng, np.ones(days), count)
    calls = []
    for number in range(count):
        at = make_time(rng, int(day_at[number]))
        at = {
            (EARLY_LAST - FIRST).days + 1: EARLY_LAST - timedelta(minutes=20),
            days - 1: LAST,
        }.get(number, at)
        if days <= number < days + AROUND_MIDNIGHT:
            at = (FIRST + timedelta(days=20 + 30 * (number - days))).replace(
                hour=23, minute=58, second=number % 60
            )
        hours_late = int(rng.integers(5, 22)) if number - days in READ_HOURS_LATER else 0
        read_at = at + timedelta(
            hours=hours_late, seconds=int(np.clip(rng.normal(210, 60), 130, 900))
        )
        town = int(town_at[number])
        kind, subject = titles[title_at[number]]
        calls.append(
            Call(
                at=at,
                read_at=max(outside_the_gap(read_at), EARLY_FIRST),
                kind=kind,
                subject=subject,
                town="" if number in WITHOUT_TOWN else towns[town][1],
                address=" & ".join(rng.choice(STREETS, 2, replace=False)),
                station=f"{901 + town}",
                zip_code="" if rng.random() < 0.12 else f"{town + 1:05d}",
                lat=f"{40.05 + town % 9 * 0.04 + rng.integers(300) / 1e4:.7f}",
                lng=f"{-75.65 + town // 9 * 0.07 + rng.integers(300) / 1e4:.7f}",
            )
        )
    return calls


def make_withdrawn(rng: np.random.Generator) -> list[Row]:
    """Invent the calls without an address that only the early export has."""
    spare = make_calls(rng, CALLS)
    traffic = [
        call for call in spare if call.kind == "Traffic" and call.town and call.read_at < EARLY_LAST
    ]
    rows = []
    for number, call in enumerate(traffic[:WITHDRAWN]):
        bare = vars(call) | {"address": "", "town": "" if number < 2 else call.town}
        rows.append(Call(**bare).row(call.read_at))
    return rows


def make_time(rng: np.random.Generator, day: int) -> datetime:
    """Invent a time on a day, by the usual calls of each hour, within the export."""
    hour = int(rng.choice(24, p=CALLS_BY_HOUR / CALLS_BY_HOUR.sum()))
    time = timedelta(hours=hour, seconds=int(rng.integers(3600)))
    at = datetime(FIRST.year, FIRST.month, FIRST.day) + timedelta(days=day) + time
    return outside_the_gap(min(max(at, FIRST), LAST))


def outside_the_gap(at: datetime) -> datetime:
    """Move a time that the clocks skip in spring to an hour later."""
    skipped = at.hour == 2 and f"{at:%Y-%m-%d}" in SPRING_CLOCKS
    return at + timedelta(hours=1) if skipped else at


def once_then_by_weight(rng: np.random.Generator, weights: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` positions: each position once, then drawn by weight."""
    drawn = rng.choice(len(weights), count - len(weights), p=weights / weights.sum())
    return np.concatenate([np.arange(len(weights)), drawn])


def weighted(texts: dict[str, str]) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Read ``NAME 12, OTHER NAME 3`` into (kind, name) pairs and weights."""
    entries = [
        (kind, *entry.strip().rsplit(" ", 1))
        for kind, text in texts.items()
        for entry in text.split(",")
    ]
    names = [(kind, name) for kind, name, _ in entries]
    return names, np.array([float(weight) for *_, weight in entries])


def write(path: Path, rows: list[Row]) -> None:
    """Write an export; without name and time in the gzip header, so that equal rows give equal bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode("ascii"), mtime=0))


if __name__ == "__main__":
    main()
