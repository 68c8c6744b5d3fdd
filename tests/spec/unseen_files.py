"""Files of records as people bring them, made with a seed: the survey has never seen them."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import zstandard

N_ROWS = 800
FIRST = datetime(2022, 1, 1)  # noqa: DTZ001 - local wall time
TOWNS = ("乾务镇", "斗门镇", "井岸镇", "吉大街道", "拱北街道", "南屏镇", "湾仔街道", "前山街道")
BUREAUS = (
    "斗门分局",
    "斗门分局",
    "斗门分局",
    "香洲分局",
    "香洲分局",
    "香洲分局",
    "香洲分局",
    "香洲分局",
)
CODES_110 = ("100100", "100200", "200100", "300100", "400100", "201000")
TAIWAN = (
    *(("臺北市", "中正區"), ("臺北市", "大安區"), ("臺北市", "士林區"), ("臺北市", "文山區")),
    *(("基隆市", "中正區"), ("臺北市", "內湖區"), ("臺北市", "萬華區"), ("基隆市", "暖暖區")),
)
AREAS = ("Central", "Rampart", "Southwest", "Hollenbeck", "Harbor", "Pacific")


def moments(seed: int = 1, n_days: int = 730) -> list[datetime]:
    """Moments of two years in the order of a file."""
    seconds = np.sort(np.random.default_rng(seed).integers(0, n_days * 86_400, N_ROWS))
    return [FIRST + timedelta(seconds=int(second)) for second in seconds]


def picks(n: int, seed: int) -> list[int]:
    """Positions in a list of n, the first ones more often."""
    draws = np.random.default_rng(seed).random(N_ROWS)
    return [int(n * draw**1.5) for draw in draws]


def delimited(columns: Sequence[str], rows: Sequence[Sequence[object]], mark: str = ",") -> str:
    """Text with quotes where they are needed."""
    frame = pd.DataFrame([list(map(str, row)) for row in rows], columns=list(columns))
    return str(frame.to_csv(index=False, sep=mark, lineterminator="\r\n"))


def china_110(folder: Path) -> Path:
    """A spreadsheet export of a 110 system: GB18030, a title above the header, personal columns."""
    columns = (
        *(
            "序号",
            "接警单编号",
            "报警人",
            "联系电话",
            "报警时间",
            "发生时间",
            "所属分局",
            "辖区单位",
        ),
        *(
            "报警类别代码",
            "反馈类别代码",
            "警情状态",
            "死亡人数",
            "受伤人数",
            "事发地址",
            "事件详情",
        ),
    )
    rows = []
    for n, (at, town, kind) in enumerate(zip(moments(), picks(8, 2), picks(6, 3), strict=True)):
        rows.append(
            (
                *(n + 1, f"4404{at:%Y%m%d}{n:06}", "某某某", f"138{n:08}"),
                *(f"{at:%Y-%m-%d %H:%M:%S}", f"{at - timedelta(minutes=20):%Y-%m-%d %H:%M:%S}"),
                *(BUREAUS[town], TOWNS[town], CODES_110[kind], CODES_110[kind] if n % 9 else ""),
                *(("有效", "有效", "有效", "重复", "无效")[n % 5], 0, n % 3),
                *(f"人民路{n}号", f"报警人称在人民路{n}号发生纠纷，电话13000000000"),
            )
        )
    path = folder / "110警情导出.csv"
    title = "某市公安局警情统计表" + "," * (len(columns) - 1) + "\r\n"
    path.write_bytes((title + delimited(columns, rows)).encode("gb18030"))
    return path


def american_portal(folder: Path) -> Path:
    """A portal's CSV: American dates at midnight, the time of day as 2130, positions."""
    columns = ("DR_NO", "Date Rptd", "DATE OCC", "TIME OCC", "AREA", "AREA NAME", "Crm Cd Desc")
    columns += ("Vict Sex", "Premis Desc", "Status", "LOCATION", "LAT", "LON")
    kinds = ("BURGLARY", "ROBBERY", "VEHICLE - STOLEN", "BATTERY - SIMPLE ASSAULT")
    rows = [
        (
            *(f"23{n:07}", f"{at + timedelta(days=2):%m/%d/%Y} 12:00:00 AM"),
            *(f"{at:%m/%d/%Y} 12:00:00 AM", f"{at:%H%M}", f"{area + 1:02}", AREAS[area]),
            *(kinds[kind], "M", "STREET", "IC", f"{n}00 S MAIN ST", 34.05 + n / 1e5, -118.2),
        )
        for n, (at, area, kind) in enumerate(zip(moments(), picks(6, 4), picks(4, 5), strict=True))
    ]
    path = folder / "Crime_Data_2022_to_Present.csv"
    path.write_text(delimited(columns, rows), encoding="utf-8")
    return path


def chicago_like(folder: Path) -> Path:
    """A portal with IUCR types, four kinds of districts, twelve-hour times; gzipped."""
    columns = (
        "ID",
        "Case Number",
        "Date",
        "Block",
        "IUCR",
        "Primary Type",
        "Description",
        "Arrest",
    )
    columns += ("Beat", "District", "Ward", "Community Area", "Updated On", "Latitude", "Longitude")
    types = ("THEFT", "BATTERY", "ROBBERY", "BURGLARY", "ASSAULT")
    rows = [
        (
            *(10_000_000 + n, f"HZ{n:06}", f"{at:%m/%d/%Y %I:%M:%S %p}", f"0{n % 10}XX W LAKE ST"),
            *(
                f"0{kind}10",
                types[kind],
                f"{types[kind]} SIMPLE",
                "false",
                100 + area,
                area // 4 + 1,
            ),
            *(
                area // 2 + 1,
                area + 1,
                f"{at + timedelta(days=7):%m/%d/%Y %I:%M:%S %p}",
                41.8,
                -87.6,
            ),
        )
        for n, (at, area, kind) in enumerate(zip(moments(), picks(20, 4), picks(5, 5), strict=True))
    ]
    path = folder / "crimes.csv.gz"
    path.write_bytes(gzip.compress(delimited(columns, rows).encode(), mtime=0))
    return path


def taiwan(folder: Path) -> Path:
    """An export in CP950: dates of the Republic, a time slot, names that two cities share."""
    columns = ("編號", "案類", "發生日期", "發生時段", "縣市", "鄉鎮市區")
    kinds = ("住宅竊盜", "汽車竊盜", "機車竊盜", "強盜", "搶奪")
    rows = [
        (
            *(n + 1, kinds[kind], f"{at.year - 1911}{at:%m%d}"),
            *(f"{at.hour // 2 * 2:02}~{at.hour // 2 * 2 + 2:02}", *TAIWAN[place]),
        )
        for n, (at, place, kind) in enumerate(zip(moments(), picks(8, 6), picks(5, 7), strict=True))
    ]
    path = folder / "犯罪資料.csv"
    path.write_bytes(delimited(columns, rows).encode("cp950"))
    return path


def british_streets(folder: Path) -> Path:
    """data.police.uk: months only, ids missing for some, zipped."""
    columns = ("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude")
    columns += (
        "Location",
        "LSOA code",
        "LSOA name",
        "Crime type",
        "Last outcome category",
        "Context",
    )
    types = ("Anti-social behaviour", "Burglary", "Robbery", "Vehicle crime", "Drugs")
    rows = [
        (
            *("" if kind == 0 else f"{n:064x}", f"{at:%Y-%m}", "Avon Police", "Avon Police"),
            *(-2.5 + n / 1e5, 51.4, "On or near High Street", f"E0101{area:04}"),
            *(f"Bristol {area:03}A", types[kind], "Under investigation", ""),
        )
        for n, (at, area, kind) in enumerate(zip(moments(), picks(30, 4), picks(5, 5), strict=True))
    ]
    path = folder / "2022-avon-street.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2022-avon-street.csv", delimited(columns, rows))
    return path


def parquet(folder: Path) -> Path:
    """Parquet with a typed timestamp and a number of the incident."""
    frame = pd.DataFrame(
        {
            "incident_id": range(N_ROWS),
            "occurred_at": moments(),
            "offense": [("Robbery", "Theft", "Arson")[k] for k in picks(3, 5)],
            "neighborhood": [AREAS[a] for a in picks(6, 4)],
        }
    )
    path = folder / "incidents.parquet"
    with duckdb.connect() as connection:
        connection.from_df(frame).write_parquet(str(path))
    return path


def json_lines(folder: Path) -> Path:
    """JSON lines in zstd: moments in UTC, an object within each record."""
    lines = [
        json.dumps(
            {
                "uuid": f"{n:08x}-aa",
                "reported": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "area": {"ward": f"Ward {area}"},
                "category": ("theft", "robbery")[kind],
                "caller": {"phone": f"020-555-{n:04}"},
            }
        )
        for n, (at, area, kind) in enumerate(zip(moments(), picks(6, 4), picks(2, 5), strict=True))
    ]
    path = folder / "events.jsonl.zst"
    path.write_bytes(zstandard.compress("\n".join(lines).encode()))
    return path


def workbook(folder: Path) -> Path:
    """A workbook: a cover sheet, and a sheet with a title, real dates and codes with zeros."""
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Cover"
    cover.append(["Export of incidents"])
    sheet = book.create_sheet("Data")
    sheet.append(["Incidents 2022"])
    sheet.append(["Incident No", "Incident Date", "Ward Code", "Ward Name", "Offence"])
    for n, (at, ward, kind) in enumerate(zip(moments(), picks(6, 4), picks(3, 5), strict=True)):
        day = at.replace(hour=0, minute=0, second=0)
        sheet.append(
            [f"N{n:05}", day, f"00{ward}", AREAS[ward], ("Theft", "Robbery", "Arson")[kind]]
        )
    path = folder / "incidents.xlsx"
    book.save(path)
    return path


def european(folder: Path) -> Path:
    """Windows-1252, semicolons, days before months."""
    rows = [
        (
            f"A-{n}",
            f"{at:%d.%m.%Y %H:%M}",
            ("Orléans", "Nîmes", "Béziers")[town],
            ("Vol", "Rixe")[kind],
        )
        for n, (at, town, kind) in enumerate(zip(moments(), picks(3, 4), picks(2, 5), strict=True))
    ]
    path = folder / "faits.csv"
    columns = ("Case No", "Date of offence", "Municipalité", "Offence type")
    path.write_bytes(delimited(columns, rows, ";").encode("cp1252"))
    return path


def utf16(folder: Path) -> Path:
    """UTF-16 with tabs, as spreadsheet programs save 'Unicode text'."""
    rows = [
        (f"A-{n}", f"{at:%Y年%m月%d日 %H:%M}", TOWNS[town], ("盗窃", "诈骗")[kind])
        for n, (at, town, kind) in enumerate(zip(moments(), picks(8, 4), picks(2, 5), strict=True))
    ]
    path = folder / "导出.txt"
    path.write_bytes(
        delimited(("案件编号", "案发时间", "镇街", "案件类型"), rows, "\t").encode("utf-16")
    )
    return path


def ambiguous(folder: Path) -> Path:
    """Dates whose days are all below 13."""
    days = [date(2022, 1 + n % 12, 1 + n * 7 % 12) for n in range(N_ROWS)]
    rows = [
        (n, f"{day.day:02}/{day.month:02}/{day.year}", AREAS[area], "Robbery" if n % 2 else "Theft")
        for n, (day, area) in enumerate(zip(days, picks(6, 4), strict=True))
    ]
    path = folder / "calls.csv"
    columns = ("incident id", "incident date", "town", "offence")
    path.write_text(delimited(columns, rows), encoding="utf-8-sig")
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    maker.__name__: maker
    for maker in (
        *(china_110, american_portal, chicago_like, taiwan, british_streets, parquet),
        *(json_lines, workbook, european, utf16, ambiguous),
    )
}


def population_table(folder: Path, names: Sequence[str], *, suffix: str = ".csv") -> Path:
    """Names and residents in 2020, as CSV or as a workbook."""
    path = folder / f"population{suffix}"
    frame = pd.DataFrame({"name": names, "population_2020": range(1000, 1000 + len(names))})
    if suffix == ".xlsx":
        buffer = io.BytesIO()
        frame.to_excel(buffer, index=False)
        path.write_bytes(buffer.getvalue())
    else:
        frame.to_csv(path, index=False)
    return path
