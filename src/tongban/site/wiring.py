"""What follows from what happened: each kind of event, and the acts of other folders it leads to.

Read from the outbox after the step, in the same order as the events; repeated after a failure."""

from tongban.cases import jobs as cases


def deliver(_delivery: cases.Delivery) -> None:
    """Do what follows from one event."""
