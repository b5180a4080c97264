"""A new meeting: its identifiers, its links, its passcode.

https://learn.microsoft.com/graph/api/application-post-onlinemeetings
"""

import json
import re
import string
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from integrations.teams.emulator import attendees, fields
from integrations.teams.emulator.state import ApiError, Meeting, State

Json = dict[str, Any]

MICROSOFT = "https://teams.microsoft.com"
LIVES_FOR = timedelta(days=60)
_PASSCODE_LENGTH = 8


def make_meeting(
    state: State, organiser_id: str, body: Json, times: tuple[datetime, datetime], origin: str
) -> Meeting:
    """Check and keep one new meeting, without a passcode. The caller has settled the times."""
    spend(state, organiser_id)
    settings = fields.stated(body, fields.defaults())
    listed = attendees.listed(state, body, settings, organiser_id, [])
    thread = _thread_id(state)
    now = state.clock.now()
    meeting = Meeting(
        meeting_id=_meeting_id(organiser_id, thread),
        thread_id=thread,
        organiser_id=organiser_id,
        join_url=_join_url(state, organiser_id, thread, origin),
        join_meeting_id=state.new_digits(14),
        passcode=None,
        subject=str(body.get("subject") or ""),
        starts_at=times[0],
        ends_at=times[1],
        expires_at=max(now, times[1]) + LIVES_FOR,
        created_at=now,
        settings=settings,
        attendees=listed,
    )
    state.keep(meeting)
    return meeting


def spend(state: State, organiser_id: str) -> None:
    """So many meetings per user and calendar month.

    https://learn.microsoft.com/graph/throttling-limits
    """
    month = (organiser_id, state.clock.now().strftime("%Y-%m"))
    if state.made.get(month, 0) >= state.options.meetings_per_month:
        raise ApiError(429, "TooManyRequests", "Too many meetings were created by this user.")
    state.made[month] = state.made.get(month, 0) + 1


def wants_passcode(body: Json) -> bool:
    """Whether a passcode is asked for. Its text is never the caller's to choose."""
    wish = body.get("joinMeetingIdSettings")
    if wish is not None and not isinstance(wish, dict):
        raise fields.bad("Property 'joinMeetingIdSettings' is not an object.")
    flag = (wish or {}).get("isPasscodeRequired", False)
    if not isinstance(flag, bool):
        raise fields.bad("Cannot convert the value of 'isPasscodeRequired' to a Boolean.")
    return flag


def new_passcode(state: State) -> str:
    """Eight letters and digits, with both cases and a digit among them."""
    alphabets = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
    chosen = [state.random.choice(one) for one in alphabets]
    chosen += state.random.choices("".join(alphabets), k=_PASSCODE_LENGTH - len(chosen))
    state.random.shuffle(chosen)
    return "".join(chosen)


def _thread_id(state: State) -> str:
    return f"19:meeting_{b64encode(state.new_guid().encode()).decode().rstrip('=')}@thread.v2"


def _meeting_id(organiser_id: str, thread_id: str) -> str:
    return b64encode(f"1*{organiser_id}*0**{thread_id}".encode()).decode()


def _join_url(state: State, organiser_id: str, thread_id: str, origin: str) -> str:
    """The long form, with its escapes in lower case."""
    context = {"Tid": state.settings.tenant_id, "Oid": organiser_id}
    path = f"{_escaped(thread_id)}/0?context={_escaped(json.dumps(context, separators=(',', ':')))}"
    base = origin if state.settings.links_open_here else MICROSOFT
    return f"{base}/l/meetup-join/{path}"


def _escaped(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quote(text, safe=""))
