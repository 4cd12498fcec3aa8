import { isAllowed } from "../shared/storage.js";
import { isolated } from "../shared/text.js";
import { roleNames } from "../shared/words.js";
import { Alert, Frame } from "./frame.jsx";

/** Where a tab ends that was one person's while the browser is another's now. Nothing of the first one's is shown. */
export function Stopped({ person, next, onSignIn }) {
  const name = isolated(person.name);
  return (
    <Frame>
      <div className="form">
        <h1 id="heading">This tab stopped</h1>
        <Alert><b className="strong">{name} uses this browser now.</b> This tab was somebody else's, so nothing more is shown or sent from it.</Alert>
        {isAllowed() && <p className="soft">What was being written is kept in this browser and waits for whoever wrote it.</p>}
        <button className="btn main" type="button" onClick={() => location.assign(next)}>Go on as {name}, {roleNames[person.role]?.toLowerCase() || person.role}</button>
        <button className="btn" type="button" onClick={onSignIn}>Sign in as somebody else</button>
      </div>
    </Frame>
  );
}
