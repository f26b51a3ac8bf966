"""Every job of this installation: those of the domain, and those that need to know how it is set up."""

from collections.abc import Mapping

from db.queue import JobFunction
from domain import consents, letters
from domain.tasks import JOBS
from schema.context import Services
from server.mail.post import post_of
from server.settings import Settings


def jobs_of(settings: Settings, services: Services) -> Mapping[str, JobFunction]:
    return {
        **JOBS,
        **letters.jobs(post_of(settings, services.stores)),
        **consents.jobs(services.providers, services.vault),
    }
