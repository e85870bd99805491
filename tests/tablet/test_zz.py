from tests.tablet.conftest import Hand, shot, kept
def test_look(hand: Hand) -> None:
    page = hand.page
    msgs = []
    page.on("console", lambda m: msgs.append(m.text)); page.on("pageerror", lambda e: msgs.append(str(e)))
    shot(page, "day")
    page.click("article.visit .main"); page.wait_for_selector(".t-tabs"); shot(page, "visit")
    for tab in ("parts","hours","photos","remote"):
        page.click(f".t-tabs a[href$='{tab}']"); page.wait_for_timeout(400); shot(page, tab)
    for a in ("#/outbox","#/settings","#/fault","#/scan"):
        page.goto(hand.garage.address+"/t/"+a); page.wait_for_timeout(600); shot(page, a[2:])
    print(msgs); print(kept())
