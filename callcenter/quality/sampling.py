"""Which calls are drawn for review: the same seed draws the same calls, whatever order they come in. Pure."""

from collections.abc import Iterable, Mapping
from hashlib import sha256


def drawn(candidates: Iterable[str], count: int, *, seed: str, stratum: str) -> list[str]:
    """`count` of the candidates at random, fewer only where there are fewer; each is as likely as any other.

    Each candidate has a lot, its hash together with the seed and the stratum (an agent, say, so that agents are drawn
    for apart); the lowest lots win. So a draw can be repeated from its seed alone, by any version of Python, does not
    depend on the order of the candidates, and a call that comes late replaces at most one that was drawn.
    """
    if count < 0:
        raise ValueError("a draw cannot be of fewer than none")
    lots = sorted((_lot(seed, stratum, candidate), candidate) for candidate in set(candidates))
    return [candidate for _, candidate in lots[:count]]


def drawn_for_each(candidates: Mapping[str, Iterable[str]], count: int, *, seed: str) -> dict[str, list[str]]:
    """`count` for each stratum, drawn as by `drawn`."""
    return {stratum: drawn(found, count, seed=seed, stratum=stratum) for stratum, found in candidates.items()}


def _lot(seed: str, stratum: str, candidate: str) -> bytes:
    """A number of 256 bits that is like drawn at random; lengths keep the three texts apart."""
    parts = (part.encode() for part in (seed, stratum, candidate))
    return sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()


def falls_in_share(candidate: str, percent: float, *, seed: str, stratum: str) -> bool:
    """Whether a candidate is of a random share (0–100 %): decided for each alone, so whatever comes later."""
    return int.from_bytes(_lot(seed, stratum, candidate)[:8]) < percent / 100 * 2**64
