"""What Microsoft's published limits leave us to ask for.

https://learn.microsoft.com/graph/throttling-limits (cloud communications)
Of what this service does, only the making of meetings has a limit of its own that it could reach.
"""

from datetime import timedelta

from service.ports import Draw

MEETINGS_A_MONTH = 2000
_MOST_DAYS_TOUCHED = 32


def draws_for_meeting(host_account: str) -> tuple[Draw, ...]:
    """What making one meeting on an account takes from the 2,000 that a user may make each month.

    Whether that is a calendar month or any thirty-one days is not published. A day's share of the
    32 days that any such time can touch keeps within it by either reading, and is more than one
    room can be used in a day.
    """
    share = MEETINGS_A_MONTH // _MOST_DAYS_TOUCHED
    return (Draw(f"teams:meetings:{host_account}", share, timedelta(days=1)),)
