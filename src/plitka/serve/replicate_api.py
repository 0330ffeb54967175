"""What Replicate's clients ask for around their predictions."""

from fastapi import APIRouter

from plitka.serve import routes, schemas, webhook_signing
from plitka.serve.access import Maker, TheService
from plitka.serve.cog_api import problems

router = APIRouter(tags=["cog and Replicate"])


class WebhookKey(schemas.Answer):
    """What webhooks of the key are signed with."""

    key: str


@router.get(routes.WEBHOOK_KEY, responses=problems(), summary="The secret of the key's webhooks")
def get_webhook_key(service: TheService, caller: Maker) -> WebhookKey:
    """By it a receiver verifies each message, in the way of standardwebhooks.com."""
    return WebhookKey(key=webhook_signing.secret_of(service.store, caller.key_id))
