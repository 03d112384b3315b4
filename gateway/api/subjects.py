"""What can be asked: the subject catalogue as a tree."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Response

from contracts.calls.base import Nothing
from contracts.calls.intake import Subject
from gateway.access import Anyone
from gateway.answers import SubjectNode, answered, gives
from gateway.caller import Caller
from gateway.directory import title_of
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/subjects", tags=["subjects"], route_class=StrictRoute)


@router.get(
    "",
    operation_id="list_subjects",
    summary="The subject catalogue",
    responses=gives(list[SubjectNode]),
)
async def list_subjects(caller: Anyone) -> Response:
    """Give the active subjects as a tree, titled in the reader's language."""
    return answered(tree(await subjects(caller), caller.language))


async def subjects(caller: Caller) -> list[Subject]:
    """Give the whole catalogue, the inactive included."""
    return await caller.query("intake", "subjects", Nothing(), list[Subject])


def tree(catalogue: Iterable[Subject], language: str) -> list[SubjectNode]:
    """Give the active subjects below their parents, in the catalogue's order."""
    active = [subject for subject in catalogue if subject.active]
    known = {subject.id for subject in active}
    children: dict[str | None, list[Subject]] = {}
    for subject in active:
        parent = subject.parent if subject.parent in known else None
        # Below an inactive parent a subject is hidden with it.
        if subject.parent is None or parent is not None:
            children.setdefault(parent, []).append(subject)

    def below(parent: str | None) -> list[SubjectNode]:
        return [
            SubjectNode(
                id=subject.id,
                title=title_of(subject, language),
                kind=subject.kind,
                form=subject.form,
                children=below(subject.id),
            )
            for subject in children.get(parent, ())
        ]

    return below(None)
