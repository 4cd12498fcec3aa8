import Bus
import Contracts
import Foundation
import Hummingbird

/// Agents, their presence, and who holds which conversation.
struct AgentController {
    var routes: [Route] {
        [
            Route(.get, "/api/v1/agents/me/status", "getOwnStatus", GetAgentStatus.access) { call in
                try await call.pass(GetAgentStatus(principal: call.principal))
            },
            Route(.put, "/api/v1/agents/me/status", "setOwnStatus", SetAgentStatus.access) { try await setStatus($0) },
            Route(.get, "/api/v1/agents/me/offers", "listOwnOffers", ListOffers.access) { call in
                let offers = try await call.ask(ListOffers(principal: call.principal))
                return try .json(NamedOffers(items: await call.named(offers.items, of: \.sessionID)))
            },
            Route(.post, "/api/v1/routing/offers/{id}/accept", "acceptOffer", AcceptOffer.access) { try await accept($0) },
            Route(.post, "/api/v1/routing/offers/{id}/decline", "declineOffer", DeclineOffer.access) { try await decline($0) },
            Route(.get, "/api/v1/routing/queue", "listQueue", ListQueue.access, scope: .routingRead) { try await listQueue($0) },
            Route(.get, "/api/v1/agents", "listAgents", ListAgents.access, scope: .routingRead) { call in
                try await call.pass(
                    ListAgents(
                        principal: call.principal, sector: call.query("sector"), limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/v1/agents", "createAgent", SaveAgent.access) { try await create($0) },
            Route(.get, "/api/v1/agents/{id}", "getAgent", GetAgent.access, scope: .routingRead) { call in
                try await call.pass(GetAgent(principal: call.principal, id: try call.id("agent")))
            },
            Route(.put, "/api/v1/agents/{id}", "changeAgent", SaveAgent.access) { try await change($0) },
            Route(.delete, "/api/v1/agents/{id}", "deleteAgent", DeleteAgent.access) { call in
                try await call.done(DeleteAgent(principal: call.principal, id: try call.id("agent")))
            },
            Route(.post, "/api/v1/admin/chat-dashboard/sessions/{id}/assign", "assignSession", AssignConversation.access) {
                try await assign($0)
            },
            Route(.post, "/api/v1/admin/chat-dashboard/sessions/{id}/transfer", "transferSession", ReturnConversation.access) {
                try await transfer($0)
            },
            Route(.get, "/api/v1/routing/decisions", "listDecisions", ListDecisions.access) { call in
                guard let conversation: ConversationID = try call.queryID("conversation") else {
                    throw Problem.parameter("conversation", "is missing")
                }
                return try await call.pass(
                    ListDecisions(
                        principal: call.principal, sessionID: conversation, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.get, "/api/v1/routing/policy", "getRoutingPolicy", GetRoutingPolicy.access, scope: .routingRead) { call in
                try await call.pass(GetRoutingPolicy(principal: call.principal))
            },
            Route(.post, "/api/v1/routing/simulate", "simulateRouting", SimulateRouting.access) { try await simulate($0) },
            Route(.get, "/api/v1/routing/simulations/{id}", "getSimulation", GetRoutingSimulation.access) { call in
                try await call.pass(GetRoutingSimulation(principal: call.principal, id: try call.id("simulation")))
            },
            Route(.post, "/api/v1/routing/preview", "previewRouting", SelectAgent.access, scope: .routingRead) { try await preview($0) },
        ]
    }

    struct NamedOffers: Codable {
        let items: [NamedEntry<Offer>]
    }

    private func listQueue(_ call: GatewayCall) async throws -> Response {
        let page = try await call.ask(
            ListQueue(
                principal: call.principal, sector: call.query("sector"), teamID: try call.queryID("team_id"), limit: try call.limit(),
                cursor: call.query("cursor")))
        return try .json(Page(items: await call.named(page.items, of: \.sessionID), nextCursor: page.nextCursor))
    }

    struct StatusChoice: Decodable {
        let status: AgentStatus
        let chosen: Bool?
    }

    private func setStatus(_ call: GatewayCall) async throws -> Response {
        let choice = try call.decode(StatusChoice.self)
        let status = choice.status
        guard AgentStatus.allCases.contains(status) else {
            throw Problem.body("status", "is none of \(AgentStatus.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return try await call.pass(SetAgentStatus(principal: call.principal, status: status, chosen: choice.chosen == false ? false : nil))
    }

    private func accept(_ call: GatewayCall) async throws -> Response {
        try call.expectNoMembers()
        let assignment = try await call.ask(AcceptOffer(principal: call.principal, id: try call.id("offer")))
        return try .json(
            Assigned(sessionID: assignment.sessionID, agent: assignment.agent, decisionID: assignment.decisionID))
    }

    struct Refusal: Decodable {
        let note: String?
    }

    private func decline(_ call: GatewayCall) async throws -> Response {
        let id: EntityID = try call.id("offer")
        let note = call.body.readableBytes == 0 ? nil : try call.decode(Refusal.self).note
        return try await call.done(DeclineOffer(principal: call.principal, id: id, note: note))
    }

    struct AgentChange: Decodable {
        let name: String?
        let type: String?
        let sector: String?
        let priority: Int?
        let capabilities: [AgentCapability]?
        let capacity: Int?
        let channelCapacities: [String: Int]?
        let successRate: Double?
        let meanHandlingSeconds: Double?
        let active: Bool?

        enum CodingKeys: String, CodingKey {
            case name, type, sector, priority, capabilities, capacity, active
            case channelCapacities = "channel_capacities"
            case successRate = "success_rate"
            case meanHandlingSeconds = "mean_handling_seconds"
        }

        func saving(_ principal: Principal, _ id: AgentID, isNew: Bool) throws -> SaveAgent {
            if let type, !["human", "automated"].contains(type) { throw Problem.body("type", "is neither human nor automated") }
            return SaveAgent(
                principal: principal, id: id, isNew: isNew, name: name, kind: type, sector: sector, priority: priority,
                capabilities: capabilities, capacity: capacity, channelCapacities: channelCapacities, successRate: successRate,
                meanHandlingSeconds: meanHandlingSeconds, active: active)
        }
    }

    /// What can be changed later, and what a new one has besides.
    struct NewAgent: Decodable {
        let id: AgentID?
        let agent: AgentChange

        enum CodingKeys: String, CodingKey {
            case id, name
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decodeIfPresent(AgentID.self, forKey: .id)
            _ = try container.decode(String.self, forKey: .name)
            agent = try AgentChange(from: decoder)
        }
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let new = try call.decode(NewAgent.self)
        return try await call.pass(
            new.agent.saving(call.principal, try new.id ?? AgentID(call.newID()), isNew: true), status: .created)
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: AgentID = try call.id("agent")
        return try await call.pass(try call.decode(AgentChange.self).saving(call.principal, id, isNew: false))
    }

    struct Work: Decodable {
        let sector: String?
        let channel: Channel?
        let requiredCapabilities: [AgentCapability]?
        let preferredAgentID: AgentID?
        let teamID: TeamID?

        enum CodingKeys: String, CodingKey {
            case sector, channel
            case requiredCapabilities = "required_capabilities"
            case preferredAgentID = "preferred_agent_id"
            case teamID = "team_id"
        }
    }

    /// Who would get this work now, and why. Changes nothing.
    private func preview(_ call: GatewayCall) async throws -> Response {
        let work = try call.decode(Work.self)
        let channel = try work.channel.map { channel in
            guard let known = Channel(filter: channel.rawValue) else { throw Problem.body("channel", "is not a channel") }
            return known
        }
        return try await call.pass(
            SelectAgent(
                principal: call.principal, sector: work.sector, channel: channel ?? .website,
                requiredCapabilities: work.requiredCapabilities ?? [], preferredAgentID: work.preferredAgentID,
                teamID: work.teamID))
    }

    struct Draft: Decodable {
        let id: SimulationID?
        let from: Date
        let to: Date
        let settings: RoutingSettings
        let sector: String?
    }

    /// Begins; how far it is, is asked by its id.
    private func simulate(_ call: GatewayCall) async throws -> Response {
        let draft = try call.decode(Draft.self)
        // Before it crosses the bus: what is not finite cannot.
        if let problem = draft.settings.problem?.inside("settings") { throw Problem.body(problem.field, problem.detail) }
        return try await call.pass(
            SimulateRouting(
                principal: call.principal, id: try draft.id ?? SimulationID(call.newID()), from: draft.from, to: draft.to,
                settings: draft.settings, sector: draft.sector),
            status: .created)
    }

    struct Assign: Decodable {
        let agentID: AgentID?
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case reason
        }
    }

    struct Transfer: Decodable {
        let agentID: AgentID?
        let teamID: TeamID?
        let reason: String

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case teamID = "team_id"
            case reason
        }
    }

    struct Assigned: Codable {
        let sessionID: ConversationID
        let agent: AgentSummary?
        let decisionID: DecisionID?

        enum CodingKeys: String, CodingKey {
            case sessionID = "session_id"
            case agent
            case decisionID = "decision_id"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(sessionID, forKey: .sessionID)
            try container.encode(agent, forKey: .agent)
            try container.encode(decisionID, forKey: .decisionID)
        }
    }

    private func assign(_ call: GatewayCall) async throws -> Response {
        let id: ConversationID = try call.id("conversation")
        let target = call.body.readableBytes == 0 ? Assign(agentID: nil, reason: nil) : try call.decode(Assign.self)
        let isOwn = target.agentID == nil || target.agentID?.uuid == call.principal.subject.uuid
        if call.principal.role == .agent, !isOwn { throw Problem.forbidden(.agent) }
        let assignment = try await call.ask(
            AssignConversation(
                principal: call.principal, sessionID: id, agentID: target.agentID, reason: target.reason ?? (isOwn ? "taken" : "assigned")))
        return try .json(Assigned(sessionID: id, agent: assignment.agent, decisionID: assignment.decisionID))
    }

    /// To a colleague, or without one back to the queue, there perhaps for another team.
    private func transfer(_ call: GatewayCall) async throws -> Response {
        let id: ConversationID = try call.id("conversation")
        let target = try call.decode(Transfer.self)
        let reason = target.reason
        guard !reason.isEmpty else { throw Problem.body("reason", "is missing") }
        guard let agentID = target.agentID else {
            _ = try await call.askForBytes(
                ReturnConversation(principal: call.principal, sessionID: id, reason: reason, teamID: target.teamID))
            return try .json(Assigned(sessionID: id, agent: nil, decisionID: nil))
        }
        guard target.teamID == nil else { throw Problem.body("team_id", "cannot be given beside agent_id") }
        let assignment = try await call.ask(
            AssignConversation(principal: call.principal, sessionID: id, agentID: agentID, reason: reason))
        return try .json(Assigned(sessionID: id, agent: assignment.agent, decisionID: assignment.decisionID))
    }
}

extension AgentController.AgentChange: Described {
    static let meaning = Meaning(
        "AgentChange", .question, "Only what is given changes.",
        fields: [
            Field("name", "What colleagues and customers see.", .length(1, 200)),
            Field("type", "A person, or a program.", .standard("human"), .words(["human", "automated"])),
            Field(
                "sector", "One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.", .length(1, 100),
                .standard("general")),
            Field("priority", "0 to 10; adds to the score with which agents compete.", .range(0, 10)),
            Field("capabilities", "What it can do, and how well."),
            Field("capacity", "Weight that may be held at once; a conversation weighs 1 unless its channel has another weight.", .from(0)),
            Field(
                "channel_capacities", "How much of the capacity each channel may take; what is not named has no limit of its own.",
                .each(.range(0, 1000))),
            Field("success_rate", "Share of conversations that went well, where you know it better.", .range(0, 1)),
            Field("mean_handling_seconds", "Mean time from taking a conversation to its end, where you know it better.", .from(0)),
            Field("active", "Whether it gets work."),
        ],
        example: ["capacity": 8])
}

extension AgentController.NewAgent: Described {
    static let meaning = Meaning(
        "NewAgent", .question, "A new agent.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose. For a person's agent: the user's id."),
            Field("name", "What colleagues and customers see.", .length(1, 200)),
            Field("type", "A person, or a program.", .standard("human"), .words(["human", "automated"])),
            Field(
                "sector", "One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.", .length(1, 100),
                .standard("general")),
            Field("priority", "0 to 10; adds to the score with which agents compete.", .range(0, 10)),
            Field("capabilities", "What it can do, and how well."),
            Field("capacity", "Weight that may be held at once; a conversation weighs 1 unless its channel has another weight.", .from(0)),
            Field(
                "channel_capacities", "How much of the capacity each channel may take; what is not named has no limit of its own.",
                .each(.range(0, 1000))),
            Field("success_rate", "Share of conversations that went well, where you know it.", .range(0, 1)),
            Field("mean_handling_seconds", "Mean time from taking a conversation to its end, where you know it.", .from(0)),
            Field("active", "Whether it gets work."),
        ],
        example: ["name": "Night desk", "type": "automated", "sector": "general", "priority": 3, "capacity": 20])
}

extension AgentController.Assign: Described {
    static let meaning = Meaning(
        "Assign", .question, "Who gets it.",
        fields: [
            Field("agent_id", "Without it: you."),
            Field("reason", "Why, for colleagues and for the audit log.", .length(1000)),
        ],
        example: [:])
}

extension AgentController.Transfer: Described {
    static let meaning = Meaning(
        "Transfer", .question, "To a colleague, or back to the queue.",
        fields: [
            Field("agent_id", "Without it: back to the queue."),
            Field("reason", "Why, for colleagues and for the audit log.", .length(1000)),
            Field("team_id", "Waits for this team; not beside `agent_id`."),
        ],
        example: ["reason": "speaks Portuguese", "agent_id": "0193f2a4-9e13-7d5a-b642-6c8d2f1e5a33"])
}

extension AgentController.Assigned: Described {
    static let meaning = Meaning(
        "Assignment", .answer, "Who holds a conversation now.",
        fields: [
            Field("session_id", "The conversation."),
            Field("agent", "Who has it now; null: it waits again."),
            Field("decision_id", "The routing decision behind it, a person's choice too; null when it waits again."),
        ])
}

extension AgentController.Draft: Described {
    static let meaning = Meaning(
        "NewSimulation", .question, "A draft policy and the period to try it on.",
        fields: [
            Field("from", "From this time."),
            Field("to", "Before this time; at most 92 days after `from`."),
            Field("settings", "What to try."),
            Field(
                "sector",
                "Only this sector's conversations. One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.",
                .orNull),
            Field("id", "Yours to choose; the same id again is the same simulation."),
        ])
}

extension AgentController.Work: Described {
    static let meaning = Meaning(
        "RoutingWork", .question, "Work that might come.",
        fields: [
            Field("sector", "One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.", .length(1, 100)),
            Field("channel", "How the customer would reach the company; `website` if it is left out."),
            Field("required_capabilities", "What would be needed.", .count(0, 100)),
            Field("preferred_agent_id", "Who would be asked first."),
            Field("team_id", "The team that it would wait for."),
        ])
}

extension AgentController.StatusChoice: Described {
    static let meaning = Meaning(
        "StatusChoice", .question, "Whether you take work.",
        fields: [
            Field("status", "Whether you take work."),
            Field(
                "chosen",
                "False is for pages: one that opens says `online`, one that was signed out of says `offline`, and neither replaces what the agent chose. Not for `away` and `busy`.",
                .standard(true)),
        ],
        example: ["status": "online"])
}

extension AgentController.NamedOffers: Described {
    static let meaning = Meaning(
        "Offers", .answer, "What you are asked to take.",
        fields: [
            Field("items", "What you are asked to take.")
        ])
}

extension AgentController.Refusal: Described {
    static let meaning = Meaning(
        "OfferRefusal", .question, "Why you decline.",
        fields: [
            Field("note", "Why, for supervisors.", .length(1000))
        ],
        example: ["note": "Lunch"])
}
