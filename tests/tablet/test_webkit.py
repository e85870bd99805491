"""The way through the day in WebKit, which has no background sync and no reader of codes.

Needs Debian's webkit2gtk-driver and xvfb; without them these tests are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service

from service.core.clock import now
from service.core.db import db
from service.people.models import Person
from service.people.tablets import TabletCode
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import PIN, Garage, kept

DRIVER = shutil.which("WebKitWebDriver")
SCREEN = shutil.which("Xvfb")
BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
PATIENCE_S = 30

pytestmark = [
    pytest.mark.skipif(
        not (DRIVER and SCREEN and BROWSER), reason="webkit2gtk-driver or xvfb is not installed"
    ),
    # Selenium warns of how its own driver for WebKitGTK calls it.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]


@pytest.fixture
def screen() -> Iterator[str]:
    """A display that nobody looks at; it says its own number when it is there."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [str(SCREEN), "-displayfd", str(write), "-screen", "0", "1280x1280x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        yield f":{told.readline().strip()}"
    process.terminate()
    process.wait()


@pytest.fixture
def webkit(screen: str, tmp_path: Path) -> Iterator[WebKitGTK]:
    options = WebKitGTKOptions()
    options.binary_location = str(BROWSER)
    options.add_argument("--automation")
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        # Inside a container it has no user namespaces for a sandbox.
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    }
    browser = WebKitGTK(options=options, service=Service(str(DRIVER), env=environment))
    yield browser
    browser.quit()


def see(browser: WebKitGTK, selector: str) -> None:
    WebDriverWait(browser, PATIENCE_S, poll_frequency=0.1).until(
        lambda it: it.execute_script(
            "return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector
        )
    )


def see_text(browser: WebKitGTK, selector: str, text: str) -> None:
    WebDriverWait(browser, PATIENCE_S, poll_frequency=0.1).until(
        lambda it: it.execute_script(
            "return document.querySelector(arguments[0])?.textContent === arguments[1]",
            selector,
            text,
        )
    )


def press(browser: WebKitGTK, selector: str) -> None:
    see(browser, selector)
    browser.execute_script("document.querySelector(arguments[0]).click()", selector)


def unlock(browser: WebKitGTK) -> None:
    see(browser, "#pin")
    browser.find_element(By.ID, "pin").send_keys(PIN)
    press(browser, "form .main")


def test_enrolled_and_offline_one_operation_arrives_once(
    garage: Garage, webkit: WebKitGTK, tove: Person, visit: ServiceVisit
) -> None:
    code = TabletCode.make(tove, tove, now())
    db.session.commit()
    webkit.get(f"{garage.address}/t/#/enrol/{code}")
    see(webkit, "#pin")
    webkit.find_element(By.ID, "pin").send_keys(PIN)
    press(webkit, "form .main")
    # Loaded anew, and locked: no page is shown yet.
    see(webkit, "body:not([data-page]) #pin")
    unlock(webkit)
    see(webkit, "article.visit")
    WebDriverWait(webkit, PATIENCE_S, poll_frequency=0.1).until(
        lambda it: it.execute_script("return navigator.serviceWorker.controller !== null")
    )
    garage.stop()

    webkit.refresh()
    unlock(webkit)
    press(webkit, f"[data-visit='{visit.id}'] .main")
    see(webkit, f"body[data-shown='#/visit/{visit.id}']")
    press(webkit, "main .card .t-row .button.main")
    see_text(webkit, "#state.offline", "1 not sent")
    assert not kept()

    garage.start()
    press(webkit, "#sync:enabled")
    see(webkit, "#state.ok")
    assert [one.kind for one in kept()] == ["check_in"]
    assert garage.came("POST /api/t/operations") == 1
