/* What the team pages ask for, and what follows from it, in words. */
import { counted, firstName } from "../shared/words.js";

/** Length limits of the service. Unit: characters. */
export const nameMax = 100, descriptionMax = 2_000;

export function teamErrors(values) {
  const errors = {};
  const name = values.name.trim();
  if (!name) errors.name = "Enter a name.";
  else if ([...name].length > nameMax) errors.name = `Use at most ${nameMax} characters; these are ${[...name].length}.`;
  if ([...values.sector.trim()].length > nameMax) errors.sector = `Use at most ${nameMax} characters.`;
  if ([...values.description.trim()].length > descriptionMax) errors.description = `Use at most ${descriptionMax} characters.`;
  return errors;
}

/** How many open conversations somebody's agents hold, of a list of all that are held. */
export function heldBy(member, sessions) {
  const agents = new Set(member.assignments.map((assignment) => assignment.agent.id));
  return sessions.filter((session) => session.agent && agents.has(session.agent.id)).length;
}

/** What happens when somebody leaves a team. `held` null: it is not known how many conversations they hold. */
export function leavingWords(member, team, held, worksElsewhere) {
  const name = firstName(member.user.name);
  const kept = `${name} stays your colleague, and in any other team.`;
  if (member.assignments.length === 0) return `No agent works for ${name} in this team, so no conversation moves. ${kept}`;
  const agents = member.assignments.length === 1 && member.assignments[0].agent.id === member.user.id ? "" : ` ${counted(member.assignments.length, "assigned agent")} ${member.assignments.length === 1 ? "ends" : "end"} too.`;
  if (held === null) return `Open conversations of this team that ${name} holds will be offered to others.${agents} ${kept}`;
  if (held === 0) return `${name} holds no open conversation.${agents} ${kept}`;
  const which = worksElsewhere ? `Of ${counted(held, "open conversation")}, those of this team` : counted(held, "open conversation");
  return `${which} will be offered to others at once.${agents} ${kept}`;
}

export function removalButton(held, worksElsewhere) {
  return held && !worksElsewhere ? `Remove and offer ${held}` : "Remove";
}

/** What happens when a team is deleted. `waiting` null: not known. */
export function deletionWords(team, waiting) {
  const people = team.member_count === 0 ? "Nobody is in it." : `${counted(team.member_count, "member")} and ${counted(team.agent_count, "agent")} leave it; they stay in their other teams.`;
  const queue = waiting === null ? "What it holds and what waits for it" : waiting === 0 ? "What it holds" : `What it holds, and ${counted(waiting, "conversation")} waiting for it,`;
  return `${people} ${queue} will be offered to everybody in ${team.sector}. The figures of its days stay. This cannot be undone.`;
}

/** One request that moves a member with their agents: all of it happens, or nothing. `newID` makes an id for each new thing. */
export function moveOperations(member, toTeamID, newID) {
  const id = newID();
  return {
    mode: "all_or_nothing",
    operations: [
      { operation: "add_member", id, team_id: toTeamID, user_id: member.user.id, role: member.role, active: member.active },
      ...member.assignments.map((assignment) => ({ operation: "assign_agent", id: newID(), team_id: toTeamID, member_id: id, agent_id: assignment.agent.id })),
      { operation: "remove_member", team_id: member.team_id, id: member.id },
    ],
  };
}

/** The member as the move has made it, for moving back. */
export function movedMember(member, operations, toTeamID) {
  const [added, ...others] = operations;
  return {
    ...member, id: added.id, team_id: toTeamID,
    assignments: others.filter((operation) => operation.operation === "assign_agent").map((operation) => ({ id: operation.id, agent: { id: operation.agent_id } })),
  };
}

/** "Repairs would go from 14 open for 10 places to 14 for 15; this team from 3 for 20 to 3 for 15." */
export function loadWords(load) {
  return `${load.name}: ${load.demand} to do with room for ${load.capacity} now, ${load.demand_after} with room for ${load.capacity_after} then`;
}
