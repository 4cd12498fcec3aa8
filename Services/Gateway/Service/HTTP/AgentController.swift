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
                return try .json(["items": await call.named(offers.items, of: \.sessionID)])
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

    private func listQueue(_ call: GatewayCall) async throws -> Response {
        let page = try await call.ask(
            ListQueue(
                principal: call.principal, sector: call.query("sector"), teamID: try call.queryID("team_id"), limit: try call.limit(),
                cursor: call.query("cursor")))
        return try .json(Page(items: await call.named(page.items, of: \.sessionID), nextCursor: page.nextCursor))
    }

    private struct StatusChoice: Decodable {
        let status: AgentStatus
        let chosen: Bool?
    }

    private func setStatus(_ call: GatewayCall) async throws -> Response {
        let choice = try call.decode(StatusChoice.self)
        let status = choice.status
        guard AgentStatus.all.contains(status) else {
            throw Problem.body("status", "is none of \(AgentStatus.all.map(\.rawValue).joined(separator: ", "))")
        }
        return try await call.pass(SetAgentStatus(principal: call.principal, status: status, chosen: choice.chosen == false ? false : nil))
    }

    private func accept(_ call: GatewayCall) async throws -> Response {
        try call.expectNoMembers()
        let assignment = try await call.ask(AcceptOffer(principal: call.principal, id: try call.id("offer")))
        return try .json(
            Assigned(sessionID: assignment.sessionID, agent: assignment.agent, decisionID: assignment.decisionID))
    }

    private struct Refusal: Decodable {
        let note: String?
    }

    private func decline(_ call: GatewayCall) async throws -> Response {
        let id: EntityID = try call.id("offer")
        let note = call.body.readableBytes == 0 ? nil : try call.decode(Refusal.self).note
        return try await call.done(DeclineOffer(principal: call.principal, id: id, note: note))
    }

    private struct Agent: Decodable {
        let id: AgentID?
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
            case id, name, type, sector, priority, capabilities, capacity, active
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

    private func create(_ call: GatewayCall) async throws -> Response {
        let agent = try call.decode(Agent.self)
        guard agent.name != nil else { throw Problem.body("name", "is missing") }
        return try await call.pass(
            agent.saving(call.principal, try agent.id ?? AgentID(call.newID()), isNew: true), status: .created)
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: AgentID = try call.id("agent")
        return try await call.pass(try call.decode(Agent.self).saving(call.principal, id, isNew: false))
    }

    private struct Work: Decodable {
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

    private struct Draft: Decodable {
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

    private struct Target: Decodable {
        let agentID: AgentID?
        let teamID: TeamID?
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case teamID = "team_id"
            case reason
        }
    }

    private struct Assigned: Encodable {
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
        let target = call.body.readableBytes == 0 ? Target(agentID: nil, teamID: nil, reason: nil) : try call.decode(Target.self)
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
        let target = try call.decode(Target.self)
        let reason = target.reason ?? ""
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
