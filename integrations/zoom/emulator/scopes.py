"""The granular scope of each call, in the admin form that a Server-to-Server app is granted.

https://developers.zoom.us/docs/integrations/oauth-scopes-granular/
"""

SCOPES = {
    "list_users": "user:read:list_users:admin",
    "read_user": "user:read:user:admin",
    "read_settings": "user:read:settings:admin",
    "create_meeting": "meeting:write:meeting:admin",
    "list_meetings": "meeting:read:list_meetings:admin",
    "list_upcoming": "meeting:read:list_upcoming_meetings:admin",
    "read_meeting": "meeting:read:meeting:admin",
    "update_meeting": "meeting:update:meeting:admin",
    "delete_meeting": "meeting:delete:meeting:admin",
    "update_status": "meeting:update:status:admin",
    "add_registrant": "meeting:write:registrant:admin",
    "add_registrants": "meeting:write:batch_registrants:admin",
    "list_registrants": "meeting:read:list_registrants:admin",
    "read_registrant": "meeting:read:registrant:admin",
    "update_registrants": "meeting:update:registrant_status:admin",
    "delete_registrant": "meeting:delete:registrant:admin",
    "control_meeting": "meeting:update:in_meeting_controls:admin",
    "list_inside": "dashboard:read:list_meeting_participants:admin",
    "read_past_meeting": "meeting:read:past_meeting:admin",
    "list_past_instances": "meeting:read:list_past_instances:admin",
    "list_past_participants": "meeting:read:list_past_participants:admin",
    "report_meeting": "report:read:meeting:admin",
    "report_participants": "report:read:list_meeting_participants:admin",
    "report_user": "report:read:user:admin",
    "read_locks": "account:read:lock_settings:admin",
    "read_account": "account:read:settings:admin",
}

# An organisation may hold these back: they show the whole account.
ACCOUNT_SCOPES = (SCOPES["read_locks"], SCOPES["read_account"])
ALL_SCOPES = tuple(scope for scope in SCOPES.values() if scope not in ACCOUNT_SCOPES)
