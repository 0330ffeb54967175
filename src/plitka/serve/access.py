"""FastAPI dependencies of the endpoints: the service, and a caller of the role that is needed."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, TypeAlias, TypeVar

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from plitka.errors import NotAllowed, NotFound, NotIdentified
from plitka.serve import routes
from plitka.serve.deletions import require_kept
from plitka.serve.keys import IN_FORCE, Caller, Role, state_of
from plitka.serve.orders import CheckedOrder, Order, Zoned, with_mask
from plitka.serve.service import Service
from plitka.serve.store import Job, Store
from plitka.serve.terms import Terms

Choices = TypeVar("Choices", bound=Zoned)
Done = TypeVar("Done")

bearer = HTTPBearer(auto_error=False, scheme_name="key", description="A key of `plitka keys create`.")
"""For the schema; `plitka.serve.guard` has looked at the key already."""


# These are coroutines for what they save: FastAPI would call plain functions in another thread, one hop for each.
async def _service(request: Request) -> Service:
    service: Service = request.state.service
    return service


async def _viewer(request: Request, _credentials: Annotated[object, Security(bearer)]) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _maker(caller: Annotated[Caller, Depends(_viewer)]) -> Caller:
    return require(caller, Role.MAKER)


async def _operator(caller: Annotated[Caller, Depends(_viewer)]) -> Caller:
    return require(caller, Role.OPERATOR)


def require(caller: Caller, role: Role) -> Caller:
    """The caller, whose role reaches so far.

    Raises:
        NotAllowed: it does not.
    """
    if caller.role < role:
        raise NotAllowed(
            "this key is a {role}'s; that needs the role {needed}", role=caller.role.word, needed=role.word
        )
    return caller


TheService: TypeAlias = Annotated[Service, Depends(_service)]
Viewer: TypeAlias = Annotated[Caller, Depends(_viewer)]
Maker: TypeAlias = Annotated[Caller, Depends(_maker)]
Operator: TypeAlias = Annotated[Caller, Depends(_operator)]


def spend(request: Request, service: Service, caller: Caller, costs: Sequence[int] = (1,)) -> None:
    """Use up the caller's pictures; the answer tells what is left, and gives them back if it is a refusal.

    Raises:
        InputError: they cost more than the caller may ever have at once.
        TooMany: none are left.
    """
    request.state.rate = service.allowance.spend(caller, costs)
    request.state.give_back = partial(service.allowance.give_back, caller, costs)


def accept(
    request: Request, service: Service, caller: Caller, orders: Sequence[CheckedOrder], terms: Terms
) -> list[Job]:
    """Accept and count some orders; what was ordered before costs nothing."""
    costs = [one.cost for one in orders]
    contract = routes.contract_of(request.url.path).value

    def pay() -> None:
        spend(request, service, caller, costs)
        service.metrics.orders.labels(caller.key_id, contract).inc(len(costs))

    return service.jobs.accept(caller, orders, terms, pay)


def hold_stream(request: Request, service: Service, caller: Caller) -> None:
    """Take a place for a stream of events, until the request has been answered.

    Raises:
        TooMany: the key or the address has all that it may.
    """
    held, address = request.state.held, request.client.host if request.client else ""
    held.enter_context(
        service.streams.hold(caller.key_id, "{limit} streams of this key are open, and no more can be; close one")
    )
    held.enter_context(
        service.streams_to.hold(address, "{limit} streams to this address are open, and no more can be; close one")
    )


async def order_one(request: Request, service: Service, caller: Caller, order: Order, terms: Terms) -> Job:
    """Check, count and accept one order."""
    drawn = await with_drawn_masks(service, caller, order)

    def accepted() -> Job:
        return accept(request, service, caller, [service.check(drawn, terms.model)], terms)[0]

    return await in_lane(service, caller, accepted)


async def in_lane(service: Service, caller: Caller, work: Callable[[], Done]) -> Done:
    """What some work gives, in one of the threads that the caller's key may have."""
    async with service.lanes.hold(caller.key_id):
        return await run_in_threadpool(work)


async def with_drawn_masks(service: Service, caller: Caller, order: Choices) -> Choices:
    """The order with each mask that is a picture or a drawing as a scene keeps it.

    Such a mask can take seconds and hundreds of megabytes, so each has its turn as an uploaded file has. No thread is
    held by those that wait: all other requests need one.

    Raises:
        InputError: a mask that cannot be read, by the number of its zone.
    """
    zones = list(order.zones or ())
    for place, zone in enumerate(zones):
        if zone.is_drawn:
            async with service.uploads.turn(caller.key_id):
                zones[place] = await run_in_threadpool(with_mask, place + 1, zone)
    return order.model_copy(update={"zones": zones}) if zones else order


def own_job(service: Service, caller: Caller, job_id: str) -> Job:
    """The caller's job.

    Raises:
        NotFound: there is no such job, or it is another key's.
        Gone: it was deleted.
    """
    job = service.store.find_job(job_id, caller.key_id)
    if job is None:
        raise NotFound("there is no such job")
    require_kept(job)
    return job


def require_owner(store: Store, job: Job) -> None:
    """Find out whether a link to a job's picture is still good: it ends with the job's key.

    Raises:
        NotIdentified: the key is revoked or expired.
    """
    row = store.find_key(job.key_id)
    if row is None or state_of(row) != IN_FORCE:
        raise NotIdentified("this link has ended with the key that it was made for")
