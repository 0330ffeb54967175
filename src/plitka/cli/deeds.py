"""What operators have done, in words: the deeds that `plitka.serve.audit` keeps by their short names."""

from collections.abc import Mapping
from typing import Any

from plitka.cli.arguments import Translate


def deed_words(_: Translate) -> dict[str, str]:
    """What each deed is called."""
    return {
        "key.create": _("key made"),
        "key.change": _("key changed"),
        "key.rotate": _("key given a new secret"),
        "key.revoke": _("key revoked"),
        "job.cancel": _("job cancelled"),
        "job.purge": _("job deleted"),
        "jobs.cancel": _("jobs cancelled"),
        "jobs.purge": _("jobs deleted"),
        "jobs.prune": _("old jobs deleted"),
        "intake.pause": _("intake paused"),
        "intake.resume": _("intake resumed"),
        "service.drain": _("service stopped"),
        "webhook.replay": _("webhook told again"),
    }


def subject_words(_: Translate) -> dict[str, str]:
    """What is no id among those that deeds were done to."""
    return {"service": _("the service")}


def details_text(details: Mapping[str, Any], _: Translate) -> str:
    """What a deed was done with, each by its name."""
    names = _detail_words(_)

    def shown(value: object) -> str:
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return _("none") if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    return "; ".join(f"{names.get(name, name)}: {shown(value)}" for name, value in details.items())


def _detail_words(_: Translate) -> dict[str, str]:
    return {
        "name": _("name"),
        "role": _("role"),
        "days": _("days in force"),
        "per_minute": _("pictures a minute"),
        "daily": _("pictures a day"),
        "concurrency": _("at once"),
        "addresses": _("addresses"),
        "keep_days": _("days kept"),
        "keep_bytes": _("bytes kept"),
        "webhook_hosts": _("webhook hosts"),
        "overlap_hours": _("hours with both secrets"),
        "cancelled": _("jobs cancelled"),
        "key_id": _("key"),
        "n": _("jobs"),
        "n_jobs": _("jobs"),
        "n_bytes": _("bytes"),
    }
