"""Stories in a room: what the provider tells, the picture it folds into, and what the watch says then."""

from dataclasses import dataclass

BOTH = ("zoom", "teams")
ALL_IN = "-60 call starts; -60 host in; -30 tutor in; 20 child in"


@dataclass(frozen=True)
class Sequence:
    """One story. `at` is the second at which the watch looks; `picture` says who is in (with how many
    devices if more than one), waits, or was in and is gone; `alerts` is what stands then."""

    name: str
    told: str
    at: int
    picture: str
    alerts: str = ""
    providers: tuple[str, ...] = BOTH
    sighted: bool = True
    tutor_let_in: bool = True
    visiting: bool = False


ZOOM = ("zoom",)
TEAMS = ("teams",)

SEQUENCES = (
    # --- as it should be ------------------------------------------------------------------------------
    Sequence("everybody is there", ALL_IN, 100, "host in, tutor in, child in"),
    Sequence("a lost started", "-60 host in; -30 tutor in; 20 child in", 100,
             "host in, tutor in, child in"),
    Sequence("the child comes first and is let in when second staff are",
             "-90 child waits; -60 host in; -50 tutor in; 10 child let in", 100,
             "host in, tutor in, child in"),
    Sequence("a rejoin within a second", f"{ALL_IN}; 300 child drops; 301 child@2 in", 400,
             "host in, tutor in, child in"),
    Sequence("second staff rejoin at once", f"{ALL_IN}; 300 host drops; 301 host@2 in", 400,
             "host in, tutor in, child in"),
    Sequence("a child on two devices", f"{ALL_IN}; 60 child@2 in", 100,
             "host in, tutor in, child in on 2"),
    Sequence("a child leaves one of two devices", f"{ALL_IN}; 60 child@2 in; 80 child out", 100,
             "host in, tutor in, child in"),
    Sequence("second staff come with a second device and leave with the first",
             f"{ALL_IN}; 200 host@2 in; 210 host out", 300, "host in, tutor in, child in"),
    Sequence("the family goes and nobody is left uncovered", f"{ALL_IN}; 600 child out; 700 host out",
             800, "host gone, tutor in, child gone"),
    Sequence("the call ends and no left comes", f"{ALL_IN}; 2000 call ends", 2010,
             "host gone, tutor gone, child gone"),
    Sequence("everybody leaves and then the call ends",
             f"{ALL_IN}; 2000 child out; 2001 tutor out; 2002 host out; 2003 call ends", 2010,
             "host gone, tutor gone, child gone"),
    Sequence("a second call under the same name",
             f"{ALL_IN}; 600 call ends; 610 call starts; 611 host@2 in; 612 child@2 in", 700,
             "host in, tutor gone, child in"),
    Sequence("a late ended of the first call", f"{ALL_IN}; 100 call ends; 120 host@2 in; 130 tutor@2 in",
             200, "host in, tutor in, child gone"),
    Sequence("a left without its joined", "-60 host in; -30 tutor in; 20 child in; 40 sibling out", 100,
             "host in, tutor in, child in"),
    # --- second staff -----------------------------------------------------------------------------------
    Sequence("second staff leave and the tutor stays", f"{ALL_IN}; 300 host out", 310,
             "host gone, tutor in, child in", "child_with_tutor_alone"),
    Sequence("second staff drop out", f"{ALL_IN}; 300 host drops", 310,
             "host gone, tutor in, child in", "child_with_tutor_alone"),
    Sequence("second staff leave and the tutor was never there",
             "-60 host in; 20 child in; 240 host out", 250, "host gone, child in",
             "second_staff_missing", tutor_let_in=False),
    Sequence("second staff leave and the tutor, who was let in, was never told of",
             "-60 host in; 20 child in; 240 host out", 250, "host gone, child in",
             "child_with_tutor_alone"),
    Sequence("second staff leave after the tutor", f"{ALL_IN}; 250 tutor out; 300 host out", 310,
             "host gone, tutor gone, child in", "second_staff_missing"),
    Sequence("second staff are back", f"{ALL_IN}; 300 host out; 360 host@2 in", 370,
             "host in, tutor in, child in"),
    Sequence("the left of second staff is lost and the call ends", f"{ALL_IN}; 600 call ends", 700,
             "host gone, tutor gone, child gone"),
    Sequence("second staff never came", "-60 call starts; -30 tutor in", 121, "tutor in",
             "second_staff_late"),
    Sequence("second staff are late and nobody is there", "", 121, "", "second_staff_late"),
    Sequence("second staff are not late yet", "", 100, ""),
    Sequence("a child is in before second staff ever were", "-30 tutor in; 20 child in", 60,
             "tutor in, child in", "child_with_tutor_alone"),
    Sequence("second staff are sent back to the waiting room", f"{ALL_IN}; 300 host sent back", 310,
             "host waits, tutor in, child in", "child_with_tutor_alone second_staff_put_out"),
    Sequence("second staff are removed", f"{ALL_IN}; 300 host removed", 310,
             "host gone, tutor in, child in", "child_with_tutor_alone second_staff_put_out", ZOOM),
    Sequence("second staff were put out and are back",
             f"{ALL_IN}; 300 host sent back; 320 host let in", 330, "host in, tutor in, child in"),
    Sequence(
        "the first seconds without second staff are no alert: a call that ends does so one by one",
        f"{ALL_IN}; 300 host out",
        305,
        "host gone, tutor in, child in",
    ),
    Sequence(
        "second staff visit another room",
        f"{ALL_IN}; 300 host out",
        1199,
        "host gone, tutor in, child in",
        visiting=True,
    ),
    Sequence(
        "the next visit is due and nobody comes",
        f"{ALL_IN}; 300 host out",
        1210,
        "host gone, tutor in, child in",
        "child_with_tutor_alone",
        visiting=True,
    ),
    Sequence(
        "second staff come for the next visit",
        f"{ALL_IN}; 300 host out; 1100 host in; 1200 host out",
        2000,
        "host gone, tutor in, child in",
        visiting=True,
    ),
    Sequence(
        "second staff who visit are put out",
        f"{ALL_IN}; 300 host sent back",
        310,
        "host waits, tutor in, child in",
        "child_with_tutor_alone second_staff_put_out",
        visiting=True,
    ),
    Sequence(
        "nobody visits before the child comes in",
        "-30 tutor in; 20 child in",
        60,
        "tutor in, child in",
        "child_with_tutor_alone",
        visiting=True,
    ),
    # --- who must not be there ----------------------------------------------------------------------------
    Sequence("a stranger comes in", f"{ALL_IN}; 100 stranger in", 101,
             "host in, tutor in, child in, stranger in", "unknown_person"),
    Sequence("a stranger waits and is not let in", f"{ALL_IN}; 100 stranger waits", 600,
             "host in, tutor in, child in, stranger waits"),
    Sequence("a stranger came and went", f"{ALL_IN}; 100 stranger in; 130 stranger out", 140,
             "host in, tutor in, child in, stranger gone"),
    Sequence("two strangers count as people unknown", f"{ALL_IN}; 100 stranger in; 101 stranger@2 in",
             110, "host in, tutor in, child in, stranger in on 2", "unknown_person"),
    Sequence("somebody calls in by telephone", f"{ALL_IN}; 100 caller in", 101,
             "host in, tutor in, child in, stranger in", "phone_caller"),
    Sequence("a caller and a stranger", f"{ALL_IN}; 100 caller in; 105 stranger in", 110,
             "host in, tutor in, child in, stranger in on 2", "phone_caller unknown_person"),
    Sequence("the tutor is in whom the door never let in", ALL_IN, 100,
             "host in, tutor in, child in", "in_without_admission", tutor_let_in=False),
    Sequence("a child is moved into a breakout room", f"{ALL_IN}; 300 child into breakout", 301,
             "host in, tutor in, child gone", "breakout_room", ZOOM),
    Sequence("second staff are moved into a breakout room", f"{ALL_IN}; 300 host into breakout", 310,
             "host gone, tutor in, child in", "breakout_room child_with_tutor_alone", ZOOM),
    # --- waiting, and time ----------------------------------------------------------------------------------
    Sequence("a family let in waits for a minute", "-60 host in; -30 tutor in; 20 child waits", 80,
             "host in, tutor in, child waits"),
    Sequence("a family let in waits too long", "-60 host in; -30 tutor in; 20 child waits", 201,
             "host in, tutor in, child waits", "waiting_too_long", sighted=False),
    Sequence("a family stops waiting", "-60 host in; -30 tutor in; 20 child waits; 60 child stops waiting",
             400, "host in, tutor in", providers=ZOOM, sighted=False),
    Sequence("the tutor waits too long", "-60 host in; 5 tutor waits; 20 child in", 200,
             "host in, tutor waits, child in", "waiting_too_long"),
    Sequence("the tutor never came", "-60 host in; 20 child in", 301, "host in, child in",
             "tutor_late", tutor_let_in=False),
    Sequence("second staff do not look", ALL_IN, 201, "host in, tutor in, child in",
             "sighting_missed", sighted=False),
    Sequence("the call goes on after its time", ALL_IN, 45 * 60 + 301,
             "host in, tutor in, child in", "overran sighting_missed"),
    Sequence("a waiting that Teams never ends is over with the call",
             "-60 host in; 20 child waits; 100 call ends", 400, "host gone", providers=TEAMS,
             sighted=False),
    Sequence("twelve reconnects of a bad line",
             ALL_IN + "".join(f"; {100 + 10 * n} child drops; {101 + 10 * n} child in" for n in range(12)),
             300, "host in, tutor in, child in"),
)  # fmt: skip
