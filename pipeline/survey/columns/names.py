"""What names of columns hint at, in English, Chinese and the initials of pinyin."""

import re
import unicodedata
from collections.abc import Sequence

Hints = Sequence[tuple[str, int]]

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NO_WORD = re.compile(r"[\W_]+")

OCCURRED: Hints = (
    (r"occur|\bocc\b|发生|發生|案发|案發|事发|事發|^afsj|^jqfssj|\bfssj", 4),
    (r"(offen[cs]e|crime|incident|event|accident|crash) ?(date|time|day|start|month)", 4),
    (r"date of (offen[cs]e|crime|incident|the)", 4),
    (r"\bfr (dt|tm)\b|from date|start|began|begin", 2),
    (r"date|time|stamp|month|日期|时间|時間|月份|年月|(sj|rq)$", 1),
    (r"report|\brptd?\b|receiv|entry|entered|creat|dispatch|call|报警|報警|接警|报案|報案", -1),
    (r"受理|登记|登記|立案|^bjsj|^jjsj|^jj sj", -1),
    (r"updat|modif|clos|arrest|export|load|birth|\bdob\b|expir|resol|arriv|clear|cancel", -9),
    (r"出生|更新|修改|完成|打印|结束|結束|到达|反馈|反饋|出警|处警|结案|話終|话终|导出|离开", -9),
    (r"\bto (dt|tm|date)\b|\bend\b|disposition|fksj|hzsj|ddxc", -9),
)
REPORTED: Hints = (
    (r"report|\brptd?\b|receiv|报警|報警|接警|报案|報案|^bjsj|^jjsj|^jj sj", 4),
    (r"受理|登记|登記|entered|entry|creat|dispatch|call", 3),
    *((pattern, points) for pattern, points in OCCURRED if points <= -9),  # noqa: PLR2004
)
IDENTITY: Hints = (
    (r"接警单编号|事件单编号|案件编号|警情编号|案號|案号|jjdbh|jqbh|ajbh|\bdr no\b", 5),
    (r"(case|incident|event|crime|report|offen[cs]e|call|cad|reference|record|go) ?", 1),
    (r"\b(id|no|nr|num|number|key|uuid|guid|ref)\b|number$|id$|编号|編號|单号|單號|流水号|bh$", 3),
    (r"^(object ?id|fid|gid|index|row|rowid|序号|序號|行号|编号|編號|)$|^row ?(id|number)$", -5),
    (r"关联|關聯|重复|related|linked|parent|duplicate", -6),
    (r"arrest|warrant|phone|badge|officer|beat|district|ward|zip|precinct", -9),
    (r"reporting area|unit|电话|身份|手机", -9),
)
CATEGORY: Hints = (
    (r"primary type|offen[cs]e( (type|category|description|desc))?$|\bmci\b|\bofns desc\b", 5),
    (r"crime (type|category|name)|incident (type|category)|call type|\bcrm cd desc\b|nibrs", 5),
    (r"offen[cs]e|(case|call|event|incident) ?type|nature|problem|charge|ucr", 4),
    (r"(警情|报警|報警|案件|接警|反馈|反饋|事件|犯罪).*(类|類|细|細|子|性质|性質|种)|案由|罪名", 5),
    (r"^案?(类|類)(别|別|型)?$|案类|案類|^(jq|aj|bj)(lb|lx|xl)|类别|類別", 4),
    (r"类型|類型|细类|細類|子类|明细|性质|性質|category|\btype\b|\bkind\b|\bclass\b", 2),
    (r"title|subject|group|description|\bdesc\b|\bcode\b|代码|代碼", 1),
    (r"premis|location|place|weapon|victim|suspect|status|dispos|outcome|result|resolution", -6),
    (r"来源|來源|方式|处理|處理|结果|結果|级别|等级|來話|来话|场所|單位|单位|辖区|地点|地點", -6),
    (r"source|district|beat|mode|method|domestic|person|unit|vehicle|priority|\barea\b", -6),
    (r"街|镇|区划|report type|派出所|分局|status|descent|\bsex\b|\brace\b|\bage\b", -6),
)
RECEPTION = re.compile(r"^接警|报警|報警|接报|初始|initial|original|^bj(lb|lx|xl)|received|called")
LEVELS = ("大类", "类别", "類別", "lb", "类型", "類型", "lx", "细类", "細類", "xl", "子类", "明细")
PLACE: Hints = (
    (r"neighbou?r|\bhood|community area|镇街|街镇|街道|乡镇|鄉鎮|乡鎮|township|\btwp\b|municip", 7),
    (r"commune|suburb|\btowns?\b|village|locality|^镇$|^鎮$|社区|社區|\bjd(mc|dm)$", 7),
    (r"辖区|轄區|管辖|管轄|派出所|所属单位|^gxdw", 6),
    (r"行政区|行政區|区县|區縣|县区|borough|\bboro\b|ward|^xzqh|地区|地區", 5),
    (r"district|lsoa|precinct|分局|分區|division", 4),
    (
        r"\bplace\b|\barea\b|zone|sector|\bbeat\b|region|county|parish|县市|縣市|\bcity\b|城市|市別",
        3,
    ),
    (r"\bzip\b|postal|postcode|邮编|郵遞|reporting area|\bgrid\b|\btract\b", 1),
    (r"type|lat|lon|address|\bdate\b|\btime\b|代?报警|接警单位|接警单|类别|类型|来源|desc", -6),
    (r"crime|offen[cs]e|victim|officer|property|hospital|council member|domestic", -6),
)
CODE = re.compile(r"\b(code|cd|id|no|num|number|fips|geoid)\b|代码|代碼|编码|编号|編號|dm$|bh$|bm$")
VALIDITY: Hints = (
    (r"有效|状态|狀態|validity|valid|jqzt|jjdzt|重复|無效|无效", 3),
    (r"status|unfounded|duplicate|标注|結果|结果|disposition", 1),
)
DEATHS = re.compile(r"死亡|\b(deaths?|dead)\b|killed|fatal|^swrs|^sw rs")
INJURIES = re.compile(r"受伤|受傷|伤亡|injur|wounded|^ssrs|^ss rs")
LONGITUDE = re.compile(r"^(lon|long|lng|longitude|x|经度|經度|jd)$|longitude|经度|經度|\blng?\b")
LATITUDE = re.compile(r"^(lat|latitude|y|纬度|緯度|wd)$|latitude|纬度|緯度|\blat\b")
PERSONAL = re.compile(
    r"报警人|報警人|报案人|報案人|联系人|聯絡人|姓名|当事人|受害人|被害人|嫌疑人|民警|经办|接警员"
    r"|电话|電話|手机|手機|号码|號碼|身份证|身分證|证件|護照|护照|邮箱|微信|qq|车牌|車牌|住址|地址|詳址|详址"
    r"|内容|內容|详情|詳情|简要|摘要|案情|经过|經過|情况|情況|备注|備註|说明|反馈信息|事发地点|案发地点|地點"
    r"|^bjr|^bjdh|sfz|^afdz|dzxz|^cjqk|^lxdh|^lxr"
    r"|phone|mobile|e ?mail|\baddr|address|street|block|intersection|\blocation\b|cross"
    r"|narrative|synopsis|remark|comment|notes?\b|summary|caller|complainant|reportee"
    r"|\b(victim|suspect|officer|first|last|full|given|family|person|owner|caller)s? name"
    r"|^name$|surname|\bdob\b|birth|\bssn\b|passport|licen[cs]e|plate|\bvin\b"
)
NOT_PERSONAL = re.compile(r"location (type|desc|code|class)|street ?type|警情编号|编号$|类别|类型")


def plain(name: str) -> str:
    """A name as the patterns see it: lower case, words apart.

    >>> plain("DATE_OCC"), plain("timeStamp"), plain(" LSOA  Name ")
    ('date occ', 'time stamp', 'lsoa name')
    """
    parts = CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    return NO_WORD.sub(" ", parts).strip().casefold()


def points(name: str, hints: Hints) -> int:
    """How much a name speaks for a meaning: the best hint, less those against it."""
    found = [value for pattern, value in hints if re.search(pattern, plain(name))]
    return max((value for value in found if value > 0), default=0) + sum(
        value for value in found if value < 0
    )


def looks_personal(name: str) -> bool:
    """Whether a name says that the column may point at a person."""
    text = plain(name)
    return bool(PERSONAL.search(text)) and not NOT_PERSONAL.search(text)


def is_code(name: str) -> bool:
    """Whether a name says that the column holds codes."""
    return bool(CODE.search(plain(name)))
