import { Icon, Sprite } from "../shared/icons.jsx";
import { ThemeButton } from "../shared/theme.jsx";
import { useState } from "react";

/** What sign-in and invitation share: the form's side, the picture's side, the line at the foot. */
export function Frame({ children }) {
  return (
    <>
      <Sprite />
      <div className="split">
        <main className="enter" aria-labelledby="heading">
          <p className="brand"><Icon name="brand" />Switchboard</p>
          {children}
          <p className="row small quiet">
            <span>{location.host}</span>
            <a className="push" href="/docs">For developers</a>
            <ThemeButton className="btn s icon ghost" />
          </p>
        </main>
        <Board />
      </div>
    </>
  );
}

function Board() {
  return (
    <div className="board" aria-hidden="true">
      <svg viewBox="0 0 860 860" preserveAspectRatio="xMidYMid slice">
        <defs><pattern id="jacks" width="40" height="40" patternUnits="userSpaceOnUse"><circle className="j" cx="20" cy="20" r="2.5" /></pattern></defs>
        <rect width="860" height="860" fill="url(#jacks)" />
        <g className="c">
          <g><path d="M300 620C300 730 700 690 700 580" /><circle cx="300" cy="620" r="7" /><circle cx="700" cy="580" r="7" /></g>
          <g><path d="M140 420C140 510 460 350 460 260" /><circle cx="140" cy="420" r="7" /><circle cx="460" cy="260" r="7" /></g>
          <g><path d="M420 500C420 620 740 340 740 220" /><circle cx="420" cy="500" r="7" /><circle cx="740" cy="220" r="7" /></g>
          <g className="a"><path d="M220 180C220 370 620 610 620 420" /><circle cx="220" cy="180" r="7" /><circle cx="620" cy="420" r="7" /></g>
        </g>
      </svg>
      <p>Every customer, one line.<br />Nothing lost on the way.</p>
    </div>
  );
}

export function Password({ id, label, value, onChange, onBlur, error, autoComplete, hint, inputRef }) {
  const [shown, setShown] = useState(false);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="pw">
        <input className="input" id={id} name={id} ref={inputRef} type={shown ? "text" : "password"} autoComplete={autoComplete} value={value}
          aria-invalid={Boolean(error)} aria-describedby={error || hint ? id + "-note" : undefined} onBlur={onBlur} onChange={(event) => onChange(event.target.value)} />
        <button className="btn s icon ghost" type="button" aria-label="Show the password" aria-pressed={shown} onClick={() => setShown(!shown)}><Icon name="eye" /></button>
      </span>
      <FieldNote id={id + "-note"} error={error} hint={hint} />
    </div>
  );
}

export function FieldNote({ id, error, hint }) {
  if (error) return <p className="err" id={id}><Icon name="alert" small /><span>{error}</span></p>;
  return hint ? <span className="hint" id={id}>{hint}</span> : null;
}

export function Alert({ children, good = false }) {
  return <div className={good ? "alert good" : "alert"} role="alert"><Icon name={good ? "check" : "alert"} /><p>{children}</p></div>;
}
