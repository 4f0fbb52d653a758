"""What the words, addresses and emoji around a paper mean, in the languages articles come in."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from bot.core import words as phrases
from bot.core.paper import LinkKind


def _by_word(table: Mapping[LinkKind, str], mark: str) -> dict[str, LinkKind]:
    return {word: kind for kind, words in table.items() for word in words.split(mark)}


_SIMPLIFIED = str.maketrans(
    "論紙張預報鏈連項頁網據訪談講視頻頻對話燈幻博貼帖發時間會議機構單領題來難標籤關鍵評數類總結簡紹"
    "專案碼關更資處導讀鑑鍊題譯圖與於後檢驗課題團隊研究員學儲庫倉筆記連結語開試軟體鍵條絡紹載影",
    "论纸张预报链连项页网据访谈讲视频频对话灯幻博贴帖发时间会议机构单领题来难标签关键评数类总结简绍"
    "专案码关更资处导读鉴链题译图与于后检验课题团队研究员学储库仓笔记连结语开试软体键条络绍载影",
)
"""Characters of labels in traditional Chinese, as the tables write them."""


def _words(text: str) -> frozenset[str]:
    """The words and phrases between bars."""
    return frozenset(text.split("|"))


KIND_BY_LABEL = _by_word(
    {
        LinkKind.PAPER: "paper|pdf|arxiv|arvix|preprint|article|publication|report|openreview|doi"
        "|full paper|paper link|hf paper|hugging face paper|alphaxiv|abs|arxiv id|acl anthology"
        "|artikel|aufsatz|bericht|papier|veröffentlichung"
        "|论文|纸张|纸|文章|预印本|技术报告|论文链接|论文地址|原文链接|论文原文|论文标题链接|全文|預印本|論文連結|論文網址",
        LinkKind.CODE: "code|source code|github|repo|repository|colab|notebook|implementation"
        "|official code|weights|model|models|checkpoint|checkpoints|quelltext|quellcode"
        "|代码|源代码|源码|程式码|原始码|仓库|笔记本|代码链接|代码地址|开源地址|代码仓库|模型|权重",
        LinkKind.PROJECT: "project|project page|website|page|homepage|data|dataset|datasets"
        "|benchmark|poster|projekt|projektseite|webseite|daten|datensatz"
        "|项目|专案|专案页面|网站|资料集|项目页面|项目主页|网站|主页|网页|项目链接|项目地址|数据|数据集",
        LinkKind.TALK: "talk|video|presentation|lecture|slides|youtube|bilibili|recording"
        "|vortrag|präsentation|vorlesung|folien|影片|投影片|谈话|演讲|讲座|视频|对话|幻灯片|视频链接|视频讲解",
        LinkKind.PODCAST: "podcast|episode|interview|folge|播客|访谈|采访",
        LinkKind.BLOG: "blog|blog post|blogpost|post|thread|tweet|twitter|short read|explained"
        "|announcement|newsletter|blogbeitrag|blogartikel|beitrag"
        "|部落格|部落格文章|博客|博客文章|博客帖子|帖子|博文|博客链接|解读",
        LinkKind.DEMO: "demo|playground|app|space|vorführung|示范|演示|示例|演示地址|在线演示",
    },
    "|",
)
for _kind in LinkKind:
    # What the program prints is read again.
    for _label in phrases.labels_in_all_tables(_kind):
        KIND_BY_LABEL.setdefault(_label.casefold().translate(_SIMPLIFIED), _kind)
KIND_BY_HOST = {
    **_by_word(
        {
            LinkKind.DEMO: "huggingface.co/spaces",
            LinkKind.PAPER: "huggingface.co/papers paperswithcode.com/paper hf.co/papers",
            LinkKind.PROJECT: "huggingface.co/datasets",
        },
        " ",
    ),
    **_by_word(
        {
            LinkKind.CODE: "github.com gitlab.com bitbucket.org codeberg.org"
            " colab.research.google.com huggingface.co kaggle.com",
            LinkKind.TALK: "youtube.com youtu.be slideslive.com vimeo.com videolectures.net"
            " bilibili.com",
            LinkKind.PODCAST: "podcasts.apple.com open.spotify.com anchor.fm twimlai.com"
            " soundcloud.com",
            LinkKind.PAPER: "arxiv.org openreview.net doi.org proceedings.mlr.press papers.nips.cc"
            " proceedings.neurips.cc aclanthology.org openaccess.thecvf.com cv-foundation.org"
            " biorxiv.org jmlr.org dl.acm.org nature.com alphaxiv.org medrxiv.org ssrn.com"
            " ieeexplore.ieee.org link.springer.com science.org pnas.org semanticscholar.org"
            " proceedings.iclr.cc aclweb.org cell.com sciencedirect.com papers.neurips.cc"
            " ar5iv.org ar5iv.labs.arxiv.org openaccess.thecvf.com",
            LinkKind.BLOG: "medium.com towardsdatascience.com substack.com lesswrong.com"
            " distill.pub x.com twitter.com zhihu.com mp.weixin.qq.com bsky.app",
            LinkKind.DEMO: "gradio.live streamlit.app",
            LinkKind.PROJECT: "github.io zenodo.org",
        },
        " ",
    ),
}
"""A host with its subdomains, or a host and the start of its path; the first that fits counts."""

KIND_BY_WORD = {
    "pdf": LinkKind.PAPER,
    "blog": LinkKind.BLOG,
    "podcast": LinkKind.PODCAST,
    "demo": LinkKind.DEMO,
}
"""Parts of an address between dots and slashes; "pdf" is a file's ending too."""

KIND_BY_EMOJI = _by_word(
    {
        LinkKind.PAPER: "📝 📄 📃 📑",
        LinkKind.CODE: "🤖 🐙",
        LinkKind.PROJECT: "🌐 🏠",
        LinkKind.TALK: "🗣 🎤 📺 🎥 🎬",
        LinkKind.PODCAST: "🎙 🎧",
        LinkKind.BLOG: "💻 ✍ 📰",
        LinkKind.DEMO: "🕹 🎮",
    },
    " ",
)

NEUTRAL = _words(
    "link|links|url|here|hier|read|read more|more|mehr|hf|huggingface|hugging face|source|quelle"
    "|web|html|external link"
    "|链接|连结|这里|地址|原文|详情|查看|阅读原文|论文详情"
)
"""Labels that tell nothing of a link, and are no reason to ask: its address tells."""


class Field(StrEnum):
    """What a line "Label: …" under a paper's heading holds."""

    AUTHORS = "authors"
    YEAR = "year"
    SUMMARY = "summary"
    LINKS = "links"
    TITLE = "title"
    MORE = "more"
    """Something that no collage has, such as tags."""


_FIELDS: dict[Field, str] = {
    Field.AUTHORS: "author|authors|autor|autoren|autorin|autorinnen|autorinnen und autoren"
    "|autoren und autorinnen|by|von|written by|paper authors|authors and affiliations"
    "|authors affiliations|lead author|lead authors|first author|researchers|team|verfasser"
    "|verfasserin|verfasserinnen|forscherinnen|people|names|who"
    "|作者|论文作者|文章作者|作者列表|作者团队|研究团队|第一作者|作者和单位",
    Field.YEAR: "year|date|published|published on|publication date|publication year|release date"
    "|released|submitted|submitted on|jahr|datum|erschienen|erschienen am|veröffentlicht"
    "|年|年份|日期|时间|发表|发表时间|发表年份|发布时间|发布日期|发表日期|出版年份|提交时间",
    Field.LINKS: "link|links|url|urls|paper links|resources|more resources|further links|read more"
    "|references and links|learn more|source|ressourcen|weiterführende links|mehr dazu|quelle"
    "|链接|参考链接|相关链接|论文链接汇总|资源|相关资源|资源链接|更多|地址|原文|来源链接",
    Field.TITLE: "title|paper title|titel|标题|题目|论文标题|论文题目|论文名称|英文标题",
    Field.MORE: "venue|where|conference|journal|konferenz|zeitschrift|published in|published at"
    "|erschienen in|affiliation|affiliations|institution|institutions|institute|organization"
    "|organisation|lab|tags|tag|keywords|keyword|topics|topic|category|categories|area|field"
    "|schlagwörter|schlagworte|thema|themen|kategorie|citations|score|rating|upvotes|votes"
    "|status|created|created time|last edited|last edited time|priority|date added|added on"
    "|license|licence|subjects|comments|reading time|difficulty|lesezeit|bewertung"
    "|标签|关键词|关键字|会议|期刊|会议期刊|机构|单位|发表机构|所属机构|评分|分数|引用数|分类"
    "|类别|领域|主题|来源|难度|推荐指数",
}
_FIELDS[Field.AUTHORS] += "".join(
    f"|{word.casefold()}" for word in phrases.in_all_tables("authors")
)
_FIELD_BY_LABEL = {word: field for field, words in _FIELDS.items() for word in words.split("|")}

REFERENCES = frozenset(
    {
        "reference",
        "references",
        "bibliography",
        "paper references",
        "literatur",
        "quellen",
        "参考",
        "参考文献",
        "参考资料",
        "引用",
    }
)
_ANNOUNCED = re.compile(
    r"(?<![^\W_])(?:summary|abstract|tl[;:]? ?dr|zusammenfassung|kurzfassung)(?![^\W_])"
    r"|总结|摘要|概要|概述|小结",
    re.IGNORECASE,
)
_AROUND_SUMMARY = _words(
    "one|a|the|paragraph|one-paragraph|short|brief|executive|plain|english|paper|in|einem|absatz"
    "|kurze|und|and|tl|dr|author's|authors|original|一段话|论文|中文"
)
_SUMMARIES = _words(
    "description|synopsis|in brief|in short|in a nutshell|in one sentence|in one paragraph"
    "|one-liner|one liner|gist|the gist|what it is about|kurzgesagt|kurz gesagt|in kürze"
    "|worum es geht|beschreibung|abriss"
    "|简介|介绍|简述|一句话|一句话介绍|内容简介|速览|导读|论文简介"
)
PREVIOUS = (
    "previous",
    "vorige",
    "vorherige",
    "letzte",
    "last month",
    "last edition",
    "last roundup",
    "earlier roundup",
    "上一",
    "前一",
    "上期",
    "往期",
    *(text.casefold() for text in phrases.in_all_tables("previous")),
)
"""The line that links the previous roundup starts with one of these."""

ASIDES = _words(
    "introduction|intro|welcome|preface|foreword|editorial|conclusion|conclusions|closing|outro"
    "|closing thoughts|closing words|final thoughts|wrapping up|wrap up|that's it|thats it|about"
    "|about me|about us|about the author|table of contents|contents|the full list|full list|toc"
    "|overview|index|acknowledgements|acknowledgments|thanks|thank you|subscribe|newsletter"
    "|support|support this newsletter|sponsors|sponsor|news|upcoming events|events|jobs"
    "|further reading|also worth reading|honorable mentions|honourable mentions|see also"
    "|other papers|more papers|previous roundups|archive|notes|footnotes|appendix|license|licence"
    "|contributing|how to contribute|citation|contact|share|comments|related posts|in this issue"
    "|einleitung|einführung|vorwort|fazit|schluss|schlusswort|ausblick|inhalt|inhaltsverzeichnis"
    "|über uns|danksagung|dank|weitere paper|weiterlesen|zum schluss|anmerkungen|impressum"
    "|引言|前言|导语|简介|目录|最后|结语|结束语|总结|后记|致谢|关于|关于我们|写在最后|写在前面"
    "|小结|更多论文|往期回顾|往期推荐|延伸阅读|欢迎|订阅|本期目录"
)
"""Headings of an article that stand over no paper."""

CAPTION = (
    "figure",
    "figures",
    "fig",
    "fig.",
    "image",
    "images",
    "picture",
    "photo",
    "illustration",
    "screenshot",
    "diagram",
    "credit",
    "credits",
    "source",
    "adapted",
    "taken",
    "reproduced",
    "caption",
    "overview",
    "abbildung",
    "abbildungen",
    "abb.",
    "bild",
    "bilder",
    "grafik",
    "quelle",
    "foto",
    "图",
    "图片",
    "图像",
    "图源",
    "图表",
    "来源",
    "插图",
    "作者的数字",
    *(text.casefold() for text in phrases.in_all_tables("figures")),
)
"""A text right under a picture that starts with one of these is its caption."""

FAREWELLS = (
    "that's it",
    "that’s it",
    "that's all",
    "that’s all",
    "that is all",
    "thanks for reading",
    "share this post",
    "leave a comment",
    "discussion about this post",
    "ready for more",
    "type your email",
    "sign up",
    "a guest post by",
    "like this post",
    "if this was useful",
    "thank you for reading",
    "let me know",
    "tell us",
    "tell me",
    "see you",
    "until next",
    "subscribe",
    "follow me",
    "follow us",
    "if you enjoyed",
    "if you liked",
    "if you want",
    "stay tuned",
    "next month",
    "happy reading",
    "das war",
    "bis zum nächsten",
    "bis nächsten",
    "danke fürs lesen",
    "danke für",
    "viel spaß beim lesen",
    "schreibt uns",
    "abonnier",
    "这是这个月",
    "以上就是",
    "以上是",
    "感谢阅读",
    "感谢您",
    "下期",
    "下个月",
    "欢迎关注",
    "欢迎订阅",
    "关注我们",
    "更多内容",
    "更多精彩",
    "扫码",
    "点个",
    "如果你喜欢",
    "我们下",
)
"""A paragraph that starts with one of these takes leave of the reader, and is no paper's."""

# Ids such as "2105.06068", and those from before April 2007 such as "math.GT/0309136": arXiv's help
# page "Understanding the arXiv identifier".
_ID = r"([0-9]{4}\.[0-9]{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?/[0-9]{7})(?![0-9])"
_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html|format|ps)/|alphaxiv\.org/(?:abs|pdf|overview)/"
    r"|ar5iv\.org/(?:abs|html)/|(?:huggingface\.co|hf\.co)/papers/|paperswithcode\.com/paper/"
    rf"|10\.48550/arxiv\.){_ID}",
    re.IGNORECASE,
)
_ARXIV_ID = re.compile(rf"(?:ar[xv]i[vx]\s?[:：]?\s?)?{_ID}(?:v[0-9]{{1,2}})?", re.IGNORECASE)
_NAMED_ID = re.compile(rf"\barxiv\s?(?:preprint\s)?(?:arxiv)?[:：]\s?{_ID}", re.IGNORECASE)
_DOI = re.compile(r"(?:doi\s?[:：]?\s?)?(10\.[0-9]{4,9}/[^\s<>\"]{1,200})", re.IGNORECASE)
_GENDERED = re.compile(
    r"\b(autor|verfasser|forscher)(?:\\?[*:_·/]\\?-?|\((?=in))(in)(nen)?\)?", re.IGNORECASE
)


def kind_of(label: str, url: str, before: str) -> tuple[LinkKind, str]:
    """Return the kind of a link, and what told it: its "label", "address" or "emoji".

    `before` is the text between it and the link before; the emoji nearest to the link counts. Where
    nothing tells, the kind is `PROJECT`, told by "".
    """
    if kind := kind_by_label(label):
        return kind, "label"
    if kind := kind_by_address(url):
        return kind, "address"
    for char in reversed((before + label)[-40:]):
        if kind := KIND_BY_EMOJI.get(char):
            return kind, "emoji"
    return LinkKind.PROJECT, ""


def kind_by_label(label: str) -> LinkKind | None:
    """The kind that a label names as a whole, or in words that agree with one another."""
    words = re.findall(r"[^\W_]+", label.casefold().translate(_SIMPLIFIED))
    if whole := KIND_BY_LABEL.get(" ".join(words)):
        return whole
    kinds = {KIND_BY_LABEL[word] for word in words if word in KIND_BY_LABEL}
    if len(kinds) == 1:
        return kinds.pop()
    return None


def kind_by_address(url: str) -> LinkKind | None:
    """The kind that an address tells by its host or by a word in it."""
    address = re.split(r"[?#]", url.casefold().split("://", 1)[-1], maxsplit=1)[0].rstrip("/")
    host, _, path = address.partition("/")
    for known, kind in KIND_BY_HOST.items():
        known_host, slash, start = known.partition("/")
        if f".{host}".endswith(f".{known_host}") and f"{path}/".startswith(start + slash):
            return kind
    words = set(re.split(r"[./]", address))
    return next((kind for word, kind in KIND_BY_WORD.items() if word in words), None)


def arxiv_id(url: str) -> str:
    """The arXiv id an address holds, without its version; "" where it holds none."""
    match = _ARXIV.search(url)
    if match is None:
        return ""
    return match[1]


def address_of_id(text: str) -> str:
    """The address that an arXiv id or a DOI stands for; "" where the text is neither."""
    if match := _ARXIV_ID.fullmatch(text.strip(" .[]()")):
        return f"https://arxiv.org/abs/{match[1]}"
    if match := _DOI.fullmatch(text.strip(" .")):
        return f"https://doi.org/{match[1]}"
    return ""


def address_in_text(text: str) -> str:
    """The address of the first arXiv id in a text that is called one; "" without any."""
    match = _NAMED_ID.search(text)
    return f"https://arxiv.org/abs/{match[1]}" if match else ""


def field_of(label: str) -> Field | None:
    """What a line with this label holds, besides links of one kind; None for any other label."""
    words = normal(label)
    if field := _FIELD_BY_LABEL.get(words):
        return field
    if words in _SUMMARIES or is_summary(words):
        return Field.SUMMARY
    return None


def is_summary(words: str) -> bool:
    """Whether these few words announce a summary."""
    return len(words) <= 60 and _ANNOUNCED.search(words) is not None


def of_heading(text: str) -> Field | LinkKind | None:
    """What a heading announces that is a label and no title, such as "Links" or "Abstract"."""
    words = normal(text)
    field = field_of(words)
    if field is Field.SUMMARY and not is_only_summary(words):
        return None
    return field or exact_kind(words)


def is_only_summary(label: str) -> bool:
    """Whether a label announces a summary and says nothing else."""
    words = normal(label)
    rest = [word for word in words.split() if word not in _AROUND_SUMMARY]
    return words in _SUMMARIES or all(_ANNOUNCED.search(word) for word in rest)


def exact_kind(label: str) -> LinkKind | None:
    """The kind that a label names as a whole."""
    words = re.findall(r"[^\W_]+", label.casefold().translate(_SIMPLIFIED))
    return KIND_BY_LABEL.get(" ".join(words))


def normal(label: str) -> str:
    """A label as the tables have it: small letters and single spaces, without marks and emoji."""
    label = joined(label).casefold().translate(_SIMPLIFIED)
    return " ".join(re.sub(r"[^\w\s'’-]|_", " ", label.replace("(s)", "s")).split())


def joined(text: str) -> str:
    """A text with "Autor*innen", "Autor:innen" and "AutorInnen" written as one word."""
    return _GENDERED.sub(lambda word: f"{word[1]}in{word[3] or ''}", text)


def starts_with(text: str, words: Iterable[str]) -> bool:
    """Whether a text starts with one of these words or phrases, and a word ends there."""
    lowered = text.casefold()
    for word in words:
        if lowered.startswith(word):
            after = lowered[len(word) : len(word) + 1]
            if not (after.isascii() and after.isalpha() and word[-1].isascii()):
                return True
    return False
