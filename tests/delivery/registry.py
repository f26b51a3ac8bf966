"""A real registry of images on this machine, and images small enough to make by hand."""

import hashlib
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.delivery.compose import ROOT
from tests.serving import free_port

_OCI = "application/vnd.oci.image"


class Registry:
    """The repository `plaza` of a registry at `address`."""

    def __init__(self, address: str, folder: Path) -> None:
        self.image = f"{address}/plaza"
        self._url = f"http://{address}/v2/plaza"
        self._home = folder
        trusted = folder / ".config" / "containers" / "registries.conf"
        trusted.parent.mkdir(parents=True)
        trusted.write_text(f'[[registry]]\nlocation = "{address}"\ninsecure = true\n')

    def promote(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """What `deploy/promote` says, and how it ended."""
        given = {"HOME": str(self._home), "PATH": os.environ["PATH"]}
        return subprocess.run([ROOT / "deploy" / "promote", *words], env=given, capture_output=True, text=True)

    def digest(self, name: str) -> str | None:
        """What a name stands for, by the registry's own word."""
        asked = urllib.request.Request(
            f"{self._url}/manifests/{name}", headers={"Accept": f"{_OCI}.index.v1+json"}, method="HEAD"
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return str(answer.headers["Docker-Content-Digest"])
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def push(self, text: str) -> str:
        """An image without a name, as BuildKit makes it with its provenance; its digest."""
        layer = self._blob(text.encode(), f"{_OCI}.layer.v1.tar")
        config = {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        }
        made = self._manifest(config, layer)
        told = self._manifest({"os": "unknown"}, self._blob(b"{}", "application/vnd.in-toto+json"))
        platforms = (
            {"platform": {"architecture": "amd64", "os": "linux"}},
            {
                "platform": {"architecture": "unknown", "os": "unknown"},
                "annotations": {"vnd.docker.reference.digest": made["digest"]},
            },
        )
        manifests = [described | platform for described, platform in zip((made, told), platforms, strict=True)]
        digest: str = self._put({"manifests": manifests}, f"{_OCI}.index.v1+json")["digest"]
        return digest

    def _manifest(self, config: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
        content = self._blob(json.dumps(config).encode(), f"{_OCI}.config.v1+json")
        return self._put({"config": content, "layers": [layer]}, f"{_OCI}.manifest.v1+json")

    def _put(self, manifest: dict[str, Any], kind: str) -> dict[str, Any]:
        content = json.dumps({"schemaVersion": 2, "mediaType": kind, **manifest}).encode()
        described = _described(content, kind)
        _send("PUT", f"{self._url}/manifests/{described['digest']}", content, kind)
        return described

    def _blob(self, content: bytes, kind: str) -> dict[str, Any]:
        described = _described(content, kind)
        place = _send("POST", f"{self._url}/blobs/uploads/", b"", "text/plain")
        _send("PUT", f"{place}&digest={described['digest']}", content, "application/octet-stream")
        return described


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    program = shutil.which("docker-registry")
    assert program, "docker-registry is not on the PATH: run .ci/tools."
    assert shutil.which("skopeo"), "skopeo is not on the PATH: run .ci/tools."
    address = f"127.0.0.1:{free_port()}"
    storage = {"filesystem": {"rootdirectory": str(folder / "images")}}
    settings = folder / "registry.yml"
    settings.write_text(json.dumps({"version": 0.1, "storage": storage, "http": {"addr": address}}))
    with (folder / "registry.log").open("w") as log:
        process = subprocess.Popen([program, "serve", settings], stdout=log, stderr=log)
    try:
        _wait(address, process)
        yield Registry(address, folder)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}/v2/", timeout=10):
                return
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _described(content: bytes, kind: str) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}


def _send(method: str, url: str, content: bytes, kind: str) -> str | None:
    """Where the registry says to go on."""
    request = urllib.request.Request(url, content, {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        where: str | None = answer.headers["Location"]
        return where
