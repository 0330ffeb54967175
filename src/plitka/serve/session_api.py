"""Signing a browser in and out."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from plitka.errors import InputError, NotIdentified
from plitka.serve import identity, keys, routes, sessions
from plitka.serve.access import TheService
from plitka.serve.fields import Wire
from plitka.serve.key_changes import require_address
from plitka.serve.keys import Caller
from plitka.serve.schemas import Answer, problem_responses
from plitka.serve.service import Service

router = APIRouter(tags=["the page"])
_MAX_WORD_CH = 200
Word = Annotated[str, Field(min_length=1, max_length=_MAX_WORD_CH)]
PageHeader = Annotated[
    str | None, Header(description="With any value: the page sends it, and no form of another page can.")
]


class SignIn(Wire):
    """A key, or the word of a one-time link of `plitka serve --open`."""

    key: Word | None = None
    link: Word | None = None


class SessionAnswer(Answer):
    """Who the page works for."""

    role: str | None = Field(description="viewer, maker or operator; null: nobody is signed in.")
    is_open: bool = Field(description="Whether this machine needs no key, so that there is nothing to sign out of.")
    key_command: str | None = Field(
        default=None,
        description="What makes a key, where nobody is signed in and the service is this machine's alone; else null.",
    )


@router.get(routes.SESSION, responses=problem_responses(), summary="Who is signed in")
def get_session(request: Request, response: Response, service: TheService) -> SessionAnswer:
    """Anybody may ask; who is not signed in is told so."""
    token = identity.token_of(request.headers)
    if token and (caller := sessions.find(service.store, token)):
        return _answer(caller)
    if token:
        service.allowance.count_refusal(_address(request))
        _forget(response)
    return _unsigned(request, service)


@router.post(routes.SESSION, responses=problem_responses(422), summary="Sign in")
async def sign_in(
    given: SignIn, request: Request, response: Response, service: TheService, x_plitka_page: PageHeader = None
) -> SessionAnswer:
    """A cookie that stands for the key, until it ends or the key does."""
    del x_plitka_page  # looked at with the other headers
    identity.check_page(request.headers)
    if (given.key is None) == (given.link is None):
        raise InputError("sign in with a key or with the word of a link, one of them")
    caller = await run_in_threadpool(_caller, service, given, _address(request))
    token = await run_in_threadpool(sessions.begin, service.store, caller, service.settings.session_s)
    response.set_cookie(
        sessions.COOKIE,
        token,
        max_age=service.settings.session_s,
        path="/",
        secure=_is_https(request, service),
        httponly=True,
        samesite="strict",
    )
    return _answer(caller)


@router.delete(routes.SESSION, responses=problem_responses(), summary="Sign out")
def sign_out(
    request: Request, response: Response, service: TheService, x_plitka_page: PageHeader = None
) -> SessionAnswer:
    """The session ends here, and with it every copy of its cookie."""
    del x_plitka_page  # looked at with the other headers
    identity.check_page(request.headers)
    if token := identity.token_of(request.headers):
        sessions.end(service.store, token)
    _forget(response)
    return _unsigned(request, service)


def _answer(caller: Caller) -> SessionAnswer:
    return SessionAnswer(role=caller.role.word, is_open=False)


def _unsigned(request: Request, service: Service) -> SessionAnswer:
    """What somebody without a session is told."""
    is_open = identity.is_local(service, request.headers)
    # It names a folder of this machine, which is nobody else's business.
    is_here = service.settings.is_loopback and identity.is_from_here(request.headers)
    return SessionAnswer(
        role=keys.LOCAL.role.word if is_open else None,
        is_open=is_open,
        key_command=service.settings.key_command if is_here and not is_open else None,
    )


def _forget(response: Response) -> None:
    response.delete_cookie(sessions.COOKIE, path="/", httponly=True, samesite="strict")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _caller(service: Service, given: SignIn, address: str) -> Caller:
    """Who signs in.

    Raises:
        NotIdentified: the key is not in force, or the link is used up.
        NotAllowed: the key may not be used from this address.
        TooMany: this address has tried too many.
    """
    if given.link is not None:
        if service.one_time_links.use(given.link):
            return keys.LOCAL
        service.allowance.count_refusal(address)
        raise NotIdentified(
            "this link has been used or is too old; sign in with a key, or ask the operator for another link"
        )
    caller = keys.identify(service.store, (given.key or "").strip())
    if caller is None:
        service.allowance.count_refusal(address)
        raise NotIdentified("this key is not in force; ask the operator for another")
    require_address(caller, address)
    service.allowance.read(caller)
    return caller


def _is_https(request: Request, service: Service) -> bool:
    """Whether the browser came by https, to us or to the proxy before us."""
    told = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return "https" in (request.url.scheme, told) or service.settings.public_url.startswith("https:")
