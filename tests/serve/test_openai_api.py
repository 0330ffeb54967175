"""The `openai` package, unmodified, against the shipped model."""

import base64
from collections.abc import Iterator

import httpx2
import openai
import pytest
from tests.serve.conftest import MINI_PX, QUICK, RECIPE, Running, picture


@pytest.fixture(scope="module")
def server(mini_server: Running) -> Running:
    """The service over the shipped model."""
    return mini_server


class TestOpenAI:
    """The `openai` package."""

    @pytest.fixture
    def client(self, server: Running) -> Iterator[openai.OpenAI]:
        """With its base URL set, as for any other provider."""
        with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key(), max_retries=0) as client:
            yield client

    def test_pictures_as_base64(self, client: openai.OpenAI) -> None:
        """n pictures of the asked size, each of another seed, each with its recipe."""
        made = client.images.generate(
            model="gpt-image-1",
            prompt=RECIPE,
            n=2,
            size=f"{MINI_PX}x{MINI_PX}",
            response_format="b64_json",
            extra_body=QUICK,
        )
        assert made.data is not None
        images = [picture(base64.b64decode(one.b64_json or "")) for one in made.data]
        assert [image.size for image in images] == [(MINI_PX, MINI_PX)] * 2
        assert len({image.info["seed"] for image in images}) == 2
        assert images[0].info["recipe"] == RECIPE

    def test_every_parameter_is_taken(self, client: openai.OpenAI) -> None:
        """Obeyed, or without a meaning here; as the reference lists them."""
        made = client.images.generate(
            prompt=RECIPE, model="gpt-image-1", n=1, size=f"{MINI_PX}x{MINI_PX}", quality="high", style="vivid",
            background="opaque", moderation="low", output_format="jpeg", output_compression=80, user="someone",
            extra_body=QUICK | {"prompt_cache_key": "a", "service_tier": "auto", "store": False},
        )  # fmt: skip
        assert made.data is not None
        assert (picture(base64.b64decode(made.data[0].b64_json or "")).format, made.output_format) == ("JPEG", "jpeg")

    def test_a_link_needs_no_key(self, client: openai.OpenAI) -> None:
        """The URL is fetched as it is; with another job's signature it is not."""
        made = client.images.generate(
            prompt=RECIPE, size=f"{MINI_PX}x{MINI_PX}", response_format="url", extra_body=QUICK
        )
        assert made.data is not None
        url = made.data[0].url or ""
        assert picture(httpx2.get(url).content).size == (MINI_PX, MINI_PX)
        assert httpx2.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code in (401, 404)

    def test_a_model_that_answers_with_links_does(self, server: Running, client: openai.OpenAI) -> None:
        """Of the format that was asked for, to be shown by other pages, and asked again by its tag alone."""
        made = client.images.generate(
            model="dall-e-3", prompt=RECIPE, size=f"{MINI_PX}x{MINI_PX}", output_format="webp",
            extra_body=QUICK | {"safety_identifier": "user-7", "metadata": {"a": 1}, "guidance_scale": 0},
        )  # fmt: skip
        assert made.data is not None
        url = made.data[0].url or ""
        with httpx2.Client() as web:
            whole = web.get(url)
            assert (whole.headers["Content-Type"], picture(whole.content).format) == ("image/webp", "WEBP")
            assert whole.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert web.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
            head = web.head(url)
            assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", whole.headers["ETag"])
        assert server.told("fields_ignored", names=["metadata", "safety_identifier"])

    def test_models_are_listed_and_looked_at(self, server: Running, client: openai.OpenAI) -> None:
        """By the name of the list, or by one of OpenAI's, which stand for any."""
        engine = server.service.engine
        assert engine is not None
        (listed,) = client.models.list().data
        for name in (listed.id, engine.name.partition("@")[0], "gpt-image-1"):
            assert client.models.retrieve(name).id == engine.name
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("other")

    def test_a_stream_shows_partial_pictures(self, client: openai.OpenAI) -> None:
        """Partial pictures while it is painted, the whole one last."""
        stream = client.images.generate(
            model="mini", prompt=RECIPE, size=f"{MINI_PX}x{MINI_PX}", stream=True, partial_images=2, extra_body=QUICK
        )
        kinds = []
        for event in stream:
            kinds.append(event.type)
            image = picture(base64.b64decode(event.b64_json))
        assert kinds[-1] == "image_generation.completed"
        assert kinds[0] == "image_generation.partial_image"
        assert image.size == (MINI_PX, MINI_PX)

    def test_errors_are_its_own(self, client: openai.OpenAI, server: Running) -> None:
        """Each failure is the exception that the package has for it."""
        with pytest.raises(openai.BadRequestError, match="rde"):
            client.images.generate(prompt="60% rde, 40% black")
        with pytest.raises(openai.UnprocessableEntityError):
            client.images.generate(prompt=RECIPE, size="100x100")
        stranger = client.with_options(api_key="wrong")
        with pytest.raises(openai.AuthenticationError):
            stranger.images.generate(prompt=RECIPE)
        hasty = client.with_options(api_key=server.key(per_minute=1))
        with pytest.raises(openai.UnprocessableEntityError, match="these 2 pictures cost 2"):
            hasty.images.generate(prompt=RECIPE, n=2)
        hasty.images.generate(prompt=RECIPE)
        with pytest.raises(openai.RateLimitError) as refused:
            hasty.images.generate(prompt=RECIPE)
        assert int(refused.value.response.headers["Retry-After"]) > 0

    def test_models(self, client: openai.OpenAI) -> None:
        """The one that is served."""
        assert [model.id.partition("@")[0] for model in client.models.list()] == ["mini"]
