"""Pages and drawings taken apart, for tests."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree


def parsed(drawing):
    return ElementTree.fromstring(drawing.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))  # noqa: S314 (our own)


def texts(drawing):
    return [element.text for element in parsed(drawing).iter("text")]


def counts_of(drawn):
    """What the tool tips of a histogram say: how often each class occurs."""
    tips = [tip.text for tip in parsed(drawn).iter("title")][1:]
    return {tip.rpartition(": ")[0]: int(tip.rpartition(": ")[2].replace(",", "")) for tip in tips}


class Page(HTMLParser):
    """Checks that elements are closed in order, and keeps what there is: words, and the rows of tables."""

    VOID = ("meta", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words, self.cells = [], [], [], [], []
        self.rows = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)
            if self.open and self.open[-1] in ("td", "th"):
                self.cells.append(data)
                self.rows[-1][-1] += data

    def row(self, first):
        """Return the one row that begins so, without its first cell."""
        (found,) = [row[1:] for row in self.rows if row[:1] == [first]]
        return found

    def has(self, *words):
        """Whether each of some texts is in the page."""
        text = " ".join(self.words)
        return [word for word in words if word not in text] == []


def drawings(text):
    """The drawings of a page, by their title."""
    found = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    return {parsed(drawing).find("title").text: drawing for drawing in found}
