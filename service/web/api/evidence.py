"""What was seen of staff: who is checked, trained and has acknowledged the policy (POL-13, 30)."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from service.policy.people import StaffId
from service.policy.staff import CheckScheme, Evidence, EvidenceKind
from service.web.api.outcome import created, done
from service.web.api.shapes import Made, Words
from service.web.api.who import OFFICE, STAFF
from service.web.bodies import Body, View, wrong
from service.web.routes import Answer, Call, Route
from service.workflows.staff import evidence

CheckNumber = Annotated[SecretStr, Field(min_length=4, max_length=40)]


class EvidenceBody(Body):
    """Something seen: a check, a training, or that somebody acknowledged a version of the policy."""

    kind: EvidenceKind
    seen_on: date
    trusted_until: date | None = None
    policy_version: Annotated[str, Field(max_length=40)] | None = None
    scheme: CheckScheme | None = Field(
        default=None, description="By which scheme a background check was made."
    )
    number: CheckNumber | None = Field(
        default=None, description="A check's number: a digest is kept, never the number."
    )

    @model_validator(mode="after")
    def _names_a_version_or_not(self) -> Self:
        acknowledges = self.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
        if acknowledges != (self.policy_version is not None):
            raise wrong("version_mismatch", "An acknowledgement, and only that, names a version.")
        is_check = self.kind is EvidenceKind.BACKGROUND_CHECK
        if not is_check and (self.scheme is not None or self.number is not None):
            raise wrong("not_a_check", "Only a background check has a scheme and a number.")
        return self


class InvalidationBody(Body):
    """Why a thing seen counts no more."""

    reason: Words


class EvidenceView(View):
    """One thing seen."""

    evidence_id: str
    kind: EvidenceKind
    seen_on: date
    trusted_until: date | None
    policy_version: str | None
    scheme: CheckScheme | None
    invalidated: bool = Field(description="It was found not right, and counts no more.")


def evidence_view(item: Evidence) -> EvidenceView:
    """One thing seen, as the register shows it."""
    return EvidenceView(
        evidence_id=item.evidence_id,
        kind=item.kind,
        seen_on=item.seen_on,
        trusted_until=item.trusted_until,
        policy_version=item.policy_version,
        scheme=item.scheme,
        invalidated=item.invalidated,
    )


async def vouch(call: Call[EvidenceBody]) -> Answer:
    """Append evidence that the person who is signed in has seen. Tutors and second staff may acknowledge
    the policy for themselves, and nothing else."""
    body = call.body
    item = Evidence(body.kind, body.seen_on, body.trusted_until, body.policy_version, body.scheme)
    command = evidence.AddEvidence(StaffId(call.path["staff_id"]), item, body.number)
    return Answer(201, Made(id=await created(call, evidence.add_evidence, command)))


async def invalidate(call: Call[InvalidationBody]) -> Answer:
    """Say that one thing seen counts no more, with effect at once. No If-Match: what is safer never
    waits."""
    command = evidence.InvalidateEvidence(
        StaffId(call.path["staff_id"]), call.path["evidence_id"], call.body.reason
    )
    await done(call, evidence.invalidate_evidence, command)
    return Answer(204)


ALL = "/v1/staff/{staff_id}/evidence"

ROUTES = (
    Route("POST", ALL, vouch, summary="Add evidence", tag="staff", roles=OFFICE | STAFF,
          body=EvidenceBody, answers={201: Made}, creates=True, clauses=("POL-13", "POL-30")),
    Route("POST", ALL + "/{evidence_id}/invalidation", invalidate, tag="staff",
          summary="Say that a thing seen counts no more", roles=OFFICE, body=InvalidationBody,
          answers={204: None}, clauses=("POL-13", "POL-30")),
)  # fmt: skip
