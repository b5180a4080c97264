"""What people are told of an alert: what is wrong and when, and nobody's name (POL-07, POL-26).

It goes through carriers that we do not run, so it holds no child's or parent's name, no purpose, and
no link but that of a page behind the sign-in.
"""

from dataclasses import dataclass

from service.policy.alerting import URGENCY_WORDS, AlertKind, Urgency
from service.policy.duty_rota import Channel


@dataclass(frozen=True)
class Told:
    """One text. The subject is for e-mail."""

    subject: str
    text: str


@dataclass(frozen=True)
class Circumstances:
    """When and where. `session`, `over_since`: times as people say them; empty where there is none."""

    link: str
    opened: str
    session: str = ""
    over_since: str = ""


def told(kind: AlertKind, urgency: Urgency, at: Circumstances, channel: Channel) -> Told:
    """The words for one channel: short for a telephone, whole for a letter."""
    subject = f"{URGENCY_WORDS[urgency]}: {kind.sentence}"
    session = f"Session: {at.session}." if at.session else ""
    over = f"It is over since {at.over_since}." if at.over_since else ""
    if channel is not Channel.EMAIL:
        return Told(subject, " ".join(part for part in (subject, session, over, at.link) if part))
    lines = (
        kind.sentence,
        session,
        f"Opened: {at.opened}.",
        over,
        "",
        "Sign in, look, and say that you are on it. Until somebody does, more people are told.",
        "",
        at.link,
        "",
        "If a child is in danger now, call the emergency services first.",
    )
    text = "\n".join(line for place, line in enumerate(lines) if line or lines[place - 1])
    return Told(subject, f"{text}\n")
