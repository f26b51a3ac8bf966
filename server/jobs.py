"""Every job of this installation: those of the domain, and those that need to know how it is set up."""

from collections.abc import Mapping

from db.queue import JobFunction
from db.stores import Stores
from domain import letters
from domain.tasks import JOBS
from server.mail.post import post_of
from server.settings import Settings


def jobs_of(settings: Settings, stores: Stores) -> Mapping[str, JobFunction]:
    return {**JOBS, **letters.jobs(post_of(settings, stores))}
