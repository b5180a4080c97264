"""What is wrong with one host account, as far as Graph shows it."""

import secrets
from base64 import b64encode

from integrations.links import segment
from integrations.teams.calls import TeamsCalls
from integrations.teams.protocol import NoAccessPolicy
from integrations.teams.reading import Json, rows, text
from service.errors import ProviderError, ProviderGone, ProviderRefused
from service.ports import Complaint, Weight

_TEAMS_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"
_WORKING = ("Enabled", "Warning")
_SHOWN = "id,accountEnabled,assignedLicenses,assignedPlans"


async def account_complaints(calls: TeamsCalls, account: str) -> tuple[Complaint, ...]:
    """Every complaint about an account: whether it is there, works, is licensed, and ours to use."""
    try:
        user = await calls.read(f"/v1.0/users/{segment(account)}?%24select={segment(_SHOWN)}")
    except ProviderGone:
        return (_say("missing", f"There is no account {account} in the tenant.", Weight.STOPS),)
    except ProviderRefused:
        return (
            _unread(account, "Grant the app User.Read.All, or look"),
            *await _use(calls, account),
        )
    except ProviderError:
        return (_unread(account, "Microsoft did not answer: try again, or look"),)
    return (*_profile(user, account), *await _use(calls, account))


def _profile(user: Json, account: str) -> tuple[Complaint, ...]:
    found = []
    if text(user, "id").lower() != account.lower():
        sentence = (
            f"The account {account} is named by its address. Enter its object id, which Microsoft"
            " Entra shows: meetings can be made by that alone."
        )
        found.append(_say("named_by_address", sentence, Weight.STOPS))
    if user.get("accountEnabled") is False:
        sentence = f"The account {account} is switched off. Enable it, or use another."
        found.append(_say("disabled", sentence, Weight.STOPS))
    if not _has_teams(user):
        sentence = f"The account {account} has no licence with Teams. Assign one."
        found.append(_say("unlicensed", sentence, Weight.STOPS))
    return tuple(found)


def _has_teams(user: Json) -> bool:
    """Whether a plan with Teams works; any licence, where the plans are not shown.

    https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
    """
    if user.get("assignedPlans") is None:
        return bool(rows(user, "assignedLicenses"))
    return any(
        text(plan, "servicePlanId").lower() == _TEAMS_PLAN
        and text(plan, "capabilityStatus") in _WORKING
        for plan in rows(user, "assignedPlans")
    )


async def _use(calls: TeamsCalls, account: str) -> tuple[Complaint, ...]:
    """Asks for a meeting that cannot exist: only who may act for the account is told it is not there.

    https://learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
    """
    thread = f"19:meeting_{secrets.token_hex(16)}@thread.v2"
    made_up = b64encode(f"1*{account}*0**{thread}".encode()).decode()
    try:
        await calls.read(f"/v1.0/users/{segment(account)}/onlineMeetings/{segment(made_up)}")
    except ProviderGone:
        return ()
    except NoAccessPolicy:
        sentence = (
            f"The app may not make meetings for {account}: a Teams administrator must grant the"
            " account an application access policy that names the app. It takes half an hour to work."
        )
        return (_say("no_access_policy", sentence, Weight.STOPS),)
    except ProviderRefused as fault:
        if fault.details.get("status") == 403:
            sentence = (
                f"Microsoft does not let the app read meetings of {account}. Check the permission"
                " OnlineMeetings.ReadWrite.All, the access policy and the Teams licence."
            )
            return (_say("refused", sentence, Weight.STOPS),)
    except ProviderError:
        pass
    sentence = f"Whether the app may make meetings for {account} could not be told. Try again."
    return (_say("use_unknown", sentence, Weight.LOOK),)


def _unread(account: str, what_to_do: str) -> Complaint:
    sentence = f"The account {account} cannot be read. {what_to_do} that it is on and licensed."
    return _say("unread", sentence, Weight.LOOK)


def _say(code: str, sentence: str, weight: Weight) -> Complaint:
    return Complaint(f"teams_account_{code}", sentence, weight)
