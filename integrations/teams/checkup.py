"""Looks whether a Microsoft 365 tenant is set up as this service needs it. Changes nothing.

What Graph does not show (meeting policies) is said as something to look at.
"""

from collections.abc import Iterator

import jwt

from integrations.teams.calls import TeamsCalls
from integrations.teams.certificates import certificate_complaints
from integrations.teams.credentials import ClientCertificate, ClientSecret
from integrations.teams.host_checks import account_complaints
from integrations.teams.sealed import EncryptionKey
from integrations.teams.tokens import SignInRefused, TeamsTokens, Token
from service.errors import ProviderError
from service.ports import Checkup, Complaint, Weight

# https://learn.microsoft.com/graph/permissions-reference
_ROLES = {
    "OnlineMeetings.ReadWrite.All": ("make meetings", Weight.STOPS),
    "OnlineMeetingArtifact.Read.All": ("read who attended", Weight.WRONG),
    "CallRecords.Read.All": ("notice calls on these accounts that it did not make", Weight.WRONG),
}

_UNREACHABLE = Complaint(
    "teams_unreachable",
    "Microsoft's sign-in cannot be reached from here. Check the network, and try again.",
    Weight.STOPS,
)

_OPAQUE = Complaint(
    "teams_permissions",
    "What our app may do cannot be read. Look in Microsoft Entra that it holds the permissions"
    f" {', '.join(_ROLES)}.",
    Weight.LOOK,
)

# https://learn.microsoft.com/powershell/module/microsoftteams/set-csteamsmeetingpolicy
_NOT_SHOWN = (
    Complaint(
        "teams_attendance_policy",
        "Microsoft does not show whether attendance reports are on. In Teams PowerShell, set"
        " AllowEngagementReport to ForceEnabled in the meeting policy of every host account.",
        Weight.LOOK,
    ),
    Complaint(
        "teams_anonymous_join",
        "Microsoft does not show whether people without an account may join. Families have none:"
        " in the Teams admin centre, let them join, and do not let them start a meeting.",
        Weight.LOOK,
    ),
    Complaint(
        "teams_hook",
        "Whether Microsoft can reach this service's hook cannot be tried from here. It must be"
        " open to the internet under https, or no call can be watched.",
        Weight.LOOK,
    ),
)


class TeamsCheckup(Checkup):
    """Checks sign-in, permissions, certificates and each host account."""

    def __init__(
        self,
        calls: TeamsCalls,
        tokens: TeamsTokens,
        *,
        credential: ClientSecret | ClientCertificate,
        certificates: tuple[EncryptionKey, ...],
    ) -> None:
        self._calls = calls
        self._tokens = tokens
        self._credential = credential
        self._certificates = certificates

    async def check(self, accounts: tuple[str, ...]) -> tuple[Complaint, ...]:
        """See `Checkup.check`."""
        found = certificate_complaints(self._credential, self._certificates, self._calls.now())
        try:
            token = await self._tokens.token()
        except SignInRefused as fault:
            return (*found, Complaint("teams_sign_in", fault.sentence, Weight.STOPS))
        except ProviderError:
            return (*found, _UNREACHABLE)
        found += tuple(_missing(token))
        for account in accounts:
            found += await account_complaints(self._calls, account)
        # Said to whoever asks about accounts, and not again every hour.
        return found + (_NOT_SHOWN if accounts else ())


def _missing(token: Token) -> Iterator[Complaint]:
    """The permissions that the token lacks.

    Read without a check of the signature, here alone: Microsoft itself handed it to us, it is
    not meant for us to verify, and nothing is decided by it but what an administrator is told.
    """
    try:
        claims = jwt.decode(token.value.get_secret_value(), options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        yield _OPAQUE
        return
    granted = claims.get("roles")
    if not isinstance(granted, list):
        granted = []
    for role, (purpose, weight) in _ROLES.items():
        if role not in granted:
            sentence = f"The app may not {purpose}: an administrator must grant it {role}."
            yield Complaint("teams_permission_missing", sentence, weight)
