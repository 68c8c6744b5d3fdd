"""Kinds of calls to 110 in the synthetic city: codes, words, usual rates."""

from dataclasses import dataclass

NOT_COUNTED = ""


@dataclass(frozen=True)
class Kind:
    """One code of the synthetic city's register.

    The families of codes (10 criminal, 20 public order, 30 traffic, 40 fire, 50 help, 60 other
    agencies and so on) are those of a register in use; what stands below them, the rates and the
    share of mistakes are invented.
    """

    code: str  # six digits, text
    name: str
    rhythm: str  # a key of `rhythm.RHYTHMS`
    per_100k_day: float  # before the scale to the wanted number of incidents
    category: str = NOT_COUNTED  # of the vocabulary
    mistaken_for: tuple[str, ...] = ()  # codes given at reception instead, equally often
    death_share: float = 0.0  # of incidents with one death
    injury_share: float = 0.0  # of incidents with one injured person or more
    is_late: bool = False  # often noticed, and so reported, only after days


KINDS = (
    Kind("100100", "盗窃", "theft", 0.35, "theft", ("201000", "500100"), is_late=True),
    Kind("100101", "入室盗窃", "theft", 0.25, "break_and_enter", ("100100",), is_late=True),
    Kind("100102", "盗窃机动车", "theft", 0.08, "auto_theft", ("100100", "201000"), is_late=True),
    Kind("100200", "抢劫", "street", 0.02, "robbery", ("100300", "200100"), injury_share=0.3),
    Kind("100300", "抢夺", "street", 0.015, "snatching", ("100200", "201000")),
    Kind("100400", "杀人", "street", 0.002, "homicide", ("100500",), death_share=1.0),
    Kind("100500", "故意伤害", "street", 0.15, "assault", ("200100",), 0.01, 0.9),
    Kind("100600", "诈骗", "fraud", 0.9, "fraud", ("201200", "980100"), is_late=True),
    Kind("100900", "强奸", "street", 0.01, "sexual_assault", ("500100",), is_late=True),
    Kind("101200", "贩毒", "street", 0.05, "drug_offence", ("900100",)),
    Kind("101400", "纵火", "fire", 0.004, "other_fire", ("400100",)),
    Kind("200100", "打架斗殴", "street", 1.2, "assault", ("200200",), injury_share=0.25),
    Kind("200200", "治安纠纷", "street", 2.5, "dispute", ("200100", "500100")),
    Kind("200600", "家庭暴力", "street", 0.6, "assault", ("200200",), injury_share=0.15),
    Kind("200700", "赌博", "street", 0.3, "gambling", ("900100",)),
    Kind("200800", "卖淫嫖娼", "street", 0.1, "prostitution", ("900100",)),
    Kind("200900", "吸毒", "street", 0.05, "drug_case", ("900100",)),
    Kind("201000", "盗窃（治安）", "theft", 1.2, "theft", ("500100",), is_late=True),
    Kind("201100", "抢夺（治安）", "street", 0.01, "snatching", ("201000",)),
    Kind("201200", "诈骗（治安）", "fraud", 0.6, "fraud", ("980100",), is_late=True),
    Kind("300100", "交通事故", "traffic", 4.0, "traffic_accident", ("300500",)),
    Kind("300101", "有伤者的交通事故", "traffic", 0.6, "injury_accident", ("300100",), 0.02, 1.0),
    Kind("300200", "交通违法", "traffic", 1.0, "traffic_offence", ("300500",)),
    Kind("300300", "肇事逃逸", "traffic", 0.2, "traffic_accident", ("300100",), injury_share=0.05),
    Kind("300500", "交通秩序", "traffic", 0.7, NOT_COUNTED, ("300200",)),
    Kind("400100", "火灾", "fire", 0.12, "other_fire", ("400200",), 0.002, 0.02),
    Kind("400101", "建筑火灾", "fire", 0.06, "building_fire", ("400100",), 0.01, 0.08),
    Kind("400200", "抢险救援", "help", 0.15, NOT_COUNTED, ("500100",)),
    Kind("500100", "群众求助", "help", 3.0, NOT_COUNTED, ("980100",)),
    Kind("500200", "走失人员", "help", 0.3, NOT_COUNTED, ("500100",)),
    Kind("500300", "开锁求助", "help", 0.4, NOT_COUNTED, ("500100",)),
    Kind("600100", "噪音扰民", "help", 1.2, "nuisance", ("200200",)),
    Kind("600600", "城管执法", "help", 1.0, "city_event", ("500100",)),
    Kind("650100", "警务协助", "help", 0.2, NOT_COUNTED, ("500100",)),
    Kind("700100", "聚众上访", "help", 0.005, "mass_incident", ("200200",)),
    Kind("800100", "生产安全事故", "help", 0.01, "work_accident", ("500100",), 0.05, 0.4),
    Kind("900100", "举报线索", "fraud", 0.6, NOT_COUNTED, ("980100",)),
    Kind("950100", "投诉", "fraud", 0.4, NOT_COUNTED, ("980100",)),
    Kind("980100", "咨询", "fraud", 2.5),
    Kind("999900", "其他警情", "help", 0.8),
)
POSITIONS = {kind.code: position for position, kind in enumerate(KINDS)}
CATEGORIES = tuple(dict.fromkeys(kind.category for kind in KINDS if kind.category))
