"""A student in the classic Notebook: opens a notebook, runs all its cells and looks at what they show.

Arguments: the notebook, a picture to write.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PATIENCE = 600


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, what):
    started = time.monotonic()
    while True:
        try:
            value = condition()
            if value:
                return value
        except Exception as error:  # the page is not there yet
            value = error
        assert time.monotonic() - started < PATIENCE, f"{what}: {value}"
        time.sleep(0.5)


def main():
    notebook, picture = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="course-classic-")
    # A copy with what lies beside it: the browser saves what it runs.
    shutil.copytree(os.path.dirname(notebook), folder, dirs_exist_ok=True)
    port = free_port()
    server = subprocess.Popen(
        ["jupyter-notebook", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", "--NotebookApp.token=",
         "--NotebookApp.password=", f"--notebook-dir={folder}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "JUPYTER_CONFIG_DIR": folder, "COURSE_PROFILE": "essai"})
    url = f"http://127.0.0.1:{port}"
    browser = None
    try:
        wait_for(lambda: urllib.request.urlopen(f"{url}/api/kernelspecs").status == 200, "the server")
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,2400",
                         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"):
            options.add_argument(argument)
        browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        browser.get(f"{url}/notebooks/{os.path.basename(notebook)}")
        script = browser.execute_script
        wait_for(lambda: script("return Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()"),
                 "the kernel")
        kernel = script("return Jupyter.notebook.kernel.name")
        assert kernel == ".net-csharp", kernel
        script("Jupyter.notebook.execute_all_cells()")
        cells = """return Jupyter.notebook.get_cells().filter(c => c.cell_type === 'code' && c.get_text().trim())"""
        wait_for(lambda: script(cells + ".every(c => typeof c.input_prompt_number === 'number')"), "the cells")
        wait_for(lambda: not script("return Jupyter.notebook.kernel_busy"), "the kernel to be idle")
        outputs = script(cells + ".map(c => c.output_area.toJSON())")
        height = script("return document.querySelector('#notebook').scrollHeight")
        browser.set_window_size(1200, min(20_000, height + 400))
        time.sleep(2)
        browser.save_screenshot(picture)
        errors = [o for cell in outputs for o in cell if o["output_type"] == "error"]
        assert not errors, errors
        figures = sum("application/vnd.plotly.v1+json" in o.get("data", {}) for cell in outputs for o in cell)
        drawn = script("return document.querySelectorAll('.output_area .js-plotly-plot .main-svg').length")
        assert figures >= 5 and drawn >= figures, (figures, drawn)
        callouts = script("return document.querySelectorAll('.text_cell_render blockquote[style*=border]').length")
        assert callouts > 0
        progress = [o["data"]["text/plain"] for cell in outputs for o in cell if " : terminé en " in str(o.get("data", {}).get("text/plain"))]
        assert progress, "no finished progress bar"
        print(json.dumps({"cells": len(outputs), "figures": figures, "callouts": callouts, "progress": progress}, ensure_ascii=False))
    finally:
        if browser:
            browser.quit()
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
