"""What the emulators of all providers share: time to hold, and faults to order."""
