"""What Replicate's clients ask for around their predictions."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from plitka.errors import NotFound
from plitka.serve import job_lists, routes, schemas, webhook_signing
from plitka.serve.access import Maker, TheService, Viewer
from plitka.serve.cog_api import COG_VERSION, EPOCH, Name, PredictionResponse, problems, require_name, to_prediction
from plitka.serve.links import base_url
from plitka.serve.service import Service

_PAGE = 20

router = APIRouter(tags=["cog and Replicate"])


class WebhookKey(schemas.Answer):
    """What webhooks of the key are signed with."""

    key: str


@router.get(routes.WEBHOOK_KEY, responses=problems(), summary="The secret of the key's webhooks")
def get_webhook_key(service: TheService, caller: Maker) -> WebhookKey:
    """By it a receiver verifies each message, in the way of standardwebhooks.com."""
    return WebhookKey(key=webhook_signing.secret_of(service.store, caller.key_id))


class Predictions(schemas.Answer):
    """Some of the key's predictions, the newest first."""

    previous: str | None
    next: str | None
    results: list[PredictionResponse]


class Model(schemas.Answer):
    """A model, as Replicate has it."""

    url: str
    owner: str
    name: str
    description: str
    visibility: str
    github_url: str | None
    paper_url: str | None
    license_url: str | None
    run_count: int
    cover_image_url: str | None
    default_example: None
    latest_version: dict[str, Any] | None


@router.get(routes.PREDICTIONS, responses=problems(404, 422), summary="List predictions")
def list_predictions(
    request: Request,
    service: TheService,
    caller: Viewer,
    cursor: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="Of `next`.")] = None,
) -> Predictions:
    """With links to their pictures, which are good for a while."""
    last = service.store.find_job(cursor, caller.key_id) if cursor else None
    if cursor and last is None:
        raise NotFound("the cursor is none of this key's; begin without one")
    before, base = last.number if last else None, base_url(service.settings, request)
    page = job_lists.own_jobs(service.store, caller.key_id, state=None, before=before, limit=_PAGE)
    following = None if page.is_last else f"{base}{routes.PREDICTIONS}?cursor={page.jobs[-1].id}"
    told = [to_prediction(service, job, base, as_link=True) for job in page.jobs]
    return Predictions(previous=None, next=following, results=told)


@router.get(routes.NAMED_MODEL, responses=problems(404, 422), summary="Look at a model")
async def get_model(owner: Name, name: Name, request: Request, service: TheService, _caller: Viewer) -> Model:
    """The model that is served, whatever the owner's name, by its own name or that of the old system."""
    require_name(name, service.engine)
    return model_of(service, base_url(service.settings, request), owner, name, request.app.openapi())


def model_of(service: Service, base: str, owner: str, name: str, document: dict[str, Any]) -> Model:
    """The model that is served, as Replicate has it, with the document of its version."""
    version = {
        "id": service.engine.name.partition("@")[2] if service.engine else "",
        "created_at": EPOCH,
        "cog_version": COG_VERSION,
        "openapi_schema": document,
    }
    return Model(
        url=base + routes.path_of(routes.NAMED_MODEL, owner=owner, name=name),
        owner=owner,
        name=name,
        description="Rubber tiles of a mix of granules.",
        visibility="private",
        github_url=None,
        paper_url=None,
        license_url=None,
        run_count=int(service.metrics.value("plitka_jobs_total", outcome="succeeded")),
        cover_image_url=None,
        default_example=None,
        latest_version=version if service.engine else None,
    )
