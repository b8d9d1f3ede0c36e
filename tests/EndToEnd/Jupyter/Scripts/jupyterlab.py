"""A student in JupyterLab: opens a notebook, runs all its cells, looks at each chart, saves, and comes back to it later.

Arguments: JupyterLab's program, the notebook, a picture to write.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

from classic_notebook import free_port, wait_for
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

# Cells out of view are hidden, as versions after 4.0 do by default; and nobody looks for news.
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "full"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}

PANEL = "window.jupyterapp.shell.currentWidget"
CELLS = f"Array.from({PANEL}.content.model.cells)"
CODE = f"{CELLS}.filter(c => c.type === 'code' && c.sharedModel.getSource().trim())"
FIGURES = f"""{CELLS}.flatMap((c, i) => c.type !== 'code' ? [] : c.outputs.toJSON()
    .filter(o => o.data && o.data['application/vnd.plotly.v1+json'])
    .map(o => [i, /data-figure="(\\w+)"/.exec([].concat(o.data['text/html']).join(''))[1]]))"""

# Scrolls a cell into view: is its figure drawn, and as wide as its place?
LOOK = f"""
    {PANEL}.content.scrollToItem(arguments[0], 'start');
    const place = document.querySelector('[data-figure="' + arguments[1] + '"]'), svg = place && place.querySelector('.main-svg');
    return svg && place.offsetWidth > 0 && Math.abs(svg.getBoundingClientRect().width - place.offsetWidth) < 2"""


def look_at_figures(browser):
    figures = browser.execute_script(f"return {FIGURES}")
    for cell, name in figures:
        wait_for(lambda: browser.execute_script(LOOK, cell, name), f"the figure of cell {cell}")
    return len(figures)


def other_machines(browser):
    """The addresses that the browser asked for elsewhere."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"].get("url") or e["params"]["request"]["url"] for e in events
             if e["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated")]
    assert any(address.endswith("/kernelspecs/course-csharp/plotly.min.js") for address in asked), asked
    return {address for address in asked if urllib.parse.urlsplit(address).hostname not in (None, "127.0.0.1")}


def main():
    program, notebook, picture = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="course-lab-")
    # A copy with what lies beside it: the browser saves what it runs.
    shutil.copytree(os.path.dirname(notebook), folder, dirs_exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w", encoding="utf-8") as file:
        json.dump(SETTINGS, file)
    name = os.path.basename(notebook)
    port, token = free_port(), os.urandom(16).hex()
    server = subprocess.Popen(
        [program, "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", f"--IdentityProvider.token={token}",
         f"--notebook-dir={folder}", f"--LabApp.app_settings_dir={folder}", "--expose-app-in-browser"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "JUPYTER_CONFIG_DIR": f"{folder}/.config", "JUPYTER_DATA_DIR": f"{folder}/.data", "COURSE_PROFILE": "essai"})
    url = f"http://127.0.0.1:{port}"
    browser = None
    try:
        wait_for(lambda: urllib.request.urlopen(f"{url}/api/kernelspecs?token={token}").status == 200, "the server")
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,1000",
                         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        ask = lambda expression: browser.execute_script(f"return {expression}")
        kernel = f"{PANEL}.sessionContext.session.kernel"

        browser.get(f"{url}/lab/tree/{name}?token={token}")
        wait_for(lambda: ask(f"{kernel}.connectionStatus") == "connected", "the kernel")
        assert ask(f"{kernel}.name") == ".net-csharp", ask(f"{kernel}.name")
        ask("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        wait_for(lambda: ask(f"{CODE}.every(c => c.executionCount)"), "the cells")
        wait_for(lambda: ask(f"{kernel}.status") == "idle", "the kernel to be idle")
        errors = [o for cell in ask(f"{CODE}.map(c => c.outputs.toJSON())") for o in cell if o["output_type"] == "error"]
        assert not errors, errors
        drawn = look_at_figures(browser)
        assert drawn >= 10, drawn

        ask("void window.jupyterapp.commands.execute('docmanager:save')")
        wait_for(lambda: not ask(f"{PANEL}.context.model.dirty"), "the file")
        browser.get(f"{url}/lab/tree/{name}?reset")
        wait_for(lambda: ask(f"{kernel}.connectionStatus") == "connected", "the kernel once more")
        again = look_at_figures(browser)
        assert again == drawn, (again, drawn)
        browser.save_screenshot(picture)
        asked = other_machines(browser)
        assert not asked, asked
        size = os.path.getsize(os.path.join(folder, name))
        print(json.dumps({"version": ask("window.jupyterapp.version"), "figures": drawn, "bytes": size}))
    finally:
        if browser:
            browser.quit()
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
