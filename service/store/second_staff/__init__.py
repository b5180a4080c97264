"""Who is second staff of a session."""
