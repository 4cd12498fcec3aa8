import { useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { send } from "../shared/api.js";
import { Boundary } from "../shared/boundary.jsx";
import { Icon, Sprite } from "../shared/icons.jsx";
import { isKey, shortcutOf } from "../shared/keys.js";
import { ThemeButton } from "../shared/theme.jsx";
import { exampleOf, fieldsOf, jsonMedia, operationsByTag, resolve, search, snippet, typeWords } from "./reference.js";

const languages = ["curl", "Swift", "Python"];

function Docs() {
  const [api, setApi] = useState(null);
  const [problem, setProblem] = useState(null);
  const [text, setText] = useState("");
  const [key, setKey] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const [browsing, setBrowsing] = useState(false);
  const field = useRef(null), main = useRef(null);
  const groups = useMemo(() => (api ? operationsByTag(api) : []), [api]);
  const shown = useMemo(() => search(groups, text), [groups, text]);
  const operation = groups.flatMap((group) => group.operations).find((each) => each.key === key) || null;

  async function load() {
    setProblem(null);
    try {
      setApi(await send("GET", "/openapi.json"));
    } catch (error) {
      setProblem(error);
    }
  }
  useEffect(() => { load(); }, []);
  useEffect(() => {
    const moved = () => { setKey(decodeURIComponent(location.hash.slice(1))); setBrowsing(false); main.current?.focus({ preventScroll: true }); scrollTo(0, 0); };
    const keys = (event) => {
      if (shortcutOf(event) === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select")) { event.preventDefault(); field.current.focus(); }
    };
    addEventListener("hashchange", moved);
    addEventListener("keydown", keys);
    return () => { removeEventListener("hashchange", moved); removeEventListener("keydown", keys); };
  }, []);
  useEffect(() => { document.title = `${operation ? `${operation.title}, ` : ""}API reference · Switchboard`; }, [operation]);

  return (
    <>
      <Sprite />
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current.focus(); }}>Skip to the operation</a>
      <div className={browsing ? "docs browsing" : "docs"}>
        <header className="bar1">
          <button className="btn icon ghost opens" type="button" aria-label="All operations" aria-expanded={browsing} onClick={() => setBrowsing(!browsing)}><Icon name="all" /></button>
          <a className="brand" href="/inbox"><Icon name="brand" /><span className="word">Switchboard <span className="quiet norm">API</span></span></a>
          <label className="search"><Icon name="search" /><span className="vh">Search the reference</span>
            <input className="input" type="search" ref={field} placeholder="Search operations, fields, problems" value={text} onChange={(event) => { setText(event.target.value); setBrowsing(Boolean(event.target.value)); }}
              onKeyDown={(event) => { if (isKey(event, "Escape")) { setText(""); event.currentTarget.blur(); } if (isKey(event, "Enter") && shown[0]) location.hash = shown[0].operations[0].key; }} />{!text && <kbd>/</kbd>}</label>
          <nav className="row links" aria-label="Reference"><a href="/docs" aria-current="page">Reference</a><a href="/openapi.json">openapi.json</a></nav>
          <ThemeButton className="btn icon ghost" />
        </header>
        <nav className="rail" aria-label="Operations">
          {!text && <section><h2>Start here</h2><ul><li><a href="#" aria-current={!operation ? "page" : undefined} onClick={() => setBrowsing(false)}><span>Using the API</span></a></li></ul></section>}
          {shown.map((group) => (
            <section key={group.tag}><h2>{group.tag}</h2>
              <ul>{group.operations.map((each) => (
                <li key={each.key}><a href={`#${encodeURIComponent(each.key)}`} title={each.path} aria-current={each === operation ? "page" : undefined} onClick={() => setBrowsing(false)}><span className="verb">{each.verb === "delete" ? "DEL" : each.verb.toUpperCase()}</span><span className="cut">{each.title}</span></a></li>
              ))}</ul></section>
          ))}
          {api && shown.length === 0 && <p className="small quiet pad">Nothing has “{text}”.</p>}
        </nav>
        <main className="doc" id="main" ref={main} tabIndex={-1} aria-busy={!api && !problem}>
          {problem ? (
            <div className="void" role="alert"><Icon name="alert" /><h1>The reference did not load</h1><p>{problem.message}</p><button className="btn" type="button" onClick={load}><Icon name="retry" />Try again</button></div>
          ) : !api ? null : operation ? <Operation key={operation.key} api={api} operation={operation} /> : <Start api={api} groups={groups} />}
        </main>
      </div>
    </>
  );
}

function Start({ api, groups }) {
  return (
    <>
      <div className="txt">
        <p className="small quiet">Version {api.info?.version}</p>
        <h1>Using the API</h1>
        {api.info?.description && <p className="lead"><Prose text={api.info.description} /></p>}
        <h2>Signing in, keys</h2>
        <p className="soft">Programs send a key made by an administrator: <code>Authorization: Bearer sk_…</code>. People sign in with <code>POST /api/auth/login</code>; the access token is good for ten minutes, the refresh token gets the next one. On sockets the token travels as a subprotocol, never in an address.</p>
        <h2>Sending twice is safe</h2>
        <p className="callout"><Icon name="retry" /><span><b className="strong">Make the id of a message yourself.</b> Send the same id again after a lost answer and you get the same message back with 200, never a second one. Other requests take an <code>Idempotency-Key</code>.</span></p>
        <h2>Pages and cursors</h2>
        <p className="soft">Lists answer <code>items</code> and <code>next_cursor</code>; send it as <code>cursor</code> for the next page until it is null. Messages ascend by <code>sequence</code>; page with <code>after</code>, <code>before</code> and <code>limit</code>.</p>
        <h2>Problems</h2>
        <p className="soft">A refusal is <code>application/problem+json</code> (RFC 9457). Its <code>type</code> ends in a code that does not change; <code>errors</code> names the fields. With 429 and 503 wait for <code>Retry-After</code> seconds.</p>
        <h2>All operations</h2>
        <div className="wide card"><table><thead><tr><th scope="col">Operation</th><th scope="col">Path</th></tr></thead>
          <tbody>{groups.flatMap((group) => group.operations.map((each) => <tr key={each.key}><th scope="row"><a href={`#${encodeURIComponent(each.key)}`}>{each.title}</a></th><td><code>{each.verb.toUpperCase()} {each.path}</code></td></tr>))}</tbody></table></div>
      </div>
      <aside className="ex" aria-label="Example">
        <Card title="A first request"><Code text={`curl ${location.origin}/api/auth/me \\\n  -H "Authorization: Bearer $TOKEN"`} /></Card>
        <Card title="Problem" code="409" bad><Code text={JSON.stringify({ type: "…/problems/conversation-moved-on", title: "Somebody wrote while you typed", status: 409, last_message_sequence: 43 }, null, 2)} /></Card>
      </aside>
    </>
  );
}

function Operation({ api, operation }) {
  const [language, setLanguage] = useState("curl");
  const body = operation.requestBody && resolve(api, operation.requestBody);
  const media = jsonMedia(body?.content);
  const sample = exampleOf(api, media);
  const answers = Object.entries(operation.responses || {}).map(([status, given]) => ({ status, ...resolve(api, given) }));
  const good = answers.find((answer) => answer.status === "201" && jsonMedia(answer.content)) || answers.find((answer) => /^(1|2)/.test(answer.status) && jsonMedia(answer.content)) || answers.find((answer) => /^(1|2)/.test(answer.status));
  const bad = answers.find((answer) => /^4/.test(answer.status) && jsonMedia(answer.content) && answer.status !== "401") || answers.find((answer) => /^4/.test(answer.status) && jsonMedia(answer.content));
  const goodSample = good && exampleOf(api, jsonMedia(good.content));
  const badSample = bad && exampleOf(api, jsonMedia(bad.content));
  const places = [["path", "Path"], ["query", "Query"], ["header", "Headers"]].map(([place, title]) => [title, operation.parameters.filter((parameter) => parameter.in === place)]).filter(([, list]) => list.length);
  return (
    <>
      <div className="txt">
        <p className="small quiet">{operation.tag}</p>
        <h1>{operation.title}</h1>
        <p className="path"><span className="verb">{operation.verb.toUpperCase()}</span><code>{operation.path}</code><Copy text={operation.path} label="Copy the path" /></p>
        {operation.deprecated && <p className="callout"><Icon name="alert" /><span><b className="strong">Kept for older programs.</b> Use the newer operation instead.</span></p>}
        {operation.description && <p className="lead"><Prose text={operation.description} /></p>}
        {places.map(([title, list]) => (
          <section key={title} aria-label={title}><h2>{title}</h2>
            <ul className="params">{list.map((parameter) => <Field key={parameter.name} field={{ name: parameter.name, type: typeWords(api, parameter.schema || {}), required: parameter.required, description: parameter.description || "", fields: [] }} />)}</ul></section>
        ))}
        {media && <section aria-label="Body"><h2>Body</h2><ul className="params">{fieldsOf(api, media.schema).map((each) => <Field key={each.name} field={each} />)}</ul></section>}
        {good && jsonMedia(good.content)?.schema && fieldsOf(api, jsonMedia(good.content).schema).length > 0 && (
          <section aria-label="Answer"><h2>Answer</h2><ul className="params">{fieldsOf(api, jsonMedia(good.content).schema).map((each) => <Field key={each.name} field={each} />)}</ul></section>
        )}
        {answers.length > 0 && (
          <section aria-label="Answers"><h2>Answers</h2>
            <div className="wide card"><table><thead><tr><th scope="col">Status</th><th scope="col">When</th></tr></thead>
              <tbody>{answers.map((answer) => <tr key={answer.status}><th scope="row"><span className={`code ${/^[123]/.test(answer.status) ? "ok" : "bad"}`}>{answer.status}</span></th><td className="wrap soft"><Prose text={answer.description || ""} /></td></tr>)}</tbody></table></div></section>
        )}
      </div>
      <aside className="ex" aria-label="Examples">
        <section className="code-card" aria-labelledby="example-request"><header><h2 id="example-request">Request</h2>
          {operation.verb === "ws" ? <Copy text={snippet("curl", operation, location.origin)} label="Copy the request" /> : <div className="seg push" role="group" aria-label="Language">{languages.map((each) => <button key={each} className="plain" type="button" aria-pressed={each === language} onClick={() => setLanguage(each)}>{each}</button>)}</div>}</header>
          <Code text={snippet(language, operation, location.origin, sample)} /></section>
        {good && <Card title="Answer" code={good.status} copy={goodSample !== undefined ? JSON.stringify(goodSample, null, 2) : null}>{goodSample !== undefined ? <Code text={JSON.stringify(goodSample, null, 2)} /> : <pre tabIndex={0}><code>No body.</code></pre>}</Card>}
        {bad && badSample !== undefined && <Card title="Problem" code={bad.status} bad><Code text={JSON.stringify(badSample, null, 2)} /></Card>}
      </aside>
    </>
  );
}

function Field({ field }) {
  return (
    <li><p className="row"><code className="pn">{field.name}</code><span className="small quiet">{field.type}</span>{field.required && <span className="chip">required</span>}</p>
      {field.description && <p className="soft"><Prose text={field.description} /></p>}
      {field.fields.length > 0 && <details><summary>{field.fields.length} fields</summary><ul className="params">{field.fields.map((each) => <Field key={each.name} field={each} />)}</ul></details>}</li>
  );
}

function Card({ title, code, bad = false, copy, children }) {
  return <section className="code-card" aria-label={title}><header><h2>{title}</h2>{code && <span className={`code ${bad ? "bad" : "ok"}`}>{code}</span>}{copy && <Copy text={copy} label={`Copy the ${title.toLowerCase()}`} />}</header>{children}</section>;
}

function Copy({ text, label }) {
  const [done, setDone] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 2_000);
    } catch {
      setDone(false); // Only without https; the text can be selected by hand.
    }
  }
  return <button className="btn s icon ghost push" type="button" aria-label={done ? "Copied" : label} title={done ? "Copied" : label} onClick={copy}><Icon name={done ? "check" : "copy"} /></button>;
}

/** Descriptions are CommonMark; of it we use code and strong words, and empty lines between paragraphs. */
function Prose({ text }) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, index) => {
    if (index % 2 === 0) return part;
    return part.startsWith("`") ? <code key={index}>{part.slice(1, -1)}</code> : <b key={index} className="strong">{part.slice(2, -2)}</b>;
  });
}

/** Keys dark, text in the accent, the rest quiet. */
function Code({ text }) {
  const parts = text.split(/("(?:[^"\\\n]|\\.)*"(?:\s*:)?)/);
  return <pre tabIndex={0}><code>{parts.map((part, index) => (index % 2 === 0 ? part : /:$/.test(part) ? <span key={index}><span className="k">{part.replace(/\s*:$/, "")}</span>:</span> : <span key={index} className="v">{part}</span>))}</code></pre>;
}

createRoot(document.getElementById("page")).render(<Boundary><Docs /></Boundary>);
