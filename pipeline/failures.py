"""What code raises when something is stranger than it expected: a full disk or a closed terminal is not among them."""

FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
