"""The only texts that ever go out: reviewed templates, filled with neutral words (POL-24).

Subjects name neither child nor lesson (pitfall 70). Ordinary messages wait for the organisation's
hours; messages about today's session and safeguarding alerts do not (POL-23). Every text is a
message id: translations replace the sentence, never the meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.policy.organisation import Organisation, next_opening


@dataclass(frozen=True)
class Template:
    """One reviewed text. `on_the_day` ones are sent at once, at any hour."""

    name: str
    subject: str
    text: str
    on_the_day: bool = False


TEMPLATES: Mapping[str, Template] = {
    template.name: template
    for template in (
        Template(
            "consent_request",
            "Your permission is needed",
            "Hello {parent},\n\n"
            "{organisation} would like to teach {child} by video. We need your permission first.\n"
            "Please read what it means and answer on your personal page:\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "agreement_request",
            "Please agree to our new policy",
            "Hello {parent},\n\n"
            "{organisation} has a new online safety policy. Sessions for {child} can go on once you "
            "have read it and agreed to it. Please answer on your personal page:\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "visits_request",
            "Please agree to how sessions are supervised",
            "Hello {parent},\n\n"
            "at {organisation} a second member of staff may from now on visit several sessions in turn, "
            "instead of staying in one. Such sessions for {child} can only take place if you and the "
            "child agree to it. Please read what it means and answer on your personal page:\n\n"
            "{link}\n\n"
            "If you do not agree, you need do nothing: sessions in which they stay go on as before. "
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "placement_changed",
            "Your decision is needed",
            "Hello {parent},\n\n"
            "we were told that {child} lives elsewhere now. What was agreed for the old home does not "
            "count any more, and no session takes place until you have answered.\n"
            "Please tell us on your personal page who may be present now, and telephone us about what "
            "you delegate to the new carers ({phone}):\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on.\n",
        ),
        Template(
            "address_changed",
            "Your personal page",
            "Hello {parent},\n\n"
            "{organisation} has a new mail address of yours. The personal pages that we sent to the old one "
            "open no more. On this page you can read what you told us about {child}, answer, and change "
            "your mind:\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "pledge_request",
            "A session needs your promise",
            "Hello {parent},\n\n"
            "a video session for {child} is planned for {when}.\nPurpose: {purpose}\n"
            "It can only take place if you promise to be present. Please answer on your personal "
            "page, and use the same page on the day to say that you are there:\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "consent_reminder",
            "Your permission is still needed",
            "Hello {parent},\n\n"
            "a video session for {child} is planned for {when}.\nPurpose: {purpose}\n"
            "We cannot hold it without your permission, and have not heard from you yet. Please read "
            "what it means and answer on your personal page. We keep the time free until {until}."
            "\n\n{link}\n\n"
            "You may also say no there. The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "promise_reminder",
            "A session still needs your promise",
            "Hello {parent},\n\n"
            "a video session for {child} is planned for {when}.\nPurpose: {purpose}\n"
            "It can only take place if you promise to be present, and we have not heard from you yet. "
            "Please answer on your personal page, for this session and for any other that it lists. "
            "We keep the time free until {until}.\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "session_moved",
            "A session has changed",
            "Hello {parent},\n\n"
            "a video session for {child} has changed.\nBefore: {before}\nNow: {when}\n"
            "Purpose: {purpose}\n"
            "A promise for the session as it was does not count any more. Please answer anew on your "
            "personal page:\n\n{link}\n\nYou can also telephone us: {phone}.\n",
            on_the_day=True,
        ),
        Template(
            "tutor_changed",
            "Another tutor for a session",
            "Hello {parent},\n\n"
            "the video session for {child} on {when} will be taught by {tutor}.\n"
            "Purpose: {purpose}\n"
            "If you promised to be present, your promise stands. If you do not want this, you can "
            "take it back on your personal page, without a reason:\n\n{link}\n\n"
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "series_request",
            "Sessions need your promise",
            "Hello {parent},\n\n"
            "video sessions for {child} are planned each week:\n\n{occasions}\n\n"
            "Each can only take place if you promise to be present. On your personal page you can "
            "promise for several of them at once, and leave out those for which you cannot be "
            "there:\n\n{link}\n\n"
            "Before each session you get a page of its own, to say on the day that you are there. "
            "The pages are for you alone: please do not pass them on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "session_coming",
            "A session is coming",
            "Hello {parent},\n\n"
            "a video session for {child} is planned for {when}.\nPurpose: {purpose}\n"
            "Please use this page on the day to say that you are there. If you have not promised to "
            "be present yet, or cannot be there after all, say so on the same page:\n\n{link}\n\n"
            "The page is for you alone: please do not pass it on. "
            "You can also telephone us: {phone}.\n",
        ),
        Template(
            "session_off",
            "A session does not take place",
            "Hello {parent},\n\n"
            "the video session for {child} planned for {when} does not take place.\n"
            "Please do not accept any other link for it. "
            "If you have a question, telephone us: {phone}.\n",
            on_the_day=True,
        ),
        Template(
            "session_ended",
            "A session was ended early",
            "Hello {parent},\n\n"
            "our safeguarding lead ended the video session for {child} on {when} before its time. "
            "{why}\nPlease do not accept any other link for it. "
            "If you have a question or are worried, telephone us: {phone}.\n",
            on_the_day=True,
        ),
        Template(
            "session_cut_short",
            "A session was ended early",
            "Hello {parent},\n\n"
            "the video session for {child} on {when} was ended before its time, as something that has "
            "to be so during every session was not so any more.\n"
            "Please close the call on every device, and do not accept any other link for it. "
            "If you have a question or are worried, telephone us: {phone}.\n",
            on_the_day=True,
        ),
        Template(
            "provider_out",
            "A session does not take place",
            "Hello {parent},\n\n"
            "the video session for {child} planned for {when} does not take place: the video service "
            "is out of order.\n"
            "Please do not accept any other link for it, whoever sends it. We never use a "
            "personal account or another service instead.\n"
            "If you have a question, telephone us: {phone}.\n",
            on_the_day=True,
        ),
        Template(
            "sessions_off",
            "Sessions do not take place",
            "Hello {parent},\n\n"
            "these video sessions for {child} do not take place:\n\n{occasions}\n\n"
            "Please do not accept any other link for them. "
            "If you have a question, telephone us: {phone}.\n",
            on_the_day=True,
        ),
        Template(
            "word_taken_down",
            "What we noted after speaking with you",
            "Hello {parent},\n\n"
            "we noted that you said: {word}.\nIf that is not right, please say so on your personal "
            "page or telephone us at once: {phone}.\n\n{link}\n",
            on_the_day=True,
        ),
        Template(
            "paper_noted",
            "What we noted from your form",
            "Hello {parent},\n\n"
            "we put a form that you signed for {child} on record: {word}.\nIf that is not right, please "
            "say so on your personal page or telephone us at once: {phone}.\n\n{link}\n",
        ),
        Template(
            "word_received",
            "We received what you told us",
            "Hello {parent},\n\n"
            "thank you for what you told us. A named person has read it and looks after it. More is on "
            "the page where you wrote to us, and you can add to it there.\n"
            "If a child is in danger now, call the emergency services. "
            "If you have a question, telephone us: {phone}.\n",
        ),
        Template(
            "statement_request",
            "Was everything as it should be?",
            "Hello {parent},\n\n"
            "a video session for {child} has ended ({when}). "
            "Please tell us on your personal page whether it took place as agreed:\n\n{link}\n\n"
            "You can also telephone us: {phone}.\n",
            on_the_day=True,
        ),
    )
}


def may_go_from(
    organisation: Organisation, template: Template, starts_at: datetime | None, instant: datetime
) -> datetime:
    """The first instant from the given one on at which a message to a family may go out (POL-23).

    Asked when it is written, and again before it is handed over: the hours may be over by then.
    `starts_at` is the start of the session that it is about.
    """
    today = organisation.local_day(instant)
    if template.on_the_day or (
        starts_at is not None and organisation.local_day(starts_at) == today
    ):
        return instant
    return next_opening(organisation, instant)
