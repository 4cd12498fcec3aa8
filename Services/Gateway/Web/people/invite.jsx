import { useState } from "react";
import { request } from "../shared/api.js";
import { Dialog, DialogTitle } from "../shared/dialog.jsx";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { useSending } from "../shared/form.js";
import { newIdentifier } from "../shared/identifier.js";
import { roleNames } from "../shared/words.js";
import { GivenLink } from "./link.jsx";
import { inviteErrors, roles } from "./people.js";

const fields = ["name", "email", "role"];

/** Name, address, role; then the link, since there is no mail that would carry it. */
export function Invite({ people, onClose, onMade }) {
  const [values, setValues] = useState({ name: "", email: "", role: "agent" });
  const [given, setGiven] = useState(null);
  const [id] = useState(newIdentifier);
  const form = useSending();
  const set = (change) => setValues((before) => ({ ...before, ...change }));
  const check = (field) => form.setErrors((before) => ({ ...before, [field]: inviteErrors(values)[field] }));
  const known = people.find((user) => user.email === values.email.trim().toLowerCase());

  async function submit(event) {
    event.preventDefault();
    const found = inviteErrors(values);
    form.setErrors(found);
    if (Object.keys(found).length) { document.getElementById(`invite-${Object.keys(found)[0]}`).focus(); return; }
    const made = await form.send(() => request("POST", "/api/users", { id, name: values.name.trim(), email: values.email.trim(), role: values.role }), fields);
    if (!made) return;
    setGiven(made);
    onMade(made);
  }

  if (given) {
    return (
      <Dialog label="The invitation" onClose={onClose}>
        <div><DialogTitle onClose={onClose}>{given.name} is invited</DialogTitle>
          <GivenLink url={given.invitation?.url} expiresAt={given.invitation?.expires_at} name={given.name} focus />
          <div className="row buttons"><button className="btn main" type="button" onClick={onClose}>Done</button></div></div>
      </Dialog>
    );
  }
  return (
    <Dialog label="Invite somebody" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>Invite somebody</DialogTitle>
        <Field id="invite-name" label="Name" error={form.errors.name} hint="Colleagues and customers see it."><input className="input" data-focus autoComplete="off" dir="auto" {...tied("invite-name", form.errors.name, true)} value={values.name} onChange={(event) => set({ name: event.target.value })} onBlur={() => values.name && check("name")} /></Field>
        <Field id="invite-email" label="E-mail" error={form.errors.email && known && form.errors.email.startsWith("Belongs") ? `Belongs to ${known.name} already. Reset their password instead.` : form.errors.email} hint="They sign in with it. Whoever has not answered yet is invited again."><input className="input" type="email" autoComplete="off" spellCheck={false} {...tied("invite-email", form.errors.email, true)} value={values.email} onChange={(event) => set({ email: event.target.value })} onBlur={() => values.email && check("email")} /></Field>
        <Field id="invite-role" label="Role" error={form.errors.role} hint={roles.find(({ id: each }) => each === values.role).hint}><select className="input" {...tied("invite-role", form.errors.role, true)} value={values.role} onChange={(event) => set({ role: event.target.value })}>{roles.map(({ id: each }) => <option key={each} value={each}>{roleNames[each]}</option>)}</select></Field>
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Inviting" : "Make the invitation"}</button></div>
      </form>
    </Dialog>
  );
}
