"""The ledger of consents, and the policy they are about."""
