"""Chaperone. Zone data comes from the `tzdata` package alone, never from the machine it runs on, so that
every part of every replica agrees on when clocks change (pitfall 35)."""

import zoneinfo

zoneinfo.reset_tzpath(())
