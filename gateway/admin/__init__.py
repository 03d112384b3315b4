"""Administration without code: pages for whoever may change definitions."""

from fastapi import APIRouter

from gateway.admin import entrance
from gateway.admin.forms import history as form_history
from gateway.admin.forms import pages as forms
from gateway.admin.organisation import people, sign_in, subjects, units
from gateway.admin.outside import keys, posts, queues, webhooks
from gateway.admin.rules import history as rule_history
from gateway.admin.rules import pages as rules
from gateway.admin.workflows import history
from gateway.admin.workflows import pages as workflows

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    workflows.router,
    history.router,
    rules.router,
    rule_history.router,
    forms.router,
    form_history.router,
    subjects.router,
    units.router,
    people.router,
    sign_in.router,
    webhooks.router,
    posts.router,
    keys.router,
    queues.router,
)
