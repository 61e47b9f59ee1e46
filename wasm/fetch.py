#!/usr/bin/env python3
"""Downloads one source distribution through pip's configured index: fetch.py PROJECT FILE SHA256 DESTINATION.

pip itself cannot fetch it without trying to build it, and this one refuses to be built by pip.
"""

import hashlib
import html
import os
import re
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode


def pip_setting(name):
    """A pip setting as pip would find it: the environment, then its configuration files, then None."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if value:
        return value
    done = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global." + name], capture_output=True, text=True)
    return done.stdout.strip() or None if done.returncode == 0 else None


def default_index():
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


def get(url, context):
    parts = urllib.parse.urlsplit(url)
    request = urllib.request.Request(urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    if parts.username:
        user = urllib.parse.unquote(parts.username) + ":" + urllib.parse.unquote(parts.password or "")
        request.add_header("Authorization", "Basic " + b64encode(user.encode()).decode())
    with urllib.request.urlopen(request, timeout=180, context=context) as answer:
        return answer.read()


def main():
    project, file, sha256, destination = sys.argv[1:]
    index = (pip_setting("index-url") or default_index()).rstrip("/") + "/"
    context = ssl.create_default_context(cafile=pip_setting("cert"))
    page_url = index + project + "/"
    page = get(page_url, context).decode("utf-8", "replace")
    links = [html.unescape(link) for link in re.findall(r"""href\s*=\s*["']([^"']+)["']""", page)]
    links = [link for link in links if urllib.parse.urlsplit(link).path.rsplit("/", 1)[-1] == file]
    if not links:
        sys.exit(f"The Python package index has no file {file} for {project}.")
    data = get(urllib.parse.urljoin(page_url, links[0]), context)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{file} has sha256 {found}, expected {sha256}. Nothing was kept.")
    with open(destination + ".part", "wb") as out:
        out.write(data)
    os.replace(destination + ".part", destination)


try:
    main()
except ImportError:
    sys.exit("pip is missing. Install it (Debian: apt-get install python3-pip) and run this again.")
except (urllib.error.URLError, OSError) as error:
    sys.exit(f"The OpenSlide sources could not be downloaded from the Python package index: {error}. Check the network, then run this again.")
