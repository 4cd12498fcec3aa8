import { useState } from "react";
import { request } from "../shared/api.js";
import { Refusals, ScoreTable } from "../shared/decision.jsx";
import { decisionWords } from "../shared/decision.js";
import { Field, FormProblem, tied } from "../shared/field.jsx";
import { useSending } from "../shared/form.js";
import { Icon } from "../shared/icons.jsx";
import { useAnswer } from "../shared/answer.jsx";
import { everything } from "../shared/pages.js";
import { useSectors } from "../shared/sectors.js";
import { channelNames } from "../shared/words.js";

/** Who would get a conversation now, by the rules in use. Changes nothing. */
export function Preview() {
  const teams = useAnswer((signal) => everything("/api/teams", {}, { signal }), "teams");
  const agents = useAnswer((signal) => everything("/api/v1/agents", {}, { signal }), "agents");
  const [values, setValues] = useState({ to: "", channel: "website", needs: "", preferred: "" });
  const [answer, setAnswer] = useState(null);
  const form = useSending();
  const set = (change) => setValues({ ...values, ...change });
  const sectors = useSectors([...(agents.value?.items || []), ...(teams.value?.items || [])]);

  async function ask(event) {
    event.preventDefault();
    const [kind, ...rest] = values.to.split(":");
    const target = rest.join(":");
    const work = {
      channel: values.channel, required_capabilities: values.needs.split(",").map((each) => each.trim()).filter(Boolean),
      ...(kind === "team" ? { team_id: target } : {}), ...(kind === "sector" ? { sector: target } : {}), ...(values.preferred ? { preferred_agent_id: values.preferred } : {}),
    };
    const found = await form.send(() => request("POST", "/api/v1/routing/preview", work), ["sector", "team_id", "channel", "required_capabilities", "preferred_agent_id"]);
    if (found) setAnswer({ ...found, preferred: values.preferred });
  }
  const { errors } = form;
  return (
    <div className="stack">
      <section className="card" aria-labelledby="heading-preview"><header><h2 id="heading-preview">Who would get it now</h2></header>
        <form className="inner" onSubmit={ask} noValidate>
          <p className="soft">With the rules in use and who is there at this moment. Nobody is assigned.</p>
          <div className="two">
            <Field id="preview-to" label="For" error={errors.team_id || errors.sector}><select className="input" {...tied("preview-to", errors.team_id || errors.sector)} value={values.to} onChange={(event) => set({ to: event.target.value })}><option value="">The general sector</option>
              {(teams.value?.items || []).length > 0 && <optgroup label="Teams">{teams.value.items.map((team) => <option key={team.id} value={`team:${team.id}`}>{team.name}</option>)}</optgroup>}
              {sectors.length > 0 && <optgroup label="Sectors">{sectors.map((sector) => <option key={sector} value={`sector:${sector}`}>{sector}</option>)}</optgroup>}</select></Field>
            <Field id="preview-channel" label="Channel" error={errors.channel}><select className="input" {...tied("preview-channel", errors.channel)} value={values.channel} onChange={(event) => set({ channel: event.target.value })}>{Object.entries(channelNames).map(([channel, name]) => <option key={channel} value={channel}>{name}</option>)}</select></Field>
            <Field id="preview-needs" label="Needs" error={errors.required_capabilities} hint="Skills, with commas between them"><input className="input" autoComplete="off" {...tied("preview-needs", errors.required_capabilities, true)} value={values.needs} onChange={(event) => set({ needs: event.target.value })} /></Field>
            <Field id="preview-preferred" label="Had this customer before" error={errors.preferred_agent_id}><select className="input" {...tied("preview-preferred", errors.preferred_agent_id)} value={values.preferred} onChange={(event) => set({ preferred: event.target.value })}><option value="">Nobody</option>{(agents.value?.items || []).map((agent) => <option key={agent.id} value={agent.id}>{agent.name}</option>)}</select></Field>
          </div>
          <FormProblem text={errors.all} />
          <div className="row"><button className="btn main" type="submit" disabled={form.busy}>{form.busy ? "Asking" : "Show who"}</button></div>
        </form></section>
      {answer && <Answer answer={answer} />}
    </div>
  );
}

function Answer({ answer }) {
  const outcome = !answer.agent ? "queued" : answer.agent.id === answer.preferred ? "preferred" : "assigned";
  const refused = Object.values(answer.refusal_counts || {}).reduce((sum, count) => sum + count, 0);
  return (
    <section className="card" aria-labelledby="heading-answer"><header><h2 id="heading-answer">{answer.agent ? `${answer.agent.name} would get it` : "Nobody could have it now"}</h2></header>
      <div className="inner"><p role="status">{answer.agent ? would(decisionWords({ outcome, chosen_agent_id: answer.agent.id, candidates: answer.candidates })) : "It would wait in the queue until somebody comes online or has room."}</p></div>
      <ScoreTable candidates={answer.candidates} chosen={answer.agent?.id} caption="Scores, best first" />
      {refused > 0 && <div className="inner"><h3>Not asked</h3><Refusals candidates={answer.candidates} counts={answer.refusal_counts} /></div>}
      {answer.candidates.length === 0 && refused === 0 && <div className="void"><Icon name="person" /><h3>Nobody works there</h3><p>No agent belongs to it yet.</p></div>}
    </section>
  );
}

const would = (sentence) => sentence.replace(" got this because", " would get it because");
