"""What is on the tablet stays there until the server has it, and can be carried out by hand."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from service.checklists.templates import ChecklistTemplate
from service.core.clock import now
from service.core.db import db
from service.stations.models import Station
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Garage, Hand, kept, picture

DAYS = timedelta(days=1)
LATER = """async (hours) => {
  const { getPackage, savePackage, openStore } = await import("/static/t/store.js");
  const past = (at) => new Date(Date.parse(at) - hours * 3600e3).toISOString();
  const pkg = await getPackage();
  await savePackage({ ...pkg, at: past(pkg.at) });
  const db = await openStore();
  for (const op of await db.getAll("outbox")) {
    await db.put("outbox", { ...op, made_at: op.made_at - hours * 3600e3 });
  }
}"""

# Pressed, and gone to another page that is there before the store is through with the draft.
LEAVE = """async (to) => {
  const drop = IDBObjectStore.prototype.delete;
  const dropped = new Promise((settle) => {
    IDBObjectStore.prototype.delete = function (key) {
      const held = () => {
        if (document.body.dataset.shown !== to) this.get("nothing").onsuccess = held;
      };
      held();
      this.transaction.addEventListener("complete", settle);
      return drop.call(this, key);
    };
  });
  document.querySelector("main form .button.main").click();
  location.hash = to;
  await dropped;
  await new Promise(requestAnimationFrame);
}"""


def files(*colours: str) -> list[dict[str, Any]]:
    return [
        {"name": f"{one}.png", "mimeType": "image/png", "buffer": picture(one)} for one in colours
    ]


def test_photos_and_a_signature_saved_at_once_all_arrive(light: Hand, visit: ServiceVisit) -> None:
    """Through the pages' own store, without waiting between them."""
    shas = light.page.evaluate(
        """async ([visit_id, files]) => {
          const { addOperation, putBlob } = await import("/static/t/store.js");
          const { flush } = await import("/static/t/outbox.js");
          const keep = async (bytes, at) => {
            const sha = await putBlob(new Uint8Array(bytes), "image/png");
            const photo = { kind: "photo", body: { sha, caption: "", station_id: null } };
            const sign = { kind: "sign", body: { name: "Kim", role: "", png: sha, strokes: [] } };
            await addOperation({ visit_id, blobs: [sha], ...(at ? photo : sign) });
            flush({ now: true });
            return sha;
          };
          return Promise.all(files.map(keep));
        }""",
        [visit.id, [list(picture(f"hsl({n * 20}, 80%, 50%)")) for n in range(12)]],
    )
    light.handed_over(12)

    assert {sha for one in kept() for sha in one.blobs} == set(shas)
    assert len(shas) == 12


def test_what_is_typed_is_there_again_and_can_be_thrown_away(
    hand: Hand, visit: ServiceVisit
) -> None:
    page = hand.page
    page.goto(f"{hand.garage.address}/t/#/fault")
    page.locator("textarea").fill("The door does not close")
    page.get_by_text("Fara: nu").click()
    page.set_input_files("input[type=file]", files("red", "blue"))  # type: ignore[arg-type]
    expect(page.get_by_text("2 bilder sparade")).to_be_visible()
    hand.again()

    expect(page.locator(".restored")).to_contain_text("Utkast återställt")
    expect(page.locator("textarea")).to_have_value("The door does not close")
    expect(page.get_by_label("Fara: nu")).to_be_checked()
    expect(page.get_by_text("2 bilder sparade")).to_be_visible()

    # Another visit's form has nothing of it.
    page.goto(f"{hand.garage.address}/t/#/visit/{visit.id}/photos")
    expect(page.locator("textarea")).to_have_value("")
    page.goto(f"{hand.garage.address}/t/#/fault")
    page.get_by_role("button", name="Kasta utkastet").click()
    expect(page.locator("textarea")).to_have_value("")
    expect(page.locator(".restored")).to_have_count(0)


def test_a_file_of_all_that_is_not_sent_is_complete_and_readable(
    garage: Garage, light: Hand, visit: ServiceVisit, tmp_path: Path
) -> None:
    show(light.page, "#/outbox")
    garage.stop()
    sha = light.photo()
    light.do("photo", visit.id, [sha], sha=sha, caption="Skåpet", station_id=None)
    light.do("note", visit.id, text="Åäö")
    light.page.evaluate(
        "async () => (await import('/static/t/store.js')).saveDraft('note-9', 'n1', {text: 'Half'})"
    )
    with light.page.expect_download() as saved:
        light.page.get_by_role("button", name="Spara en fil").click()

    told = json.loads(Path(saved.value.path()).read_text())
    assert [(one["kind"], one["state"]) for one in told["operations"]] == [
        ("photo", "waiting"),
        ("note", "waiting"),
    ]
    assert told["operations"][1]["body"] == {"text": "Åäö"}
    assert told["person"]["name"] == "Tove Tekniker"
    assert told["drafts"]["note-9"]["n1"]["text"] == "Half"
    assert hashlib.sha256(base64.b64decode(told["blobs"][sha]["base64"])).hexdigest() == sha
    assert len(light.stored("outbox")) == 2


def test_an_old_day_and_old_work_are_said(garage: Garage, light: Hand, visit: ServiceVisit) -> None:
    show(light.page, "#/outbox")
    garage.stop()
    light.do("note", visit.id, text="One")
    expect(light.page.locator("main .notice").filter(has_text="dygn")).to_have_count(0)
    light.page.evaluate(LATER, 49)
    show(light.page, "#/")

    expect(light.page.get_by_text("Hämtat för mer än ett dygn sedan")).to_be_visible()
    expect(light.page.get_by_text("Något har väntat i två dygn")).to_be_visible()


def show(page: Page, address: str) -> None:
    page.evaluate("(address) => (location.hash = address)", address)
    page.wait_for_function(
        "(name) => document.body.dataset.page === name", arg=address[2:].split("/")[0] or "day"
    )


def test_a_list_that_is_published_meanwhile_leaves_the_run_as_it_was(
    light: Hand, visit: ServiceVisit
) -> None:
    run = light.stored("package")[0]["visits"][0]["runs"][0]
    template = db.session.scalars(db.select(ChecklistTemplate)).all()
    for one in template:
        if one.published:
            new = one.published.new_version("test", now())
            new.publish("test", now())
    db.session.commit()
    light.sync()

    pkg = light.stored("package")[0]
    assert pkg["visits"][0]["runs"][0]["version_id"] == run["version_id"]
    assert str(run["version_id"]) in pkg["versions"]
    light.open(f"#/visit/{visit.id}/run/{run['uuid']}")
    light.page.locator(".row").first.wait_for()


def test_a_state_is_never_shown_without_its_age(
    garage: Garage, light: Hand, harbour: Station
) -> None:
    """Of now, of the day's package where nobody answers, and grey when it has grown old."""
    page = light.page
    light.open(f"#/station/{harbour.id}")
    expect(page.locator(".t-age")).to_have_text("Stationen har aldrig hört av sig.")

    garage.stop()
    page.get_by_role("button", name="Hämta läget").click()
    expect(page.locator("main .state.offline")).to_contain_text("läget är okänt")

    garage.start()
    outlet = {"number": 1, "status": "Charging", "error_code": "NoError"}
    told = {"as_of": now().isoformat(), "connected": True, "connectors": [outlet]}
    garage.refuse(f"GET /api/t/stations/{harbour.id}/live", "200 OK", json.dumps(told))
    page.clock.install()
    page.get_by_role("button", name="Hämta läget").click()
    expect(page.locator(".t-age:not(.stale)")).to_contain_text("Läget")
    expect(page.locator(".t-outlets")).to_contain_text("Uttag 1: laddar")
    page.clock.fast_forward("05:00")
    expect(page.locator(".t-age.stale")).to_contain_text("5 min sedan · kan ha ändrats")


def test_what_is_kept_late_leaves_the_next_page_alone(
    garage: Garage, light: Hand, visit: ServiceVisit, harbour: Station
) -> None:
    garage.refuse("POST /api/t/operations", "503 Service Unavailable")
    page = light.open(f"#/fault/{harbour.id}")
    page.locator("textarea").fill("The door hangs")
    page.evaluate(LEAVE, "#/scan")

    expect(page.locator("main h1")).to_have_text("Skanna")
    assert [one["kind"] for one in light.stored("outbox")] == ["new_fault"]
