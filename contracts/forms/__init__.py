"""Forms as data: what a definition may say, what is wrong with one, and what answers are worth.

The language is shared, the forms are intake's: it keeps and publishes definitions. Who checks
answers asks intake for the published form (`GetForms`), makes it `ready` once, and calls
`answered` for each set of answers. All of it is pure; see docs/adr/0015-forms.md.
"""

from contracts.forms.answering import Filled, answered, fill_in
from contracts.forms.definition import Block, Form
from contracts.forms.readiness import ReadyForm, ready

__all__ = ["Block", "Filled", "Form", "ReadyForm", "answered", "fill_in", "ready"]
