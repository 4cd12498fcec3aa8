import { Dialog, DialogTitle } from "./dialog.jsx";
import { FormProblem } from "./field.jsx";
import { useSending } from "./form.js";

/** Asks with the consequence in words; `work` may fail, then it says so and stays. */
export function Ask({ title, words, action, work, onClose, onDone }) {
  const form = useSending();
  async function submit(event) {
    event.preventDefault();
    const done = await form.send(async () => { await work(); return true; });
    if (done) onDone();
  }
  return (
    <Dialog label={title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>{title}</DialogTitle>
        <p className="soft">{words}</p>
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" data-focus onClick={onClose}>Keep</button><button className="btn danger" type="submit" disabled={form.busy}>{form.busy ? "One moment" : action}</button></div>
      </form>
    </Dialog>
  );
}
