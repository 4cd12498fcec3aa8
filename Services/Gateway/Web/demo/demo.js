/* What a company pastes as one line of HTML; here the site's key comes from the server, because each installation has its own. */
async function siteKey() {
  try {
    const answer = await fetch("/demo/site.json", { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).site : "";
  } catch {
    return "";
  }
}

function install(site) {
  const script = document.createElement("script");
  script.src = "/widget.js";
  script.async = true;
  script.dataset.site = site;
  // ?locale=ar, ?accent=2f6b4f, ?position=start: the widget's attributes, to try them without editing the page.
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (["locale", "accent", "position"].includes(name)) script.dataset[name] = value;
  }
  document.head.append(script);
}

siteKey().then((site) => {
  if (site) install(site);
  else document.getElementById("missing").hidden = false;
});
