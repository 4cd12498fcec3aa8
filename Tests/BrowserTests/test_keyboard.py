"""Everything the widget offers, without a mouse, enlarged, and without motion."""

from playwright.sync_api import expect


def test_a_whole_conversation_by_keyboard(suite, visitor, online):
    widget = visitor()
    page = widget.page
    expect(widget.launcher).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if widget.launcher.evaluate("button => button.getRootNode().activeElement === button"):
            break
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.text).to_be_focused()
    page.keyboard.type("First line,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line.")
    page.keyboard.press("Enter")
    expect(widget.text).to_have_value("")
    expect(widget.text).to_be_focused()
    expect(widget.log.get_by_text("First line,")).to_be_visible()
    assert widget.texts() == ["First line,\nsecond line."]
    # There is something to forget only when the server has the message.
    expect(widget.forget).to_be_visible()

    # The order goes as one reads: launcher, close, messages, text, send, forget.
    page.keyboard.press("Tab")
    expect(widget.frame.get_by_role("button", name="Send")).to_be_focused()
    page.keyboard.press("Tab")
    expect(widget.forget).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(widget.text).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(widget.frame.get_by_role("region", name="Conversation")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(widget.frame.get_by_role("button", name="Close the chat")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Tab")
    expect(widget.frame.get_by_role("button", name="Close the chat")).to_be_focused()

    page.keyboard.press("Escape")
    expect(widget.launcher).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    expect(widget.text).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")


def test_a_closed_panel_holds_no_focus_stop(visitor, online):
    widget = visitor()
    expect(widget.launcher).to_be_visible()
    widget.launcher.focus()
    widget.page.keyboard.press("Tab")
    assert not widget.page.evaluate("document.activeElement.shadowRoot?.activeElement?.tagName === 'IFRAME'")


def test_twice_enlarged_the_panel_fills_the_window_and_everything_fits(visitor, online):
    # 1440 × 900 at 200 %; without motion, since a panel that still slides in is measured on its way
    widget = visitor(viewport={"width": 720, "height": 450}, reduced_motion="reduce").open()
    widget.write("A message that is long enough to be broken into several lines, whatever the width of the window may be at this moment.")
    widget.expect_state("A message that is long enough to be broken into several lines, whatever the width of the window may be at this moment.", "sent|delivered|read")
    frame = widget.page.locator("iframe[src*='/widget/frame']")
    box = frame.bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= 720 and box["y"] + box["height"] <= 450
    assert widget.frame.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth && html.scrollHeight <= html.clientHeight")
    for part in (widget.text, widget.frame.get_by_role("button", name="Send"), widget.frame.get_by_role("button", name="Close the chat"), widget.forget):
        expect(part).to_be_in_viewport(ratio=1)


def test_on_a_phone_it_covers_the_screen(visitor, online):
    widget = visitor(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce").open()
    assert widget.page.locator("iframe[src*='/widget/frame']").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    widget.frame.get_by_role("button", name="Close the chat").click()
    expect(widget.launcher).to_be_focused()


def test_nothing_moves_when_less_motion_is_wanted(visitor, online):
    widget = visitor(reduced_motion="reduce").open()
    widget.write("No motion, please.")
    widget.expect_state("No motion, please.", "sent|delivered|read")
    moving = "() => document.getAnimations().filter(each => each.playState === 'running').length"
    assert widget.frame.locator("body").evaluate(moving) == 0
    assert widget.page.evaluate(moving) == 0
