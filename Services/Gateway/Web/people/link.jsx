import { CopyButton } from "../shared/copy.jsx";
import { inFull } from "../shared/time.js";

/** A link on which somebody chooses a password, to be passed on by hand. */
export function GivenLink({ url, expiresAt, name, focus = false }) {
  if (!url) return <p className="soft">They have a password already; nothing needs to be passed on.</p>;
  return (
    <div className="secret" role="status"><b className="strong">Pass this link on to {name}; it is shown only once.</b>
      <p className="small soft">It works once{expiresAt && <>, until <time dateTime={expiresAt}>{inFull(expiresAt)}</time></>}. Whoever opens it first chooses the password, so send it to nobody else.</p>
      <code tabIndex={-1} data-focus={focus || undefined}>{url}</code><div className="row"><CopyButton text={url} label="Copy the link" /></div></div>
  );
}
