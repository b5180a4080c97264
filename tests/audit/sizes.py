"""One tree of many leaves and its roots at every size, for the properties of proofs."""

from hypothesis import strategies as st

from service.audit.paths import read_from, root_at
from tests.audit.logs import hashes

MOST = 300
ALL = hashes(MOST)
READ = read_from(ALL)
ROOT_AT = [root_at(size, READ) for size in range(MOST + 1)]

sizes = st.integers(1, MOST)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn) -> tuple[int, int]:
    """An older size and a newer one, between which there is something to prove."""
    new = draw(st.integers(2, MOST))
    return draw(st.integers(1, new - 1)), new
