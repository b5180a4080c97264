"""Who goes straight in, who may start a call, and who may let others in.

https://learn.microsoft.com/graph/api/resources/lobbybypasssettings
"""

from integrations.teams.emulator.state import Meeting, Person, State

_MEMBERS_PASS = ("organization", "organizationAndFederated", "organizationExcludingGuests")
_LEADS = ("organizer", "coorganizer")


def passes(state: State, meeting: Meeting, person: Person) -> bool:
    """Whether this person skips the lobby, by its scope as it is now.

    That co-organisers skip the scope `organizer` is what Teams' own pages say; nobody has settled
    it for meetings made through Graph, hence the switch.
    """
    scope, role = meeting.settings["lobbyBypassSettings"]["scope"], meeting.role_of(person)
    if role == "organizer" or scope == "everyone":
        return True
    if role == "coorganizer" and state.options.coorganizers_pass_lobby:
        return True
    if scope == "invited":
        return any(one["user_id"] == person.user_id != "" for one in meeting.attendees)
    return scope in _MEMBERS_PASS and bool(person.user_id)


def may_start(meeting: Meeting, person: Person) -> bool:
    """Whether a call may begin with this person: not with one who is not signed in."""
    return meeting.call is not None or bool(person.user_id)


def may_admit(meeting: Meeting, person: Person) -> bool:
    """Whether this person, inside, sees those who wait and may let them in."""
    role = meeting.role_of(person)
    if person.place != "inside":
        return False
    if role in _LEADS:
        return True
    presenters_may = meeting.settings["allowedLobbyAdmitters"].endswith("Presenters")
    return presenters_may and is_presenter(meeting, person)


def is_lead(meeting: Meeting, person: Person) -> bool:
    """Whether this person may end the meeting for everyone."""
    return person.place == "inside" and meeting.role_of(person) in _LEADS


def is_presenter(meeting: Meeting, person: Person) -> bool:
    """Whether this person presents, by role or because the meeting lets them."""
    role = meeting.role_of(person)
    if role in (*_LEADS, "presenter"):
        return True
    allowed = meeting.settings["allowedPresenters"]
    return allowed == "everyone" or (allowed == "organization" and bool(person.user_id))
