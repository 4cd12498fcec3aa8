"""Pictures for a person to look at: widget and inbox in light, dark and on a phone. BROWSER_SCREENSHOTS names the folder (default .build/screenshots)."""

import pytest
from playwright.sync_api import expect

LOOKS = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True, "is_mobile": True},
}


@pytest.mark.parametrize("look", LOOKS)
def test_widget_and_inbox(suite, visitor, inbox, online, screenshots, look):
    options = LOOKS[look]
    widget = visitor(**options)
    expect(widget.launcher).to_be_visible()
    screenshots(widget.page, f"demo-{look}")
    widget.open()
    screenshots(widget.page, f"widget-open-{look}")
    widget.write("Does the Tarn 3 stand well in strong wind?")
    widget.expect_state("Does the Tarn 3 stand well in strong wind?", "sent|delivered|read")

    ana = inbox("ana", size=options["viewport"])
    ana.page.emulate_media(color_scheme=options["color_scheme"])
    expect(ana.row("Does the Tarn 3")).to_be_visible()
    screenshots(ana.page, f"inbox-list-{look}")
    ana.open("Does the Tarn 3 stand well in strong wind?")
    ana.reply("Hi, I am Ana. Yes, up to 18 m/s if you use all eight guy lines.")
    ana.reply("I can send you the pitching guide if you like.")
    expect(widget.message("I can send you the pitching guide if you like.")).to_be_visible()
    widget.write("Yes please.")
    expect(ana.message("Yes please.")).to_be_visible()
    widget.expect_state("Yes please.", "read")
    ana.text.press_sequentially("Here")
    expect(widget.frame.get_by_text("is typing")).to_be_visible()
    screenshots(widget.page, f"widget-talking-{look}")
    screenshots(ana.page, f"inbox-conversation-{look}")


def test_other_moments(suite, visitor, far_visitor, online, screenshots):
    widget, line = far_visitor
    widget.open()
    widget.write("Do you sell single guy lines?")
    widget.expect_state("Do you sell single guy lines?", "sent|delivered|read")
    line.cut()
    expect(widget.status).to_contain_text("Reconnecting…")
    widget.write("I am on a train, so take your time.")
    screenshots(widget.page, "widget-reconnecting")
    line.restore()
    widget.expect_live()
    suite.staff["ana"].close(suite.staff["carla"].open_sessions()[0]["id"])
    expect(widget.frame.get_by_role("button", name="Start a new conversation")).to_be_visible()
    screenshots(widget.page, "widget-closed")

    arabic = visitor(path="?locale=ar&accent=2f6b4f")
    arabic.page.get_by_role("button", name="افتح المحادثة").click()
    expect(arabic.frame.get_by_role("textbox", name="اكتب رسالة")).to_be_focused()
    screenshots(arabic.page, "widget-arabic")

    online(nobody=True)
    alone = visitor().open()
    expect(alone.frame.get_by_role("textbox", name="E-mail")).to_be_visible()
    screenshots(alone.page, "widget-nobody-there")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name, path", [("teams", "/teams"), ("routing", "/settings/routing"), ("preview", "/settings/routing?tab=preview"), ("queue", "/queue")])
def test_pages_of_supervisors(inbox, watch, screenshots, look, name, path):
    watch.expect(r"status of (404|501).*/api/(v1/routing/queue|settings/business-rules)")
    page = inbox("carla", path=path, size=LOOKS[look]["viewport"]).page
    page.emulate_media(color_scheme=LOOKS[look]["color_scheme"])
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    screenshots(page, f"{name}-{look}")
    if look == "light":
        page.evaluate("document.documentElement.dir = 'rtl'")
        screenshots(page, f"{name}-right-to-left")
