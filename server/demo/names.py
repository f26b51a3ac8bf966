"""Names for the demo network's people: plausible, in several scripts, and nobody's in particular."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from domain.text import username_problem

# Given names | family names that go with any of them. A name in another script carries its Latin spelling.
_LATIN = """
Ada Amelia Andre Beatrice Benjamin Camille Carlos Chiara Clara Daniel Diego Elena Emma Erik Felix Fiona
Freya Gabriel Grace Hannah Hugo Ines Isabel Jack Jonas Julia Katarina Lars Laura Leo Linnea Lucas Maja Marco
Maria Mateo Mia Nadia Nina Noah Oliver Omar Pablo Paula Priya Rafael Rosa Ruth Samuel Sara Simon Sofia Theo
Tomas Valentina Victor Yara Zoe
| Adams Alvarez Andersson Baker Bauer Bell Bennett Berg Bianchi Brandt Brooks Byrne Carter Castro Clarke Costa
Cruz Dahl Diaz Dubois Evans Ferrari Fischer Fleming Garcia Gomes Gray Hansen Hayes Hoffmann Hughes Jansen
Keller Kelly Lambert Larsen Lind Lopez Martin Mendes Meyer Moreau Moretti Murphy Nielsen Nilsson Okafor
Oliveira Patel Reyes Ricci Rossi Santos Schmidt Shaw Silva Torres Vargas Vega Walsh Weber Wood
"""
_ACCENTED = """
Łucja Michał Zofia Paweł Agnieszka Grażyna Józef Małgorzata Stanisław Żaneta Ömer Çağla Gülşen İpek Şule
Tuğba Nguyệt Hạnh Đức Mỹ Siân Noël Zoë Søren Åsa Jürgen Chloé José Inês João
| Nowak Wójcik Kowalczyk Mazur Krawczyk Zając Król Wróbel Pająk Gołąb Yılmaz Öztürk Şahin Çelik Doğan Nguyễn
Trần Phạm Đặng Müller Sørensen Åkesson Núñez Muñoz Gonçalves Lefèvre Šimić Kovačić Németh Tóth
"""
_CYRILLIC = """
Анна=anna Олена=olena Тарас=taras Ірина=iryna Богдан=bohdan Марія=maria Дмитро=dmytro Софія=sofia Іван=ivan
Юлія=yulia Андрій=andriy Катерина=kateryna Мирослава=myroslava Лев=lev Зоряна=zoryana
| Шевченко=shevchenko Бондаренко=bondarenko Коваленко=kovalenko Ткаченко=tkachenko Кравченко=kravchenko
Мельник=melnyk Олійник=oliynyk Коваль=koval Савчук=savchuk Мороз=moroz Лисенко=lysenko Гончар=honchar
"""
_ARABIC = """
ليلى=layla عمر=omar فاطمة=fatima يوسف=yusuf نور=nour كريم=karim سلمى=salma زياد=ziad مريم=maryam طارق=tariq
هدى=huda سامي=sami رانيا=rania باسل=basil
| حداد=haddad منصور=mansour خليل=khalil نصار=nassar سليمان=suleiman عيسى=issa صالح=saleh قاسم=qasim
درويش=darwish شاهين=shaheen بركات=barakat الخطيب=alkhatib
"""
_HEBREW = """
נועה=noa דוד=david מיכל=michal אורי=uri תמר=tamar יונתן=yonatan שירה=shira איתן=eitan
| לוי=levi כהן=cohen מזרחי=mizrahi פרץ=peretz ברק=barak גולן=golan שפירא=shapira
"""
_DEVANAGARI = """
आरव=aarav प्रिया=priya रोहन=rohan अनिता=anita मीरा=meera विवेक=vivek काव्या=kavya अर्जुन=arjun
| शर्मा=sharma वर्मा=verma गुप्ता=gupta मिश्रा=mishra जोशी=joshi नायर=nair राव=rao
"""
_HAN = """
伟=wei 芳=fang 静=jing 敏=min 丽=li 强=qiang 洋=yang 艳=yan 明=ming 雪=xue
| 王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 赵=zhao 黄=huang 周=zhou 吴=wu
"""
_JAPANESE = """
さくら=sakura 陽菜=hina 蓮=ren 結衣=yui 大輔=daisuke 美咲=misaki 翔太=shota 葵=aoi
| 佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 渡辺=watanabe 伊藤=ito 山本=yamamoto 中村=nakamura
"""
_HANGUL = """
민준=minjun 서연=seoyeon 지우=jiwoo 하은=haeun 도윤=doyun 수아=sua 예준=yejun 지민=jimin
| 김=kim 이=lee 박=park 최=choi 정=jung 강=kang 조=cho 윤=yoon
"""
_LISTS = (_LATIN, _ACCENTED, _CYRILLIC, _ARABIC, _HEBREW, _DEVANAGARI, _HAN, _JAPANESE, _HANGUL)
_SHARES = (60, 14, 7, 6, 2, 4, 3, 2, 2)  # percent of people
_FAMILY_FIRST = frozenset({_HAN, _JAPANESE, _HANGUL})

_STROKES = str.maketrans("łŁđĐøØıİ", "lLdDoOiI")


@dataclass(frozen=True, slots=True)
class Name:
    username: str
    display_name: str


def names(rng: random.Random) -> Iterator[Name]:
    """Names without end, no two with the same username in any case."""
    taken: set[str] = set()
    while True:
        source = rng.choices(_LISTS, _SHARES)[0]
        (given, given_latin), (family, family_latin) = (rng.choice(_parts(half)) for half in source.split("|"))
        username = _free(taken, _username(rng, given_latin, family_latin), rng)
        taken.add(username.lower())
        whole = family + given if source in _FAMILY_FIRST else f"{given} {family}"
        yield Name(username, rng.choices((whole, given, username), (88, 8, 4))[0])


@cache
def _parts(half: str) -> list[tuple[str, str]]:
    """Each name with its Latin spelling."""
    pairs = (entry.partition("=") for entry in half.split())
    return [(name, latin or _plain(name)) for name, _, latin in pairs]


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.translate(_STROKES))
    return decomposed.encode("ascii", "ignore").decode().lower()


def _username(rng: random.Random, given: str, family: str) -> str:
    forms = (
        f"{given}_{family}",
        f"{given}{family}",
        f"{given[0]}_{family}",
        f"{family}_{given}",
        f"{given}{family[0]}",
    )
    return rng.choices(forms, (35, 25, 15, 15, 10))[0]


def _free(taken: set[str], wanted: str, rng: random.Random) -> str:
    username = wanted
    while username in taken or username_problem(username):
        username = f"{wanted}{rng.randint(2, 9999)}"
    return username
