"""Every sentence that a page may show: those of the templates, and those of rules and workflows."""

import ast
from collections.abc import Iterator

from service.policy.alerting import KINDS, UNKNOWN_SENTENCE, URGENCY_WORDS
from service.policy.call_down import TO_ANYBODY_ELSE, WHAT_TO_SAY
from service.policy.consent_wording import (
    CHILD_WORDING,
    CHILD_WORDING_VISITING,
    OWN_WORDING,
    OWN_WORDING_VISITING,
    WORDING,
    WORDING_VISITING,
)
from service.policy.organisation import EMERGENCY, INDEPENDENT
from service.policy.rules import RULES
from service.web.board import words
from service.web.pages import devices, errors
from service.web.pages.rendering import WEB, environment
from service.workflows.families.rehearsing import NOT_BOOKED
from service.workflows.inspection.showing import IN_PLAIN_WORDS

SERVICE = WEB.parent
SPEAKING = (
    "policy/admission.py",
    "policy/family_rules.py",
    "policy/rules.py",
    "policy/staff_rules.py",
    "workflows/staff/acknowledging.py",
    "workflows/alerts/alerting.py",
    "workflows/inspection/attesting.py",
    "workflows/watch/calling_down.py",
    "workflows/second_staff/calling_second_staff.py",
    "workflows/concerns/concerns.py",
    "workflows/consents/consent.py",
    "workflows/families/deputising.py",
    "workflows/attending/door.py",
    "workflows/second_staff/eligible.py",
    "workflows/attending/leaving.py",
    "workflows/concerns/handling.py",
    "workflows/families/links.py",
    "workflows/sessions/moving.py",
    "workflows/meetings/outage.py",
    "workflows/attending/presence.py",
    "workflows/attending/promising.py",
    "workflows/attending/slips.py",
    "workflows/second_staff/staffing.py",
    "workflows/attending/tapping.py",
    "workflows/consents/taking_down.py",
    "workflows/consents/teaching.py",
    "workflows/watch/watching.py",
    "workflows/who_may.py",
    "web/forms.py",
    "web/pages/concern.py",
    "web/pages/concern_form.py",
    "web/pages/consent.py",
    "web/pages/deeds.py",
    "web/pages/parent.py",
    "web/board/call_down.py",
    "web/board/room.py",
    "web/pages/session.py",
    "web/pages/staff.py",
    "web/pages/staff_concerns.py",
    "web/pages/staff_policy.py",
    "web/pages/staff_providers.py",
)
"""Modules whose refusals and waits reach a page."""

CALLS = {
    "Wait", "Shortcoming", "Conflict", "InvalidInput", "NotAllowed", "NotFound", "NotClear",
    "NotReady", "NotSignedIn", "TooMany", "IllegalMove", "NobodyEligible", "of", "ticked", "partial",
}  # fmt: skip


def of_templates() -> Iterator[str]:
    """What the templates say themselves."""
    for path in sorted((WEB / "templates").glob("*.html")):
        extract = environment("en").extract_translations  # type: ignore[attr-defined]
        for _, _, said in extract(path.read_text("utf-8")):
            yield said if isinstance(said, str) else said[0]


def of_code() -> Iterator[str]:
    """What rules, workflows and readers of forms say; also what every error says by default."""
    for name in SPEAKING:
        yield from _spoken(ast.parse((SERVICE / name).read_text("utf-8")))
    yield from _constants(ast.parse((SERVICE / "errors.py").read_text("utf-8")))
    yield from (*errors.TITLES.values(), errors.OTHER_TITLE, errors.NOTHING_HERE)
    yield from (*WHAT_TO_SAY.values(), TO_ANYBODY_ELSE)
    yield from WORDING.values()
    yield from OWN_WORDING.values()
    yield from (WORDING_VISITING, OWN_WORDING_VISITING, CHILD_WORDING_VISITING, CHILD_WORDING)
    yield from (plain.sentence for plain in IN_PLAIN_WORDS)
    yield from (rule.lifted_by for rule in RULES)
    yield devices.OPENS_NOTHING
    yield from (who for who, _ in EMERGENCY)
    yield INDEPENDENT
    yield from (*words.PLACES.values(), *words.STANDINGS.values(), *words.STATES.values())
    yield from NOT_BOOKED
    yield from (
        *URGENCY_WORDS.values(),
        *(kind.sentence for kind in KINDS.values()),
        UNKNOWN_SENTENCE,
    )
    yield from OF_DAMAGED_FORMS


OF_DAMAGED_FORMS = (
    "Send the form as it is on the page.",
    "The form is damaged.",
    "The body did not arrive in time.",
    "The body is damaged.",
    "Something went wrong on our side. Quote the request id when you report it.",
    "This address does not take this method.",
)
"""From modules that mostly speak to programs."""


def _spoken(tree: ast.Module) -> Iterator[str]:
    yield from _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in CALLS:
            yield from (text for text in map(_text, node.args) if _is_sentence(text))


def _constants(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_sentence(_text(node.value)):
            yield _text(node.value)


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_sentence(text: str) -> bool:
    return text.endswith(".") and " " in text
