import { Icon } from "./icons.jsx";

/** A labelled control with what is wrong with it, or else a hint. The control names `${id}-note` in aria-describedby. */
export function Field({ id, label, error, hint, className = "", children }) {
  return (
    <div className={`field ${className}`}><label htmlFor={id}>{label}</label>{children}
      {error ? <p className="err" id={`${id}-note`}><Icon name="alert" small /><span>{error}</span></p> : hint && <span className="hint" id={`${id}-note`}>{hint}</span>}</div>
  );
}

/** What a control inside a Field needs to be tied to its note. */
export const tied = (id, error, hint) => ({ id, "aria-invalid": Boolean(error), "aria-describedby": error || hint ? `${id}-note` : undefined });

export function FormProblem({ text }) {
  return text ? <p className="err" role="alert"><Icon name="alert" small /><span>{text}</span></p> : null;
}
