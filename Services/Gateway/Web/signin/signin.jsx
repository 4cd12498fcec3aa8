import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { accessToken, keepToken, request, safeNext, send } from "../shared/api.js";
import { guardKeys } from "../shared/keys.js";
import { signedInKey } from "../shared/person.js";
import { Problem, Unreachable } from "../shared/problem.js";
import { recall } from "../shared/storage.js";
import { Alert, FieldNote, Frame, Password } from "./frame.jsx";
import { Stopped } from "./stopped.jsx";

const next = safeNext(location.search);
/** Why a page of this browser ended here: an "other" person signed in, or whose it was is "signed-out". */
const stopped = new URLSearchParams(location.search).get("stopped");

function Start({ person }) {
  const [asks, setAsks] = useState(Boolean(person));
  return asks ? <Stopped person={person} next={next} onSignIn={() => setAsks(false)} /> : <SignIn />;
}

function SignIn() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [client, setClient] = useState("");
  const [asksForCompany, setAsksForCompany] = useState(false);
  const [errors, setErrors] = useState({});
  const [refusal, setRefusal] = useState(null);
  const [busy, setBusy] = useState(false);
  const mail = useRef(null), pass = useRef(null), company = useRef(null);

  useEffect(() => { mail.current?.focus(); }, []);
  useEffect(() => { if (asksForCompany) company.current?.focus(); }, [asksForCompany]);

  function check(values) {
    const found = {};
    if ("email" in values && !/^\S+@\S+$/.test(values.email.trim())) found.email = "Enter the e-mail address you were invited with.";
    if ("password" in values && !values.password) found.password = "Enter your password.";
    if ("client" in values && !values.client.trim()) found.client = "Enter your company's short name.";
    return found;
  }
  const checkField = (values) => setErrors((before) => ({ ...before, [Object.keys(values)[0]]: undefined, ...check(values) }));

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const found = check(asksForCompany ? { email, password, client } : { email, password });
    setErrors(found);
    if (Object.keys(found).length) {
      ({ email: mail, password: pass, client: company })[Object.keys(found)[0]].current?.focus();
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      const body = { email: email.trim(), password, ...(asksForCompany ? { client: client.trim() } : {}) };
      keepToken(await send("POST", "/api/auth/login?cookie=1", { body }));
      location.assign(next);
    } catch (error) {
      setBusy(false);
      if (error instanceof Problem && error.status === 400 && error.fields.client) {
        if (asksForCompany) setErrors({ client: error.fields.client });
        setAsksForCompany(true);
      } else if (error instanceof Problem && error.status === 401) {
        setRefusal(<><b className="strong">{asksForCompany ? "E-mail, password or company is not right." : "E-mail or password is not right."}</b> Check them and try again.</>);
        pass.current?.focus();
        pass.current?.select();
      } else if (error instanceof Problem && error.status === 429) {
        setRefusal(<><b className="strong">Too many tries.</b> Wait {error.retryAfterSeconds ? `${error.retryAfterSeconds} s` : "a minute"}, then try again.</>);
      } else if (error instanceof Problem && Object.keys(error.fields).length) {
        setErrors(error.fields);
      } else {
        setRefusal(<><b className="strong">{error instanceof Unreachable ? "The service cannot be reached." : "Sign-in did not work."}</b> {error.message} What you typed is kept; try again.</>);
      }
    }
  }

  return (
    <Frame>
      <form className="form" noValidate onSubmit={submit}>
        <h1 id="heading">Sign in</h1>
        {refusal ? <Alert>{refusal}</Alert> : stopped === "signed-out" && <Alert><b className="strong">You are signed out.</b> You left in another tab, or your session ended. Nothing more is shown or sent from this one.</Alert>}
        <div className="field">
          <label htmlFor="email">E-mail</label>
          <input className="input" id="email" name="email" ref={mail} type="email" autoComplete="username" value={email} aria-invalid={Boolean(errors.email)}
            aria-describedby={errors.email ? "email-note" : undefined} onBlur={() => email && checkField({ email })} onChange={(event) => setEmail(event.target.value)} />
          <FieldNote id="email-note" error={errors.email} />
        </div>
        <Password id="password" label="Password" value={password} onChange={setPassword} error={errors.password} autoComplete="current-password" inputRef={pass} />
        {asksForCompany && (
          <div className="field">
            <label htmlFor="client">Company</label>
            <input className="input" id="client" name="client" ref={company} autoComplete="organization" autoCapitalize="none" spellCheck={false} value={client} aria-invalid={Boolean(errors.client)}
              aria-describedby="client-note" onChange={(event) => setClient(event.target.value)} />
            <FieldNote id="client-note" error={errors.client} hint="Your e-mail belongs to more than one company. Enter the short name of the one you want." />
          </div>
        )}
        <button className="btn main" type="submit" disabled={busy}>{busy ? "Signing in" : <>Sign in<kbd>↵</kbd></>}</button>
        <p className="small quiet">This browser stays signed in. On a shared computer, sign out when you leave. Forgot the password? An administrator of your company can give you a link to choose another one.</p>
      </form>
    </Frame>
  );
}

async function start() {
  // Somebody who is signed in already goes straight on, unless this tab was another person's.
  let person = null;
  if (recall(signedInKey) || stopped === "other") {
    try {
      await accessToken();
      if (!stopped) return location.replace(next);
      person = await request("GET", "/api/auth/me");
    } catch {
      // Not signed in any more, or the service is away: the form says the rest.
    }
  }
  createRoot(document.getElementById("page")).render(<Start person={person} />);
}
guardKeys(window);
start();
