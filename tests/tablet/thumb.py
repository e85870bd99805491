"""A thumb on the glass: goes through a visit page by page, as its technician does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import FilePayload, Page, expect

from tests.tablet.items.conftest import until
from tests.tablets.conftest import photo

PHOTO = photo("darkgreen", size=(640, 480))
FILE = FilePayload(name="cabinet.jpg", mimeType="image/jpeg", buffer=PHOTO)
# How an item is answered that is not as it should be, by its key.
Special = Mapping[str, Mapping[str, Any]]
# More pages than any list has: a loop that does not end is a fault.
MOST = 150


@dataclass
class Thumb:
    page: Page

    # ---- the day

    def open_visit(self) -> None:
        self.page.get_by_role("link", name="Öppna").first.click()
        self.page.wait_for_selector(".visit-tab")

    def confirm(self, code: str) -> None:
        self.page.fill("#code", code)
        self.page.get_by_role("button", name="Bekräfta platsen").click()
        expect(self.page.locator("body")).to_contain_text("rätt station")

    def check_in(self) -> None:
        self.page.get_by_role("button", name="Checka in").click()
        expect(self.page.locator(".visit-tab .state.service")).to_be_visible()

    # ---- the list

    def go_through(self, special: Special, most: int = MOST) -> list[str]:
        """Every page that is missing something, to the review. `special`: what is
        answered otherwise."""
        self.page.locator(".visit-foot .main").click()
        answered = []
        for _each in range(most):
            self.page.wait_for_selector("#item, #finish")
            if self.page.locator("#finish").count():
                break
            name = self.name()
            self.answer(name, special.get(name.split("|")[0]) or {})
            answered.append(name)
            self.next()
        return answered

    def name(self) -> str:
        return unquote(str(self.page.evaluate("location.hash"))).rpartition("/")[2]

    def item(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(ITEM, name.split("|")[0])
        return found

    def answer(self, name: str, told: Mapping[str, Any]) -> None:
        item = self.item(name)
        getattr(self, f"_{item['type']}")(item, told)
        if "note" in told:
            self.page.fill("#note", told["note"])
        if told.get("photo"):
            self.photo()
        if told.get("ticket"):
            self.page.locator("label.tick:visible", has_text="ärende").locator("input").check()

    def next(self) -> None:
        """And wait until its page has given way to another."""
        expect(self.page.locator("#next")).to_be_enabled()
        self.page.evaluate("document.querySelector('#item').dataset.gone = ''")
        self.page.click("#next")
        until(self.page, "!document.querySelector('#item[data-gone]')")

    def photo(self) -> None:
        before = self.page.locator(".photos img").count()
        self.page.locator("input[type=file]").last.set_input_files(FILE)
        expect(self.page.locator(".photos img")).to_have_count(before + 1)

    def _verdict(self, _item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        self._choose(told.get("value", "ok"))

    def _choice(self, item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        good = next(one["key"] for one in item["choices"] if one["verdict"] in ("ok", None))
        self._choose(told.get("value", good))

    def _number(self, item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        self.page.fill("#field", told.get("value") or within(item))
        if self.page.locator("#instrument").count():
            self.page.select_option("#instrument", index=1)

    def _text(self, _item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        self.page.fill("#field", told.get("value", "Rent och torrt"))

    def _photo(self, _item: Mapping[str, Any], _told: Mapping[str, Any]) -> None:
        self.photo()

    def _signature(self, _item: Mapping[str, Any], _told: Mapping[str, Any]) -> None:
        self.page.fill("#field", "Kim Kund")
        self.draw()

    def _part(self, _item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        if "value" not in told:
            self.page.get_by_role("button", name="Inga delar").click()
            return
        self.page.fill("#field", told["value"])
        expect(self.page.locator(".parts li")).to_have_count(1)

    def _auto(self, item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        if item["auto"] in ("signal", "firmware"):
            self.page.fill("#field", told.get("value", "-71" if item["auto"] == "signal" else "5"))
        else:
            self._choose(told.get("value", "true"))

    def _choose(self, value: str) -> None:
        self.page.locator("#item label.answer").filter(
            has=self.page.locator(f"input[value='{value}']")
        ).click()

    def draw(self) -> None:
        glass = self.page.locator("#sign-glass")
        glass.scroll_into_view_if_needed()
        box = glass.bounding_box()
        assert box
        self.page.mouse.move(box["x"] + 40, box["y"] + 60)
        self.page.mouse.down()
        for step in range(1, 20):
            up = 60 + 30 * math.sin(step)
            self.page.mouse.move(box["x"] + 40 + step * 12, box["y"] + up)
        self.page.mouse.up()
        expect(self.page.get_by_text("Underskriften finns.")).to_be_visible()

    # ---- the end

    def missing_leads_back(self) -> None:
        """The review says what is missing, and each is a way to it."""
        address = self.page.url
        self.page.get_by_role("link", name="Granska och avsluta").first.click()
        link = self.page.locator(".missing a").first
        link.click()
        expect(self.page.locator("#item")).to_be_visible()
        self.page.goto(address)
        self.page.wait_for_selector(".visit-foot")

    def hand_over(self, why: str) -> None:
        visit = self.page.url.partition("/run/")[0]
        self.page.goto(visit)
        self.page.get_by_role("button", name="Lämna över").click()
        self.page.fill("dialog textarea", why)
        self.page.locator("dialog .main").click()
        expect(self.page.locator("dialog")).to_have_count(0)

    def advise(self, words: str) -> None:
        found = self.page.locator(".found", has_text="Blir en rad till nästa besök.")
        found.locator("textarea").fill(words)

    def sent(self) -> None:
        expect(self.page.locator(".unsent .ok")).to_be_visible(timeout=20_000)

    def finish(self, minutes: int = 75) -> None:
        for tick in self.page.locator(".line > label.tick:first-child input").all():
            tick.check()
        for early in self.page.locator(".line input[id$=early]:visible").all():
            early.check()
        self.page.fill("#minutes-work", str(minutes))
        self.page.fill("#minutes-travel", "40")
        self.page.fill("#sign-name", "Kim Kund")
        self.page.fill("#sign-role", "Driftchef")
        self.draw()
        self.page.click("#finish")
        expect(self.page.locator("h1")).to_have_text("Besöket är avslutat")


ITEM = """async (key) => {
  const store = await import("/static/t/store.js");
  const { versions } = await store.getPackage();
  const sections = Object.values(versions).flatMap((one) => one.document.sections);
  return sections.flatMap((one) => one.items).find((one) => one.key === key);
}"""


def within(item: Mapping[str, Any]) -> str:
    """A number that is as it should be, with a comma."""
    low = item.get("warn_min") if item.get("warn_min") is not None else item.get("min")
    high = item.get("warn_max") if item.get("warn_max") is not None else item.get("max")
    if low is not None and high is not None:
        number = (low + high) / 2
    elif high is not None:
        number = high * 0.6
    else:
        number = low * 1.5 if low is not None else 12.0
    return f"{number:.{item.get('decimals') or 0}f}".replace(".", ",")
