import { useState } from "react";
import { request } from "../shared/api.js";
import { Dialog, DialogTitle } from "../shared/dialog.jsx";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { useSending } from "../shared/form.js";
import { newIdentifier } from "../shared/identifier.js";
import { useSectors } from "../shared/sectors.js";
import { teamErrors } from "./changes.js";

const fields = ["name", "sector", "description", "fallback_team_id"];

/** The fields of a team. What is wrong is said when a field is left, and by the service at the field it names. */
function TeamFields({ values, set, errors, onLeave, teams, own }) {
  const sectors = useSectors(teams);
  return (
    <>
      <Field id="team-name" label="Name" error={errors.name}><input className="input" data-focus autoComplete="off" {...tied("team-name", errors.name)} value={values.name} onChange={(event) => set({ name: event.target.value })} onBlur={() => onLeave("name")} /></Field>
      <Field id="team-sector" label="Sector" error={errors.sector} hint="Its agents are asked when nobody in the team, or in its fallback team, has an agent."><input className="input" list="known-sectors" autoComplete="off" {...tied("team-sector", errors.sector, true)} value={values.sector} onChange={(event) => set({ sector: event.target.value })} onBlur={() => onLeave("sector")} /></Field>
      <datalist id="known-sectors">{sectors.map((sector) => <option key={sector} value={sector} />)}</datalist>
      <Field id="team-description" label="What it does" error={errors.description} hint="For your colleagues; may stay empty."><textarea className="input" rows={2} {...tied("team-description", errors.description, true)} value={values.description} onChange={(event) => set({ description: event.target.value })} onBlur={() => onLeave("description")} /></Field>
      <Field id="team-fallback" label="Falls back to" error={errors.fallback_team_id} hint="This team is asked while nobody here has an agent.">
        <select className="input" {...tied("team-fallback", errors.fallback_team_id, true)} value={values.fallback_team_id || ""} onChange={(event) => set({ fallback_team_id: event.target.value || null })}>
          <option value="">No team</option>{teams.filter((team) => team.id !== own).map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}</select></Field>
    </>
  );
}

function useTeamForm(first) {
  const [values, setValues] = useState(first);
  const form = useSending();
  const set = (change) => setValues((before) => ({ ...before, ...change }));
  const onLeave = (field) => form.setErrors((before) => ({ ...before, [field]: teamErrors(values)[field] }));
  /** Whether it may be sent; otherwise the first field that is wrong has the focus. */
  function check() {
    const errors = teamErrors(values);
    form.setErrors(errors);
    const wrong = Object.keys(errors)[0];
    if (wrong) document.getElementById(`team-${wrong}`)?.focus();
    return !wrong;
  }
  const body = () => ({ name: values.name.trim(), ...(values.sector.trim() ? { sector: values.sector.trim() } : {}), description: values.description.trim(), fallback_team_id: values.fallback_team_id });
  return { values, set, form, onLeave, check, body };
}

export function NewTeam({ teams, onClose, onMade }) {
  const { values, set, form, onLeave, check, body } = useTeamForm({ name: "", sector: "", description: "", fallback_team_id: null });
  const [id] = useState(newIdentifier);
  async function submit(event) {
    event.preventDefault();
    if (!check()) return;
    const made = await form.send(() => request("POST", "/api/teams", { id, ...body() }), fields);
    if (made) onMade(made);
  }
  return (
    <Dialog label="New team" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>New team</DialogTitle>
        <TeamFields values={values} set={set} errors={form.errors} onLeave={onLeave} teams={teams} />
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Making it" : "Make the team"}</button></div>
      </form>
    </Dialog>
  );
}

export function EditTeam({ team, teams, onClose, onChanged }) {
  const { values, set, form, onLeave, check, body } = useTeamForm({ name: team.name, sector: team.sector, description: team.description, fallback_team_id: team.fallback_team_id });
  async function submit(event) {
    event.preventDefault();
    if (!check()) return;
    const changed = await form.send(() => request("PUT", `/api/teams/${team.id}`, body()), fields);
    if (changed) onChanged(changed);
  }
  return (
    <Dialog label="Change the team" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>Change {team.name}</DialogTitle>
        <TeamFields values={values} set={set} errors={form.errors} onLeave={onLeave} teams={teams} own={team.id} />
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Saving" : "Save"}</button></div>
      </form>
    </Dialog>
  );
}

export function AddMember({ team, members, people, onClose, onAdded }) {
  const known = new Set(members.map((member) => member.user.id));
  const choices = Object.values(people).filter((agent) => agent.type === "human" && !known.has(agent.id)).sort((one, other) => one.name.localeCompare(other.name));
  const [user, setUser] = useState("");
  const [role, setRole] = useState("member");
  const [takesWork, setTakesWork] = useState(true);
  const [ids] = useState(() => [newIdentifier(), newIdentifier()]);
  const form = useSending();
  const missing = () => ({ user_id: user ? undefined : "Choose who joins." });
  async function submit(event) {
    event.preventDefault();
    const errors = missing();
    form.setErrors(errors);
    if (errors.user_id) { document.getElementById("member-user").focus(); return; }
    // Both or nothing, so that nobody is left in the team without getting its work.
    const done = await form.send(async () => {
      await request("POST", "/api/teams/bulk", {
        mode: "all_or_nothing", operations: [
          { operation: "add_member", id: ids[0], team_id: team.id, user_id: user, role },
          ...(takesWork ? [{ operation: "assign_agent", id: ids[1], team_id: team.id, member_id: ids[0], agent_id: user }] : []),
        ],
      });
      return true;
    }, ["operations[0].user_id", "operations[0].role"]);
    if (done) onAdded(people[user]);
  }
  const error = form.errors.user_id || form.errors["operations[0].user_id"];
  return (
    <Dialog label="Add a member" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>Add a member to {team.name}</DialogTitle>
        {choices.length === 0 ? <p className="soft">Everybody is in this team already. People come from your company's users.</p> : (
          <Field id="member-user" label="Who" error={error}>
            <select className="input" data-focus {...tied("member-user", error)} value={user} onChange={(event) => { setUser(event.target.value); form.setErrors({}); }} onBlur={() => form.setErrors((before) => ({ ...before, ...missing() }))}>
              <option value="">Choose a colleague</option>{choices.map((agent) => <option key={agent.id} value={agent.id}>{agent.name}{agent.sector === team.sector ? "" : `, ${agent.sector}`}</option>)}</select></Field>
        )}
        <RoleChoice value={role} onChange={setRole} />
        <label className="choice"><input type="checkbox" checked={takesWork} onChange={(event) => setTakesWork(event.target.checked)} /><span>Gets the team's conversations<span className="hint">They are assigned to the team as their own agent. Another agent can be assigned later.</span></span></label>
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy || choices.length === 0}>{form.busy ? "Adding" : "Add member"}</button></div>
      </form>
    </Dialog>
  );
}

export function RoleChoice({ value, onChange }) {
  return (
    <div className="field"><span className="label" id="label-role">Role</span>
      <div className="row"><fieldset className="seg" aria-labelledby="label-role">
        {[["member", "Member"], ["lead", "Lead"]].map(([role, name]) => <label key={role}><input type="radio" name="role" checked={value === role} onChange={() => onChange(role)} />{name}</label>)}
      </fieldset></div></div>
  );
}

export function EditMember({ team, member, onClose, onChanged }) {
  const [role, setRole] = useState(member.role);
  const [active, setActive] = useState(member.active);
  const form = useSending();
  async function submit(event) {
    event.preventDefault();
    const changed = await form.send(() => request("PUT", `/api/teams/${team.id}/members/${member.id}`, { role, active }), ["role", "active"]);
    if (changed) onChanged(changed);
  }
  return (
    <Dialog label={`Change ${member.user.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>{member.user.name} in {team.name}</DialogTitle>
        <RoleChoice value={role} onChange={setRole} />
        <label className="choice"><input type="checkbox" data-focus checked={active} onChange={(event) => setActive(event.target.checked)} /><span>Takes part<span className="hint">Who does not take part gets no new conversations of this team and keeps what they hold.</span></span></label>
        <FormProblem text={form.errors.all || form.errors.role || form.errors.active} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Saving" : "Save"}</button></div>
      </form>
    </Dialog>
  );
}

export function AssignAgent({ team, members, people, onClose, onAssigned }) {
  const [member, setMember] = useState(members.length === 1 ? members[0].id : "");
  const [agent, setAgent] = useState("");
  const [id] = useState(newIdentifier);
  const form = useSending();
  const owner = members.find((each) => each.id === member);
  const taken = new Set(members.flatMap((each) => each.assignments.map((assignment) => assignment.agent.id)));
  const choices = Object.values(people).filter((each) => !taken.has(each.id)).sort((one, other) => Number(other.sector === team.sector) - Number(one.sector === team.sector) || one.name.localeCompare(other.name));
  async function submit(event) {
    event.preventDefault();
    const errors = { member_id: member ? undefined : "Choose a member.", agent_id: agent ? undefined : "Choose an agent." };
    form.setErrors(errors);
    const wrong = Object.keys(errors).find((field) => errors[field]);
    if (wrong) { document.getElementById(wrong === "member_id" ? "assign-member" : "assign-agent").focus(); return; }
    const made = await form.send(() => request("POST", `/api/teams/${team.id}/agents`, { id, member_id: member, agent_id: agent }), ["member_id", "agent_id"]);
    if (made) onAssigned(made, owner);
  }
  return (
    <Dialog label="Assign an agent" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <DialogTitle onClose={onClose}>Assign an agent to {team.name}</DialogTitle>
        <p className="soft">The agent is offered this team's conversations; the member answers for it.</p>
        <Field id="assign-member" label="Member" error={form.errors.member_id}><select className="input" data-focus {...tied("assign-member", form.errors.member_id)} value={member} onChange={(event) => { setMember(event.target.value); form.setErrors({}); }}><option value="">Choose a member</option>{members.map((each) => <option key={each.id} value={each.id}>{each.user.name}</option>)}</select></Field>
        <Field id="assign-agent" label="Agent" error={form.errors.agent_id}><select className="input" {...tied("assign-agent", form.errors.agent_id)} value={agent} onChange={(event) => { setAgent(event.target.value); form.setErrors({}); }}><option value="">Choose an agent</option>{choices.map((each) => <option key={each.id} value={each.id}>{each.name}{each.id === owner?.user.id ? " (themselves)" : each.type === "automated" ? ", automated" : each.sector === team.sector ? "" : `, ${each.sector}`}</option>)}</select></Field>
        <FormProblem text={form.errors.all} />
        <div className="row buttons"><button className="btn" type="button" onClick={onClose}>Cancel</button><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Assigning" : "Assign"}</button></div>
      </form>
    </Dialog>
  );
}
