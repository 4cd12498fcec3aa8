"""People and keys, as their administrator finds them; most of it with the keyboard."""

import re
import uuid
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from pages import sign_in
from suite import eventually

PASSWORD = "correct horse battery staple"
LOOKS = {
    "light": ({"width": 1440, "height": 900}, "light"), "dark": ({"width": 1440, "height": 900}, "dark"), "phone": ({"width": 390, "height": 844}, "light"),
}


@pytest.fixture
def carla(inbox):
    return lambda path, **options: inbox("carla", path=path, **options).page


def test_somebody_is_invited_signs_in_is_reset_and_disabled(suite, carla, browser, watch):
    email = f"dora-{uuid.uuid4().hex[:6]}@nordlys.example"
    page = carla("/settings/people")
    page.get_by_role("button", name="Invite", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Enter a name.")).to_be_visible()
    page.keyboard.type("Dora Lind")
    page.keyboard.press("Tab")
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("is shown only once")).to_be_visible()
    link = dialog.locator("code").inner_text()
    assert "/invitation#" in link
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1, name="Dora Lind")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/settings/people/[0-9a-f-]{36}$"))
    expect(page.get_by_text("has not chosen a password yet")).to_be_visible()

    # Dora, in a browser of her own.
    dora = browser.new_context().new_page()
    choose(dora, link, "Choose a password")
    sign_in(dora, suite.gateway, SimpleNamespace(email=email, password=PASSWORD))

    page.reload()
    table = page.get_by_role("region", name="Sessions table")
    expect(table.get_by_text("Chrome on Linux")).to_be_visible()
    page.get_by_role("button", name="Reset the password").press("Enter")
    expect(page.get_by_role("dialog").get_by_text("signed out everywhere")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Reset it").press("Enter")
    expect(page.get_by_text("Dora is not signed in anywhere.")).to_be_visible()
    reset = page.locator(".secret code").inner_text()
    assert "/reset#" in reset
    dora.context.close()  # her page leaves by itself, since she is signed out
    again = browser.new_context().new_page()
    choose(again, reset, "Choose a new password")
    again.context.close()

    page.get_by_role("radio", name="Viewer").check()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Dora Lind is viewer now.")).to_be_visible()
    page.get_by_role("button", name="Disable Dora").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Disable").press("Enter")
    expect(page.get_by_role("button", name="Enable Dora")).to_be_visible()
    user = next(user for user in suite.staff["carla"].ask("GET", "/api/users?limit=200")["items"] if user["email"] == email)
    assert user["disabled"] and user["role"] == "viewer"


def choose(page, link, heading):
    page.goto(link)
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()


def test_nobody_changes_their_own_role_or_state(suite, carla):
    me = suite.staff["carla"].ask("GET", "/api/auth/me")
    page = carla(f"/settings/people/{me['id']}")
    expect(page.get_by_text("Nobody changes their own role")).to_be_visible()
    expect(page.get_by_role("radio", name="Agent")).to_be_disabled()
    expect(page.get_by_role("button", name=re.compile("Disable|Reset"))).to_have_count(0)


def test_a_key_is_made_shown_once_and_revoked(suite, carla):
    name = f"Shop {uuid.uuid4().hex[:6]}"
    page = carla("/settings/keys")
    page.get_by_role("button", name="Make a key").first.press("Enter")
    dialog = page.get_by_role("dialog")
    page.keyboard.type(name)
    dialog.get_by_label("Ends").select_option("30")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Make the key").press("Enter")
    key = dialog.locator("code").inner_text()
    assert key.startswith("sk_")
    page.keyboard.press("Escape")
    row = page.get_by_role("row", name=re.compile(name))
    expect(row.get_by_role("cell", name="Read conversations")).to_be_visible()
    expect(row.get_by_role("cell", name="Never", exact=True)).to_have_count(1)
    assert key not in page.content()
    assert suite.call("GET", "/api/v1/chat/sessions", token=key)[0] == 200
    assert suite.call("GET", "/api/teams", token=key)[0] == 403
    page.get_by_role("button", name=f"Revoke {name}").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Revoke the key").press("Enter")
    expect(row).to_have_count(0)
    eventually(lambda: suite.call("GET", "/api/v1/chat/sessions", token=key)[0] == 401, "the key is refused")


@pytest.mark.parametrize("look", LOOKS)
def test_people_and_keys_have_pictures(suite, carla, screenshots, look):
    size, scheme = LOOKS[look]
    made = suite.staff["carla"].ask("POST", "/api/keys", {"name": "Warehouse, with a name that is as long as names of programs are", "scopes": ["conversations:read", "conversations:write", "routing:read"]})
    page = carla("/settings/people", size=size)
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_role("list", name="People").get_by_role("link").first).to_be_visible()
    screenshots(page, f"people-{look}")
    bruno = page.get_by_role("list", name="People").get_by_role("link").filter(has_text="bruno@")
    bruno.click()
    expect(page.get_by_role("button", name="Reset the password")).to_be_visible()
    screenshots(page, f"person-{look}")
    # Wide or narrow, the other settings and the other pages are one step away.
    navigation = page.get_by_role("navigation", name="Sections" if look == "phone" else "Switchboard")
    expect(navigation.get_by_role("link", name="Inbox")).to_be_in_viewport(ratio=1)
    navigation.get_by_role("link", name="API keys").click()
    row = page.get_by_role("row", name=re.compile("Warehouse, with a name"))
    for part in (row.get_by_text("Read conversations, Write in conversations, Read teams and routing"), row.get_by_text("Never"), row.get_by_role("button", name=re.compile("^Revoke"))):
        expect(part.filter(visible=True).first).to_be_in_viewport(ratio=1)
    screenshots(page, f"keys-{look}")
    page.get_by_role("button", name="Make a key").first.click()
    screenshots(page, f"key-new-{look}")
    suite.call("DELETE", f"/api/keys/{made['id']}", token=suite.staff["carla"].token)


DRAFTS = "() => Object.keys(localStorage).filter((key) => key.startsWith('switchboard.draft.'))"


def test_signing_out_everywhere_takes_ones_own_drafts_along_and_nobody_elses(suite, browser, watch):
    watch.expect("status of 40[01]")
    email = f"eva-{uuid.uuid4().hex[:6]}@nordlys.example"
    eva = suite.staff["carla"].ask("POST", "/api/users", {"id": str(uuid.uuid4()), "name": "Dr. Eva Holm", "email": email, "role": "admin"})
    token = eva["invitation"]["url"].split("#")[1]
    assert suite.call("POST", "/api/auth/invitation", {"token": token, "password": PASSWORD})[0] < 300
    page = watch.page(browser.new_context(locale="en-GB").new_page())
    sign_in(page, suite.gateway, SimpleNamespace(email=email, password=PASSWORD))
    others = f"switchboard.draft.{suite.staff['ana'].ask('GET', '/api/auth/me')['id']}.s-1"
    page.evaluate("(keys) => keys.forEach((key) => localStorage.setItem(key, JSON.stringify({ text: 'Half a reply', at: Date.now() })))", [f"switchboard.draft.{eva['id']}.s-1", others])
    page.goto(f"{suite.gateway}/settings/people/{eva['id']}")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert page.evaluate(DRAFTS) == [others]
    page.context.close()
