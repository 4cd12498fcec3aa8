import { useEffect, useRef, useState } from "react";
import { request } from "../shared/api.js";
import { addressOf, go, linkTo } from "../shared/address.js";
import { Ask } from "../shared/ask.jsx";
import { Failed, NotFresh, useAnswer } from "../shared/answer.jsx";
import { Icon } from "../shared/icons.jsx";
import { newIdentifier } from "../shared/identifier.js";
import { useOnePane } from "../shared/media.js";
import { say } from "../shared/notice.jsx";
import { everything } from "../shared/pages.js";
import { Tabs, TabPanel } from "../shared/tabs.jsx";
import { inFull, onDay } from "../shared/time.js";
import { counted, firstName, initials, presenceDots, presenceNames } from "../shared/words.js";
import { deletionWords, heldBy, leavingWords, loadWords, moveOperations, movedMember, removalButton } from "./changes.js";
import { minutes, percent } from "./days.js";
import { AddMember, AssignAgent, EditMember, EditTeam } from "./forms.jsx";
import { Performance, useDays } from "./performance.jsx";

const tabIDs = ["members", "assignments", "performance"];

export function Team({ team, teams, me, leads, people, agents, waiting, parameters, onChange, onGone, onTeams }) {
  const main = useRef(null);
  const narrow = useOnePane();
  const members = useAnswer((signal) => everything(`/api/teams/${team.id}/members`, {}, { signal }), team.id);
  const days = useDays(team, parameters.range);
  const [dialog, setDialog] = useState(null);
  const tab = tabIDs.includes(parameters.tab) ? parameters.tab : "members";
  const items = members.value?.items;
  const close = () => setDialog(null);
  // On phones the team replaces the list, so the focus follows.
  useEffect(() => { if (narrow) main.current.focus(); }, []);

  /** After a change: the members as they are now, and the team's counts. */
  async function refresh(text, action) {
    setDialog(null);
    say(text, { action });
    await Promise.all([members.again(), request("GET", `/api/teams/${team.id}`).then(onChange).catch(() => undefined)]);
  }
  const here = (change) => addressOf(`/teams/${team.id}`, { ...parameters, ...change });
  const fallback = teams.find((each) => each.id === team.fallback_team_id);

  return (
    <main className="detail" id="detail" ref={main} tabIndex={-1} aria-labelledby="heading-team">
      <header className="hero">
        <a className="btn icon ghost only-m" {...linkTo(addressOf("/teams", { text: parameters.text, sector: parameters.sector }))} aria-label="Back to the teams"><Icon name="back" /></a>
        <div><h1 id="heading-team">{team.name}</h1><p className="small quiet">{team.sector} · since <time dateTime={team.created_at} title={inFull(team.created_at)}>{onDay(team.created_at)}</time>{fallback && ` · falls back to ${fallback.name}`}</p></div>
        {leads && (
          <div className="row push">
            <button className="btn" type="button" onClick={() => setDialog({ kind: "add" })} disabled={!items}><Icon name="plus" /><span className="lab">Add member</span></button>
            <button className="btn icon" type="button" aria-label="Change the team" title="Change the team" onClick={() => setDialog({ kind: "edit" })}><Icon name="pencil" /></button>
            <button className="btn icon" type="button" aria-label="Delete the team" title="Delete the team" onClick={() => setDialog({ kind: "delete" })}><Icon name="trash" /></button>
          </div>
        )}
      </header>
      {team.description && <p className="soft about">{team.description}</p>}
      <Figures items={items} people={people} waiting={waiting && (waiting[team.id] || 0)} days={days} />
      <Tabs label={team.name} current={tab} onChoose={(id) => go(here({ tab: id === "members" ? undefined : id }), { replace: true })}
        tabs={[{ id: "members", name: "Members", count: team.member_count }, { id: "assignments", name: "Assignments", count: team.agent_count }, { id: "performance", name: "Performance" }]} />
      <TabPanel current={tab}>
        <NotFresh problem={tab !== "performance" && members.value && members.problem} onAgain={members.again} />
        {tab === "performance" ? <Performance team={team} days={days} range={parameters.range} onRange={(range) => go(here({ range }), { replace: true })} />
          : members.phase === "error" ? <Failed title="The members did not load" problem={members.problem} kept="Nothing was changed." onAgain={members.again} />
            : !items ? <TableSkeleton />
              : tab === "members" ? <Members items={items} people={people} leads={leads} onAdd={() => setDialog({ kind: "add" })} onEdit={(member) => setDialog({ kind: "member", member })} onRemove={(member) => setDialog({ kind: "remove", member })} />
                : <Agents items={items} people={people} leads={leads} onAssign={() => setDialog({ kind: "assign" })} onEnd={(assignment, member) => setDialog({ kind: "end", assignment, member })} />}
        {tab === "members" && leads && items && <Suggestions team={team} onMoved={(text, action) => { refresh(text, action); onTeams(); }} />}
      </TabPanel>
      {agents.problem && !agents.value && <p className="hint row"><Icon name="offline" small />Who is online did not load. {agents.problem.message}</p>}
      {dialog?.kind === "add" && <AddMember team={team} members={items} people={people} onClose={close} onAdded={(person) => refresh(`${person.name} is in ${team.name}.`)} />}
      {dialog?.kind === "edit" && <EditTeam team={team} teams={teams} onClose={close} onChanged={(changed) => { onChange(changed); close(); say("Saved."); }} />}
      {dialog?.kind === "member" && <EditMember team={team} member={dialog.member} onClose={close} onChanged={(member) => refresh(`${member.user.name} is ${member.role === "lead" ? "lead" : "a member"}${member.active ? "" : " and does not take part"} now.`)} />}
      {dialog?.kind === "assign" && <AssignAgent team={team} members={items} people={people} onClose={close} onAssigned={(made) => refresh(`${made.agent.name} works for ${team.name} now.`)} />}
      {dialog?.kind === "remove" && <Removal team={team} member={dialog.member} onClose={close} onDone={() => refresh(`${dialog.member.user.name} is no longer in ${team.name}.`)} />}
      {dialog?.kind === "end" && <Ask title={`End ${dialog.assignment.agent.name}'s work for ${team.name}?`} action="End it" onClose={close}
        words={`${firstName(dialog.assignment.agent.name)} gets no new conversations of this team and keeps the ones held now. ${dialog.member.user.name} stays a member.`}
        work={() => request("DELETE", `/api/teams/${team.id}/agents/${dialog.assignment.id}`)} onDone={() => refresh(`${dialog.assignment.agent.name} no longer works for ${team.name}.`, undo(team, dialog.assignment, dialog.member, refresh))} />}
      {dialog?.kind === "delete" && <Ask title={`Delete ${team.name}?`} words={deletionWords(team, waiting ? waiting[team.id] || 0 : null)} action="Delete the team" work={() => request("DELETE", `/api/teams/${team.id}`)} onClose={close} onDone={() => onGone(team)} />}
    </main>
  );
}

function undo(team, assignment, member, refresh) {
  return {
    label: "Undo", run: async () => {
      try {
        await request("POST", `/api/teams/${team.id}/agents`, { id: newIdentifier(), member_id: member.id, agent_id: assignment.agent.id });
        refresh(`${assignment.agent.name} works for ${team.name} again.`);
      } catch (error) {
        say(`It could not be undone. ${error.message}`, { bad: true });
      }
    },
  };
}

/** The sums of the team, as far as they are known. */
function Figures({ items, people, waiting, days }) {
  const team = items && [...new Set(items.filter((member) => member.active).flatMap((member) => member.assignments.map((assignment) => assignment.agent.id)))].map((id) => people[id]).filter(Boolean);
  const online = team?.filter((agent) => agent.status === "online").length;
  const sum = (field) => team.reduce((total, agent) => total + agent[field], 0);
  return (
    <dl className="sum">
      <div><dt>Online</dt><dd>{team ? <>{online} <small>of {team.length}</small></> : "–"}</dd></div>
      <div><dt>Load</dt><dd>{team ? <>{sum("load")} <small>of {sum("capacity")}</small></> : "–"}</dd></div>
      <div><dt>Waiting</dt><dd>{waiting ?? "–"}{waiting === null && <span className="vh">not known</span>}</dd></div>
      <div><dt>Success, {days.name}</dt><dd>{percent(days.sum?.success)}</dd></div>
    </dl>
  );
}

function TableSkeleton() {
  return <div className="card late" aria-busy="true" aria-label="Loading the members">{[1, 2, 3].map((each) => <div className="skrow" key={each}><span className="sk sq" /><span className="sk" /><span className="sk" /></div>)}</div>;
}

function Person({ name, status, below }) {
  return (
    <span className="row"><span className="ava" aria-hidden="true">{initials(name)}{status && <span className={`dot ${presenceDots[status] || "off"}`} />}</span>
      <span><span className="blk strong-name">{name}</span><span className="small quiet blk">{below}{status && `${below ? " · " : ""}${presenceNames[status] || status}`}</span></span></span>
  );
}

function Load({ agent }) {
  if (!agent) return <span className="quiet">–</span>;
  const share = agent.capacity ? Math.min(1, agent.load / agent.capacity) : 0;
  return <span className="load"><span className={share >= 1 ? "bar full" : "bar"} style={{ "--v": `${share * 100}%` }} aria-hidden="true"><i /></span><span className="num">{agent.load} of {agent.capacity}</span></span>;
}

function Members({ items, people, leads, onAdd, onEdit, onRemove }) {
  if (items.length === 0) {
    return <div className="card"><div className="void"><Icon name="team" /><h2>Nobody is in this team</h2><p>Until somebody is, its conversations go to its fallback team or to everybody in the sector.</p>{leads && <button className="btn main" type="button" onClick={onAdd}>Add the first member</button>}</div></div>;
  }
  return (
    <div className="card"><div className="wide" tabIndex={0} role="region" aria-label="Members table"><table>
      <thead><tr><th scope="col">Member</th><th scope="col" className="wide-only">Skills and level</th><th scope="col">Load</th><th scope="col" className="num wide-only">Success</th><th scope="col" className="num wide-only">Handling</th>{leads && <th><span className="vh">Actions</span></th>}</tr></thead>
      <tbody>
        {items.map((member) => {
          const agent = people[member.user.id];
          return (
            <tr key={member.id}>
              <th scope="row"><Person name={member.user.name} status={agent?.status} below={[member.role === "lead" ? "Lead" : "Member", member.active ? null : "does not take part", member.assignments.length === 0 ? "no agent" : null].filter(Boolean).join(", ")} /></th>
              <td className="wide-only"><Skills agent={agent} /></td><td><Load agent={agent} /></td><td className="num wide-only">{percent(agent?.success_rate)}</td><td className="num wide-only">{minutes(agent?.mean_handling_seconds)}</td>
              {leads && <td className="num"><span className="row acts"><button className="btn s" type="button" aria-label={`Change ${member.user.name}`} onClick={() => onEdit(member)}>Change</button><button className="btn s ghost" type="button" aria-label={`Remove ${member.user.name}`} onClick={() => onRemove(member)}>Remove</button></span></td>}
            </tr>
          );
        })}
      </tbody></table></div></div>
  );
}

function Skills({ agent }) {
  if (!agent?.capabilities?.length) return <span className="quiet">None</span>;
  return <span className="row skills">{agent.capabilities.map((skill) => <span className="chip" key={skill.name}>{skill.name} {skill.level}</span>)}</span>;
}

function Agents({ items, people, leads, onAssign, onEnd }) {
  const rows = items.flatMap((member) => member.assignments.map((assignment) => ({ assignment, member })));
  const assign = leads && items.length > 0 && <button className="btn s push" type="button" onClick={onAssign}><Icon name="plus" small />Assign an agent</button>;
  if (rows.length === 0) {
    return <div className="card"><div className="void"><Icon name="assign" /><h2>No agent works for this team</h2><p>{items.length === 0 ? "Add a member first; then assign the agent who does the work." : "Its conversations go to its fallback team or to everybody in the sector until an agent is assigned."}</p>{leads && items.length > 0 && <button className="btn main" type="button" onClick={onAssign}>Assign an agent</button>}</div></div>;
  }
  return (
    <section className="card" aria-labelledby="heading-agents"><header><h2 id="heading-agents">Who gets its conversations</h2>{assign}</header>
      <div className="wide" tabIndex={0} role="region" aria-label="Agents table"><table>
        <thead><tr><th scope="col">Agent</th><th scope="col">For member</th><th scope="col" className="wide-only">Load</th><th scope="col" className="wide-only">Since</th>{leads && <th><span className="vh">Actions</span></th>}</tr></thead>
        <tbody>{rows.map(({ assignment, member }) => {
          const agent = people[assignment.agent.id];
          return (
            <tr key={assignment.id}>
              <th scope="row"><Person name={assignment.agent.name} status={agent?.status} below={agent ? (agent.type === "automated" ? "Automated" : agent.sector) : ""} /></th>
              <td>{member.user.name}</td><td className="wide-only"><Load agent={agent} /></td><td className="wide-only"><time dateTime={assignment.created_at} title={inFull(assignment.created_at)}>{onDay(assignment.created_at)}</time></td>
              {leads && <td className="num"><button className="btn s" type="button" aria-label={`End ${assignment.agent.name}'s work`} onClick={() => onEnd(assignment, member)}>End</button></td>}
            </tr>
          );
        })}</tbody></table></div></section>
  );
}

/** Asks how much the member holds before it asks whether to remove them. */
function Removal({ team, member, onClose, onDone }) {
  const held = useAnswer(async (signal) => {
    const [sessions, elsewhere] = await Promise.all([
      everything("/api/v1/chat/sessions", { view: "all", status: "assigned" }, { signal }),
      member.assignments.length ? worksElsewhere(team, member, signal) : false,
    ]);
    return { count: sessions.isComplete ? heldBy(member, sessions.items) : null, elsewhere };
  }, member.id);
  const known = held.value;
  if (!known && !held.problem) return null;
  return (
    <Ask title={`Remove ${member.user.name} from ${team.name}?`} words={leavingWords(member, team, known ? known.count : null, known?.elsewhere)} action={removalButton(known?.count, known?.elsewhere)}
      work={() => request("DELETE", `/api/teams/${team.id}/members/${member.id}`)} onClose={onClose} onDone={onDone} />
  );
}

/** Whether one of the member's agents works for another team too. */
async function worksElsewhere(team, member, signal) {
  const { items } = await everything("/api/teams", {}, { signal });
  const others = await Promise.all(items.filter((each) => each.id !== team.id && each.agent_count > 0).map((each) => everything(`/api/teams/${each.id}/members`, {}, { signal })));
  const agents = new Set(member.assignments.map((assignment) => assignment.agent.id));
  return others.some((page) => page.items.some((other) => other.assignments.some((assignment) => agents.has(assignment.agent.id))));
}

/** Who would help more elsewhere: what concerns this team, from or to it. */
function Suggestions({ team, onMoved }) {
  const moves = useAnswer((signal) => request("GET", "/api/teams/suggestions", undefined, { signal }), team.id);
  const [dismissed, setDismissed] = useState([]);
  const [busy, setBusy] = useState(false);
  const shown = (moves.value?.items || []).filter((move) => (move.from.team_id === team.id || move.to.team_id === team.id) && !dismissed.includes(move.member.id)).slice(0, 3);

  async function move({ member, from, to }) {
    setBusy(true);
    const change = moveOperations(member, to.team_id, newIdentifier);
    try {
      await request("POST", "/api/teams/bulk", change);
      onMoved(`${member.user.name} moved from ${from.name} to ${to.name}.`, {
        label: "Undo", run: async () => {
          try {
            await request("POST", "/api/teams/bulk", moveOperations(movedMember(member, change.operations, to.team_id), from.team_id, newIdentifier));
            onMoved(`${member.user.name} is back in ${from.name}.`);
          } catch (error) {
            say(`It could not be undone. ${error.message}`, { bad: true });
          }
        },
      });
      moves.again();
    } catch (error) {
      say(`Nobody was moved. ${error.message}`, { bad: true });
    } finally {
      setBusy(false);
    }
  }

  if (moves.problem && !moves.value) return <p className="hint row"><Icon name="offline" small />Suggestions did not load. {moves.problem.message}</p>;
  return shown.map((each) => (
    <aside className="card sug" key={each.member.id} aria-label={`Suggestion: ${each.member.user.name}`}><Icon name="swap" />
      <div><h2>{each.member.user.name} would help more in {each.to.name}</h2><p className="soft">{loadWords(each.to)}. {loadWords(each.from)}.</p></div>
      <div className="row push"><button className="btn" type="button" disabled={busy} onClick={() => move(each)}>Move {firstName(each.member.user.name)}</button><button className="btn ghost" type="button" onClick={() => setDismissed((before) => [...before, each.member.id])}>Not now</button></div></aside>
  ));
}
