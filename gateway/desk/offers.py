"""What may be done to a ticket now, as its page offers it: one large button, tabs, a menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from contracts.calls.routing import TicketView
from gateway.desk.action_forms import NOT_HERE, needs_nothing
from gateway.filled import worded
from gateway.texts import has, text

#: What is done most, in the order of the tabs.
_TABS: Final = ("answer", "ask", "note", "log-work", "refer", "escalate", "assign")
#: What a ticket waits for somebody to do; the first of them that is allowed is the large button.
_FIRST: Final = (
    "answer-question",
    "take-task",
    "finish-task",
    "claim",
    "return",
    "approve",
    "done",
    "resume",
    "finish",
)
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "work": ("claim", "resume", "take-task", "give-task", "finish-task", "refuse-task", "recall"),
    "pass": ("return", "ask-unit", "answer-question", "tell-partner", "hand-off"),
    "settle": (
        "done",
        "finish",
        "approve",
        "refuse",
        "send-back",
        "decline",
        "withdraw",
        "reopen",
    ),
    "order": ("prioritise", "tag", "split", "link", "unlink", "attach", "detach", "merge"),
    "mine": ("follow", "unfollow", "snooze", "wake"),
}
#: Offered beside what they concern, not in the menu.
_ELSEWHERE: Final = frozenset({"take-question-back", "chase"})


class Offer(NamedTuple):
    """An action that may be done now."""

    action: str
    title: str
    #: Done by its button alone.
    at_once: bool


class Offers(NamedTuple):
    """All that may be done, each once."""

    primary: Offer | None
    tabs: list[Offer]
    #: By group; the workflow's own come first.
    menu: list[tuple[str, list[Offer]]]


def offers_of(view: TicketView, language: str, *, can_split: object) -> dict[str, Offer]:
    """Give what the caller may do now, by action."""
    actions = [action for action in view.actions if action not in NOT_HERE]
    if can_split and view.state not in {"merged", "withdrawn"}:
        actions.append("split")
    return {
        action: Offer(
            action,
            title_of(action, view, language),
            needs_nothing(action) and action not in view.forms,
        )
        for action in actions
    }


def title_of(action: str, view: TicketView, language: str) -> str:
    """Give what an action is called: by its workflow, or here."""
    own = view.action_titles.get(action)
    if own:
        return worded(own, language)
    key = f"ticket.action.{action}"
    return text(language, key) if has(key) else action


def arranged(offers: Mapping[str, Offer]) -> Offers:
    """Give each offer its place."""
    primary = next((offers[each] for each in _FIRST if each in offers), None)
    tabs = [offers[each] for each in _TABS if each in offers]
    placed = {*_TABS, *_ELSEWHERE, *(each for group in _GROUPS.values() for each in group)}
    own = [offer for action, offer in offers.items() if action not in placed]
    menu = [
        (name, found)
        for name, group in _GROUPS.items()
        if (found := [offers[each] for each in group if each in offers])
    ]
    return Offers(primary, tabs, [("own", own), *menu] if own else menu)
