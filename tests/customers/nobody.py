"""A centre without customers, for tests of other rooms."""

from callcenter.errors import NotFound


async def no_customer(customer_id: int) -> frozenset[str]:
    """There is no such customer."""
    raise NotFound(f"There is no customer {customer_id}")


async def no_tickets(*_asked: object) -> list[tuple[float, dict[str, object]]]:
    """There are no tickets."""
    return []
