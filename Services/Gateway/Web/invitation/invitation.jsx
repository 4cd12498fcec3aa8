import { useState } from "react";
import { createRoot } from "react-dom/client";
import { send } from "../shared/api.js";
import { Problem } from "../shared/problem.js";
import { Alert, Frame, Password } from "../signin/frame.jsx";

/** Shortest password the form accepts; the service has the last word. Unit: characters. */
const shortestPassword = 10;

// The token stands behind the # so that it reaches no server log; it leaves the address bar at once.
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

/** The same page serves a first password and, at /reset, another one instead of one that was lost. */
const isReset = location.pathname.startsWith("/reset");
document.title = isReset ? "New password · Switchboard" : document.title;

function Invitation() {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [errors, setErrors] = useState({});
  const [refusal, setRefusal] = useState(null);
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);

  const tooShort = (value) => ([...value].length < shortestPassword ? `Use at least ${shortestPassword} characters.` : undefined);
  const differs = (value) => (value !== password ? "The two do not match." : undefined);

  async function submit(event) {
    event.preventDefault();
    const found = { password: tooShort(password), again: differs(again) };
    setErrors(found);
    if (busy || found.password || found.again) return;
    setBusy(true);
    setRefusal(null);
    try {
      await send("POST", "/api/auth/invitation", { body: { token, password } });
      setDone(true);
    } catch (error) {
      if (error instanceof Problem && error.fields.password) setErrors({ password: error.fields.password });
      else if (error instanceof Problem && error.status < 500 && error.status !== 429) setRefusal(<><b className="strong">This link does not work any more.</b> It was used, has ended, or a newer one was made. An administrator of your company can make another one under Settings, People.</>);
      else setRefusal(<><b className="strong">The password was not set.</b> {error.message} Try again.</>);
    } finally {
      setBusy(false);
    }
  }

  if (!token) {
    return (
      <Frame>
        <div className="form"><h1 id="heading">{isReset ? "New password" : "Invitation"}</h1><Alert><b className="strong">The link is not complete.</b> Open it again from the message you received, all of it.</Alert><p><a href="/signin">Sign in</a></p></div>
      </Frame>
    );
  }
  if (done) {
    return (
      <Frame>
        <div className="form"><h1 id="heading">{isReset ? "Done" : "Welcome"}</h1><Alert good><b className="strong">Your password is set.</b> Sign in with your e-mail address.</Alert><a className="btn main" href="/signin">Sign in</a></div>
      </Frame>
    );
  }
  return (
    <Frame>
      <form className="form" noValidate onSubmit={submit}>
        <h1 id="heading">{isReset ? "Choose a new password" : "Choose a password"}</h1>
        {refusal && <Alert>{refusal}</Alert>}
        <Password id="password" label="Password" value={password} onChange={setPassword} error={errors.password} autoComplete="new-password"
          hint={`At least ${shortestPassword} characters. A few words are fine.`} onBlur={() => password && setErrors((before) => ({ ...before, password: tooShort(password) }))} />
        <Password id="again" label="The same again" value={again} onChange={setAgain} error={errors.again} autoComplete="new-password"
          onBlur={() => again && setErrors((before) => ({ ...before, again: differs(again) }))} />
        <button className="btn main" type="submit" disabled={busy}>{busy ? "Setting it" : "Set password"}</button>
      </form>
    </Frame>
  );
}

createRoot(document.getElementById("page")).render(<Invitation />);
