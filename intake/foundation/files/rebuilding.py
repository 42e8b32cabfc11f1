"""A part of a Word document built anew from what its format knows, so that nothing else can come along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from .kinds import Refusal, Refused
from .word_format import ATTRIBUTES, CHILDREN, NAMESPACES, PREFIXES, Styles, kept_value

_OF_STYLES = frozenset({
    "w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next", "w:link", "w:numStyleLink", "w:styleLink",
})  # fmt: skip
_WRAPS = frozenset({"w:smartTag", "w:customXml"})
_TEXT, _OF_A_PLACE = frozenset({"w:t", "w:instrText", "m:t"}), frozenset({"wp:posOffset", "wp:align"})
_IN_TWO_WAYS = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_POINTS = frozenset({"r:id", "r:embed"})
_NAMED = frozenset({"w:id", "w:name"})

Relation = Callable[[Any, str], str | None]
"""The identifier afterwards of what an element points to, by the one it had; None where it is left out."""


def prefixed(tag: Any) -> str:
    """The name of an element or attribute with the short name of its namespace; empty for one of another."""
    if not isinstance(tag, str):
        return ""
    space, _brace, local = tag.rpartition("}")
    prefix = PREFIXES.get(space.lstrip("{"), "")
    return f"{prefix}:{local}" if prefix else ""


class Rebuilder:
    """Builds parts anew; ``lost`` counts the pieces in them that held words and are left out."""

    def __init__(self, styles: Styles) -> None:
        self.lost = 0
        self._styles = styles

    def rebuilt(self, root: Any, relation: Relation) -> Any:
        """``root`` with what the format knows.

        Raises:
            Refused: it is no part of a Word document, or would lose a drawing of a kind that is not known.
        """
        name = prefixed(root.tag)
        if name not in CHILDREN:
            raise Refused(Refusal.DAMAGED)
        spaces = dict(NAMESPACES)
        spaces.update({PREFIXES[uri]: uri for uri in _spaces_in(root) if uri in PREFIXES})
        del spaces["xml"]
        new = etree.Element(root.tag, nsmap=spaces)
        self._keep_attributes(root, new, name, relation)
        self._keep_inside(root, new, name, relation)
        etree.cleanup_namespaces(new)
        return new

    def _keep_inside(self, old: Any, parent: Any, parent_name: str, relation: Relation) -> None:
        for one in old:
            name = prefixed(one.tag)
            if name in CHILDREN[parent_name]:
                self._keep(one, parent, name, relation)
            elif one.tag == _IN_TWO_WAYS + "AlternateContent":
                self._keep_inside(_way(one), parent, parent_name, relation)
            elif name in _WRAPS:
                self._keep_inside(one, parent, parent_name, relation)
            elif parent_name == "a:graphicData":
                raise Refused(Refusal.DRAWN)
            elif isinstance(one.tag, str):
                self.lost += any((words.text or "").strip() for words in one.iter("{*}t", "{*}delText"))

    def _keep(self, old: Any, parent: Any, name: str, relation: Relation) -> None:
        new = etree.SubElement(parent, old.tag)
        if not self._keep_attributes(old, new, name, relation):
            parent.remove(new)
            return
        if name in _TEXT or (name in _OF_A_PLACE and kept_value(name, "", (old.text or "").strip())):
            new.text = old.text
        self._keep_inside(old, new, name, relation)

    def _keep_attributes(self, old: Any, new: Any, name: str, relation: Relation) -> bool:
        """Returns False where what is left says nothing: the value of the element is left out."""
        prefix, is_whole = name.partition(":")[0], True
        for key, value in old.attrib.items():
            attribute = (prefixed(key) if key.startswith("{") else key).removeprefix(f"{prefix}:")
            kept = self._kept(old, name, attribute, value, relation) if attribute in ATTRIBUTES[name] else None
            if kept is not None:
                new.set(key, kept)
            elif attribute == "val":
                is_whole = False
        return is_whole

    def _kept(self, old: Any, name: str, attribute: str, value: str, relation: Relation) -> str | None:
        if attribute in _POINTS:
            return relation(old, value)
        if (name in _OF_STYLES and attribute == "val") or (name == "w:style" and attribute == "styleId"):
            return self._styles.identity(value)
        if name == "w:name" and prefixed(old.getparent().tag) == "w:style":
            return self._styles.name(next(v for k, v in old.getparent().attrib.items() if k.endswith("}styleId")))
        if attribute == "name" and name in ("a:clrScheme", "a:fontScheme", "a:fmtScheme", "a:theme"):
            return "Theme"
        return kept_value(name, attribute, value)


def _spaces_in(root: Any) -> Iterator[str]:
    return (uri for uri in {str(one.tag).rpartition("}")[0].lstrip("{") for one in root.iter()} if uri)


def _way(one: Any) -> Any:
    """Of what is drawn in several ways the first that can be kept; the last one is for those who know none."""
    for way in one:
        if way.tag == _IN_TWO_WAYS + "Choice":
            spaces = [way.nsmap.get(prefix) for prefix in (way.get("Requires") or "").split()]
            if spaces and all(space in PREFIXES for space in spaces):
                return way
        elif way.tag == _IN_TWO_WAYS + "Fallback":
            return way
    return ()
