"""Names, roles, order, contrast and size on every page, in light and dark and from right to left."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

CHECK = (Path(__file__).parent / "accessibility.js").read_text()


def problems(*places):
    found = []
    for place in places:
        evaluate = place.evaluate if hasattr(place, "evaluate") else place.locator("html").evaluate
        found += evaluate(CHECK)
    return found


def test_the_check_itself_finds_what_is_wrong(browser):
    page = browser.new_page()
    page.set_content("<button></button><img src=x><p style='color:#999;background:#fff'>pale</p><h3>deep</h3><a id=a></a><i id=a></i>")
    found = "\n".join(problems(page))
    page.close()
    for sign in ("names no language", "no title", "Without a name", "without a text", "Contrast 2.8", "first level", "used twice", "No main part"):
        assert sign in found, f"{sign!r} is missing in:\n{found}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_widget(suite, visitor, online, scheme):
    widget = visitor(color_scheme=scheme)
    expect(widget.launcher).to_be_visible()
    assert problems(widget.page) == []
    widget.open()
    widget.write("How does this look?")
    widget.expect_state("How does this look?", "sent|delivered|read")
    suite.staff["ana"].say(suite.staff["ana"].session_with("How does this look?")["id"], "Well, I think: https://nordlys.example")
    expect(widget.frame.get_by_role("link")).to_be_visible()
    assert problems(widget.page, widget.frame) == []
    expect(widget.log).to_have_attribute("aria-live", "polite")
    suite.staff["ana"].close(suite.staff["carla"].open_sessions()[0]["id"])
    expect(widget.frame.get_by_role("button", name="Start a new conversation")).to_be_visible()
    assert problems(widget.frame) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_for_an_address(visitor, online, scheme):
    online(nobody=True)
    widget = visitor(color_scheme=scheme).open()
    expect(widget.frame.get_by_role("textbox", name="E-mail")).to_be_visible()
    widget.frame.get_by_role("button", name="Save").click()
    expect(widget.frame.get_by_role("alert")).not_to_be_empty()
    assert problems(widget.frame) == []


@pytest.mark.parametrize("accent", ["ffe14d", "2f6b4f", "101010", "f5f5f5", "ff0000"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_accent_stays_readable(visitor, online, scheme, accent):
    widget = visitor(path=f"?accent={accent}", color_scheme=scheme).open()
    widget.write("Can this be read?")
    widget.expect_state("Can this be read?", "sent|delivered|read")
    assert problems(widget.frame) == []


def test_arabic_reads_from_right_to_left(visitor, online):
    widget = visitor(path="?locale=ar")
    launcher = widget.page.get_by_role("button", name="افتح المحادثة")
    launcher.click()
    text = widget.frame.get_by_role("textbox", name="اكتب رسالة")
    expect(text).to_be_focused()
    html = widget.frame.locator("html")
    expect(html).to_have_attribute("dir", "rtl")
    expect(html).to_have_attribute("lang", re.compile("^ar"))
    text.fill("هل تثبت خيمة تارن ٣ في الرياح القوية؟")
    text.press("Enter")
    expect(widget.frame.get_by_text("أُرسلت")).to_be_visible()
    panel = widget.frame.locator("main").bounding_box()
    bubble = widget.frame.locator(".message.mine .bubble").bounding_box()
    close = widget.frame.get_by_role("button", name="إغلاق المحادثة").bounding_box()
    assert bubble["x"] - panel["x"] < panel["x"] + panel["width"] - bubble["x"] - bubble["width"], "one's own messages stand at the end, which is left"
    assert close["x"] < panel["x"] + panel["width"] / 2
    assert problems(widget.page, widget.frame) == []


def test_the_language_follows_the_browser(visitor, online):
    widget = visitor(locale="ar-EG")
    expect(widget.page.get_by_role("button", name="افتح المحادثة")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_inbox(visitor, inbox, online, scheme):
    ana = inbox("ana")
    ana.page.emulate_media(color_scheme=scheme)
    widget = visitor().open()
    widget.write("For the inbox.")
    expect(ana.row("For the inbox.")).to_be_visible()
    assert problems(ana.page) == []
    ana.open("For the inbox.")
    ana.reply("From the inbox.")
    assert problems(ana.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/signin", "/demo", "/docs"])
def test_pages_that_need_no_sign_in(suite, browser, watch, path, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = watch.page(context.new_page())
    page.goto(suite.gateway + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert problems(page) == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/teams", "/settings/website", "/settings/routing", "/settings/routing?tab=preview", "/queue", "/settings/people", "/settings/keys"])
def test_pages_of_supervisors(suite, inbox, watch, path, scheme):
    watch.expect(r"status of (404|501).*/api/(v1/routing/queue|settings/business-rules)")
    page = inbox("carla", path=path).page
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert problems(page) == []
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "right to left, nothing leaves the window"
