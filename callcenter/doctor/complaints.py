"""A check of what becomes of closed complaints."""

from callcenter.doctor.findings import CentreCheck, Finding, Visit, ok, unknown, warning

ADVICE = (
    "Make a callback list for them and give it the rule 'Customers whose complaint was closed': closing a complaint "
    "offers it with one click."
)


def complaints(visit: Visit) -> Finding:
    """Whether a rule takes closed complaints, where there are types of tickets that are complaints."""
    if not visit.settings.tickets.complaints:
        return ok("no type of tickets is a complaint")
    if visit.takes_complaints is None:
        return unknown("the database could not be looked into")
    if visit.takes_complaints:
        return ok("closed complaints are called back")
    return warning("nobody is called about closed complaints: no callback list has a rule for them", ADVICE)


CHECKS = (CentreCheck("complaints", "Complaints", complaints),)
