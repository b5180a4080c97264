"""Children, the adults round them, and the links by which those answer."""
