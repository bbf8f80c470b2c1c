"""Values that the tests plant. Each holds a marker, so that one search finds any of them anywhere.

No upstream, no log and no dump of the store may ever hold a marker.
"""

MARKERS = (b"5afe5afe", b"planted-", b"10.86.", b"AKIA5AFE", b"586058605860")
ACCOUNT = "586058605860"


def ec2(n: int) -> str:
    return _id("i", n)


def vpc(n: int) -> str:
    return _id("vpc", n)


def subnet(n: int) -> str:
    return _id("subnet", n)


def group(n: int) -> str:
    return _id("sg", n)


def ip(n: int) -> str:
    return f"10.86.{n // 250 % 250}.{n % 250 + 1}"


def bucket(n: int) -> str:
    return f"planted-logs-{n:04d}"


def access_key(n: int) -> str:
    return f"AKIA5AFE{_base32(n):A>12}"


def rds(n: int) -> str:
    return f"planted-db-{n}.c9akciq32xyz.eu-west-1.rds.amazonaws.com"


def arn(n: int) -> str:
    return f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{ec2(n)}"


def shown(text: bytes) -> list[str]:
    """Returns the markers that a text holds, with the characters around them."""
    found = []
    for marker in MARKERS:
        at = text.find(marker)
        if at >= 0:
            found.append(text[max(0, at - 60) : at + 60].decode("utf-8", "replace"))
    return found


def _id(prefix: str, n: int) -> str:
    return f"{prefix}-05afe5afe{n:08x}"


def _base32(n: int) -> str:
    digits = ""
    while n:
        n, digit = divmod(n, 32)
        digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digit] + digits
    return digits
