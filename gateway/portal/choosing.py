"""What a request can be about: found by words, among the common ones, or down the tree."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from chassis.errors import Unavailable
from contracts.calls.intake import Subject
from contracts.calls.reporting import GetReport, Report
from contracts.writing import folded
from gateway.answers import SubjectNode
from gateway.api.subjects import subjects, tree
from gateway.caller import GATEWAY, Caller
from gateway.texts import text

_MOST_FOUND: Final = 8
_MOST_COMMON: Final = 5
_COMMON_DAYS: Final = 30
#: How long what is common is taken as such, and when it is asked again where nobody answered.
_FRESH_SECONDS: Final = 600.0
_RETRY_SECONDS: Final = 30.0
_HALF_SPACE: Final = "\u200c"


class Choice(NamedTuple):
    """A subject to choose, and what it stands below."""

    id: str
    title: str
    above: str = ""


class Group(NamedTuple):
    """A part of the tree; without a title its subjects stand by themselves."""

    title: str
    choices: list[Choice]


async def known_subjects(caller: Caller) -> list[Subject]:
    """Give the catalogue, as it was last known while intake is away; raises Unavailable."""
    gateway = caller.gateway
    try:
        gateway.last_subjects = await subjects(caller.renewed())
    except Unavailable:
        if not gateway.last_subjects:
            raise
    return gateway.last_subjects


def chosen(catalogue: Sequence[Subject], id_: str, language: str) -> Choice | None:
    """Give an active subject by its id."""
    return next((each for each in every(catalogue, language) if each.id == id_), None)


def groups(catalogue: Sequence[Subject], language: str) -> list[Group]:
    """Give the tree as groups; each group ends with the subject that it is named for."""
    nodes = tree(catalogue, language)
    found = [
        Group(node.title, [*_below(node, ""), Choice(node.id, _rest(node, language))])
        for node in nodes
        if node.children
    ]
    alone = [Choice(node.id, node.title) for node in nodes if not node.children]
    return [*found, Group("", alone)] if alone else found


def every(catalogue: Sequence[Subject], language: str) -> list[Choice]:
    """Give all active subjects in the order of the tree, each with what it stands below."""
    return list(_all(tree(catalogue, language), (), language))


def found(catalogue: Sequence[Subject], words: str, language: str) -> list[Choice]:
    """Give the subjects that words lead to in either language, those named so before others."""
    wanted = _words(words)
    names = {line.id: line for line in catalogue}
    ranked = []
    for place, choice in enumerate(every(catalogue, language)):
        own = _words(*names[choice.id].title.values())
        above = _words(
            *(title for line in _above(names, choice.id) for title in line.title.values())
        )
        if all(_begins(own, word) or _begins(above, word) for word in wanted):
            named = sum(_begins(own, word) for word in wanted)
            ranked.append((-named, place, choice))
    return [choice for _, _, choice in sorted(ranked)[:_MOST_FOUND]]


async def common(caller: Caller, catalogue: Sequence[Subject], language: str) -> list[Choice]:
    """Give what most requests of late were about, the most frequent first; often a little old."""
    gateway = caller.gateway
    now = time.monotonic()
    if now >= gateway.common_until:
        gateway.common_until = now + _RETRY_SECONDS
        ids = await _counted(caller)
        if ids is not None:
            gateway.common_subjects, gateway.common_until = ids, now + _FRESH_SECONDS
    choices = {choice.id: choice for choice in every(catalogue, language)}
    return [choices[each] for each in gateway.common_subjects if each in choices][:_MOST_COMMON]


async def _counted(caller: Caller) -> list[str] | None:
    """Give subjects by how many requests about them ended lately; None without an answer.

    What is shown of it is an order of subjects, which everybody may know.
    """
    today = datetime.now(ZoneInfo(caller.gateway.settings.zone)).date()
    since = today - timedelta(days=_COMMON_DAYS)
    request = GetReport(name="first_contact_resolution", since=since, by="subject")
    ourselves = caller.renewed().acting_as(GATEWAY)
    report = await ourselves.optional("reporting", "report", request, Report)
    if report is None:
        return None
    ranked = sorted(report.rows, key=lambda row: row[1], reverse=True)
    return [str(row[0]) for row in ranked]


def _all(nodes: Iterable[SubjectNode], above: tuple[str, ...], language: str) -> Iterator[Choice]:
    for node in nodes:
        title = _rest(node, language) if node.children else node.title
        yield Choice(node.id, title, " › ".join(above))
        yield from _all(node.children, (*above, node.title), language)


def _below(node: SubjectNode, prefix: str) -> Iterator[Choice]:
    for child in node.children:
        title = f"{prefix}{child.title}"
        yield Choice(child.id, title, node.title)
        yield from _below(child, f"{title} › ")


def _rest(node: SubjectNode, language: str) -> str:
    return text(language, "page.new.other", subject=node.title)


def _above(names: Mapping[str, Subject], id_: str) -> Iterator[Subject]:
    parent = names[id_].parent
    while parent is not None and parent in names:
        yield names[parent]
        parent = names[parent].parent


def _words(*texts: str) -> list[str]:
    return [word for each in texts for word in folded(each).replace(_HALF_SPACE, " ").split()]


def _begins(words: Iterable[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)
