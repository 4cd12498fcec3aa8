import Contracts

extension AgentController {
    static let operations: [Operation] = [
        Operation(
            "getOwnStatus", "Agents and routing", "Get own presence", answers: [.init(200, "Your presence.", Presence.self)],
            refusals: [404]),
        Operation(
            "setOwnStatus", "Agents and routing", "Set own presence",
            "Online counts with a live socket, and for 60 s after this request. What was chosen stays until something else is chosen, Offline included.",
            takes: AgentController.StatusChoice.self, answers: [.init(200, "Your presence.", Presence.self)], refusals: [404]),
        Operation(
            "listAgents", "Agents and routing", "List agents", query: [.text("sector", "Of this sector."), .limit, .cursor],
            answers: [.init(200, "Agents.", Page<RoutingAgent>.self)]),
        Operation(
            "createAgent", "Agents and routing", "Add an agent", takes: AgentController.NewAgent.self,
            answers: [.init(201, "Added.", RoutingAgent.self)], refusals: [409]),
        Operation(
            "listOwnOffers", "Agents and routing", "What you are asked to take",
            "Earliest end first. The frame `offer` on `/api/v1/realtime` says what changes.",
            answers: [.init(200, "Open offers.", AgentController.NamedOffers.self)]),
        Operation(
            "getAgent", "Agents and routing", "Get an agent", answers: [.init(200, "The agent.", RoutingAgent.self)]),
        Operation(
            "changeAgent", "Agents and routing", "Change an agent", takes: AgentController.AgentChange.self,
            answers: [.init(200, "Changed.", RoutingAgent.self)], refusals: [409]),
        Operation(
            "deleteAgent", "Agents and routing", "Take an agent out of routing", answers: [.init(204, "Gone.")], refusals: [409]),
        Operation(
            "assignSession", "Agents and routing", "Take or assign a session", "Agents only for themselves.",
            takes: AgentController.Assign.self, isBodyOptional: true,
            answers: [.init(200, "Who holds it now.", AgentController.Assigned.self)], refusals: [409]),
        Operation(
            "transferSession", "Agents and routing", "Transfer a session", takes: AgentController.Transfer.self,
            answers: [.init(200, "Who holds it now; nobody if it is back in the queue.", AgentController.Assigned.self)], refusals: [409]),
        Operation(
            "listDecisions", "Agents and routing", "Why an agent was chosen",
            query: [.id("conversation", "The conversation.", isRequired: true), .limit, .cursor],
            answers: [.init(200, "Decisions.", Page<Decision>.self)], refusals: [404]),
        Operation(
            "acceptOffer", "Agents and routing", "Accept an offer",
            "Accepting again answers the same. Too late, or withdrawn: 409 `offer-expired`. Somebody else's: 404.",
            answers: [.init(200, "Who holds it now.", AgentController.Assigned.self)], refusals: [409]),
        Operation(
            "declineOffer", "Agents and routing", "Decline an offer", "Others are asked. Declining again changes nothing.",
            takes: AgentController.Refusal.self, isBodyOptional: true, answers: [.init(204, "Declined.")], refusals: [409]),
        Operation(
            "listQueue", "Agents and routing", "Who waits",
            "In the queue's order: priority, then time, then id. With what somebody is being asked to take.",
            query: [.text("sector", "Of this sector."), .id("team_id", "What waits for this team."), .limit, .cursor],
            answers: [.init(200, "Waiting conversations.", Page<NamedEntry<QueueEntry>>.self)]),
        Operation(
            "previewRouting", "Agents and routing", "Who would get this work", takes: AgentController.Work.self,
            answers: [.init(200, "Who, and why.", SelectedAgent.self)], refusals: [404, 409]),
        Operation(
            "getRoutingPolicy", "Agents and routing", "How the router decides now",
            answers: [.init(200, "The settings in use.", RoutingPolicyInUse.self)]),
        Operation(
            "simulateRouting", "Agents and routing", "Try a draft policy on a past period", takes: AgentController.Draft.self,
            answers: [.init(201, "The simulation, which runs on.", RoutingSimulation.self)], refusals: [409]),
        Operation(
            "getSimulation", "Agents and routing", "How a simulation stands",
            answers: [.init(200, "The simulation.", RoutingSimulation.self)]),
    ]
}
