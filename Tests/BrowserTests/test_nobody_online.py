"""Nobody is there: the widget says so, takes an e-mail address and keeps the message."""

import re

from playwright.sync_api import expect

from suite import eventually


def test_the_visitor_leaves_an_address_and_the_message_waits(suite, visitor, online, inbox):
    online(nobody=True)
    widget = visitor()
    eventually(lambda: not is_somebody_there(suite), "the service knows that nobody is there")
    widget.page.reload()
    widget.open()
    expect(widget.frame.get_by_text("Nobody is here right now", exact=True)).to_be_visible()

    email = widget.frame.get_by_role("textbox", name="E-mail")
    email.fill("samira@post")
    widget.frame.get_by_role("button", name="Save").click()
    expect(widget.frame.get_by_role("alert")).to_have_text("Something is missing after “post”.")
    expect(email).to_be_focused()
    email.fill("samira@post.example")
    widget.frame.get_by_role("textbox", name="Your name").fill("Samira")
    widget.frame.get_by_role("button", name="Save").click()
    expect(widget.frame.get_by_text(re.compile("answer to samira@post.example"))).to_be_visible()

    widget.write("Is the Fjell jacket warm enough for minus 15?")
    widget.expect_state("Is the Fjell jacket warm enough for minus 15?", "sent")
    session = suite.staff["carla"].session_with("Is the Fjell jacket warm enough for minus 15?")
    assert session["status"] == "waiting" and session["agent"] is None
    customer = f"/api/admin/customers/{session['customer']['id']}"
    eventually(lambda: suite.staff["carla"].ask("GET", customer)["email"] == "samira@post.example", "the address arrived")
    assert suite.staff["carla"].ask("GET", customer)["name"] == "Samira"

    # Somebody comes in the morning and finds it.
    online()
    ana = inbox("ana")
    expect(ana.row("Is the Fjell jacket warm enough")).to_be_visible()
    ana.open("Is the Fjell jacket warm enough for minus 15?")
    details = ana.page.get_by_role("complementary", name="Customer details")
    expect(details.get_by_text("How the e-mail address is known: Typed by the visitor, not checked")).to_be_visible()
    details.get_by_role("button", name="Confirm the e-mail address samira@post.example").click()
    expect(details.get_by_text("How the e-mail address is known: Entered by your team")).to_be_visible()
    ana.reply("Yes, with a pullover.")
    expect(widget.message("Yes, with a pullover.")).to_be_visible()


def is_somebody_there(suite):
    status, answer = suite.call("POST", "/api/v1/widget/visitors", {"site": suite.ready["site"]})
    assert status == 201, answer
    return answer["settings"]["online"]
