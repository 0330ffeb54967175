"""A client of the AUTOMATIC1111 web UI, written by its published API alone."""

import json
import ssl
from typing import Any

import httpx2

PROMPT = "60% red, 40% black"
USUAL: dict[str, Any] = {
    "prompt": PROMPT,
    "negative_prompt": "",
    "styles": [],
    "seed": -1,
    "subseed": -1,
    "subseed_strength": 0,
    "sampler_name": "DPM++ 2M Karras",
    "scheduler": "Automatic",
    "batch_size": 1,
    "n_iter": 1,
    "steps": 20,
    "cfg_scale": 7,
    "width": 128,
    "height": 64,
    "restore_faces": False,
    "tiling": False,
    "do_not_save_samples": True,
    "eta": None,
    "enable_hr": False,
    "denoising_strength": 0.7,
    "override_settings": {},
    "override_settings_restore_afterwards": True,
    "alwayson_scripts": {},
    "save_images": False,
    "send_images": True,
}
"""As front ends send it, who have looked which sampler there is."""


_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class WebUi:
    """What a front end does."""

    def __init__(self, url: str, password: str) -> None:
        self.http = httpx2.Client(base_url=f"{url}/sdapi/v1", auth=("user", password), timeout=60, verify=_NO_ROOTS)

    def txt2img(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Pictures, and what was said of them."""
        answer = self.http.post("/txt2img", json=USUAL | changes)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told | {"info": json.loads(told["info"])}

    def get(self, name: str) -> Any:  # noqa: ANN401
        """What is at a path."""
        answer = self.http.get(name)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, name: str, **body: Any) -> tuple[int, str]:  # noqa: ANN401
        """Status and words of what is answered to a body, in the shape that errors have there."""
        answer = self.http.post(name, json=body)
        told = answer.json()
        assert set(told) == {"error", "detail", "body", "errors"}
        return answer.status_code, told["detail"]
