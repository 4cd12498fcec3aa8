import Contracts
import Foundation
import Storage
import Testing

@testable import RouterService

@Suite struct `An agent` {
    @Test func `appears with its user`() async throws {
        let stage = try await RouterStage.make()
        let (ana, carla, viewer) = (AgentID.new(), AgentID.new(), AgentID.new())
        try await stage.hear(stage.user(ana, name: "Ana"))
        try await stage.hear(stage.user(carla, name: "Carla", role: .supervisor))
        try await stage.hear(stage.user(viewer, name: "Victor", role: .viewer))
        let page = try await ListAgentsHandler(reader: stage.reader).answer(
            ListAgents(principal: stage.principal(viewer, role: .viewer), limit: 50), context: stage.context)
        #expect(page.items.map(\.name) == ["Ana", "Carla"])
        #expect(page.items.map(\.active) == [true, false])
        let agent = try #require(page.items.first)
        #expect(agent.id == ana)
        #expect((agent.kind, agent.sector, agent.priority, agent.capacity, agent.load) == ("human", "general", 5, 5, 0))
        #expect(agent.status == .offline)
    }

    @Test func `who is disabled loses what it held to the queue, and comes back as it was`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversations = (0..<3).map { _ in ConversationID.new() }
        for conversation in conversations { try await stage.hear(stage.waiting(conversation)) }
        #expect(try await stage.load(ana) == 3)
        try await stage.hear(stage.user(ana, name: "Ana", disabled: true), isNew: false)
        #expect(try await stage.load(ana) == 0)
        for conversation in conversations { #expect(try await stage.item(conversation)?.status == .waiting) }
        let said = try await stage.said(ConversationUnassigned.self)
        #expect(Set(said.map(\.sessionID)) == Set(conversations))
        #expect(Set(said.map(\.reason)) == ["agent_gone"])
        await #expect(throws: RoutingError.agentNotActive(name: "Ana")) {
            try await stage.assign(conversations[0], to: ana, by: stage.admin)
        }
        try await stage.hear(stage.user(ana, name: "Ana"), isNew: false)
        #expect(try await stage.reader.agent(ana, of: stage.tenant)?.takesWork == true)
        let bruno = try await stage.agent("Bruno")
        #expect(try await stage.load(bruno) == 3)
    }

    @Test func `is made, changed and taken out by administrators, and each change is on record`() async throws {
        let stage = try await RouterStage.make()
        let id = AgentID.new()
        let request = SaveAgent(
            principal: stage.admin, id: id, isNew: true, name: "Robot", kind: "automated", sector: "billing", priority: 7,
            capabilities: [AgentCapability(name: "pt", level: 3)], capacity: 50, successRate: 0.25, meanHandlingSeconds: 12.5)
        let made = try await stage.save(request)
        #expect(made.status == .online, "it needs no socket")
        #expect((made.priority, made.capacity, made.successRate, made.meanHandlingSeconds) == (7, 50, 0.25, 12.5))
        #expect(try await stage.save(request) == made, "asked twice it is the same agent")
        await #expect(throws: RoutingError.agentIDReused(id: id)) {
            try await stage.save(SaveAgent(principal: stage.admin, id: id, isNew: true, name: "Another"))
        }
        try await stage.hear(stage.waiting(sector: "billing"))
        #expect(try await stage.load(id) == 1)
        await #expect(throws: RoutingError.self) {
            try await stage.save(SaveAgent(principal: stage.admin, id: id, isNew: false, capacity: 0))
        }
        let smaller = try await stage.save(SaveAgent(principal: stage.admin, id: id, isNew: false, capacity: 1))
        #expect(smaller.capacity == 1)
        #expect(smaller.capabilities == made.capabilities)
        let delete = DeleteAgent(principal: stage.admin, id: id)
        await #expect(throws: RoutingError.agentHoldsConversations(count: 1)) {
            try await DeleteAgentHandler(desk: stage.desk).answer(delete, context: stage.context)
        }
        let conversation = try await stage.said(ConversationAssigned.self)[0].assignment.sessionID
        try await stage.hear(stage.status(conversation, .closed, number: 1), sequence: 2)
        let context = stage.context
        for _ in 0..<2 { _ = try await DeleteAgentHandler(desk: stage.desk).answer(delete, context: context) }
        await #expect(throws: RoutingError.agentNotFound(id: id)) {
            try await GetAgentHandler(reader: stage.reader).answer(GetAgent(principal: stage.admin, id: id), context: stage.context)
        }
        let actions = try await stage.database.query(
            .tenant(stage.tenant), "SELECT action FROM router.agent_audit WHERE agent_id = \(id) ORDER BY at, id"
        ).map { try $0["action"] as String }
        #expect(actions == ["created", "changed", "deleted"])
        let again = try await stage.save(SaveAgent(principal: stage.admin, id: id, isNew: true, name: "Robot II"))
        #expect(again.name == "Robot II")
    }

    @Test func `with a value that cannot be is refused by the field's name`() async throws {
        let stage = try await RouterStage.make()
        func refusal(_ make: (Principal, AgentID) -> SaveAgent) async -> String? {
            do {
                _ = try await stage.save(make(stage.admin, .new()))
                return nil
            } catch RoutingError.fieldInvalid(let field, _) {
                return field
            } catch {
                return "\(error)"
            }
        }
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A") } == nil, "what follows differs in one field")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true) } == "name")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "") } == "name")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "a\u{0}") } == "name")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", kind: "cat") } == "type")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", sector: "") } == "sector")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", priority: 11) } == "priority")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capacity: -1) } == "capacity")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capacity: 1001) } == "capacity")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", successRate: 1.1) } == "success_rate")
        #expect(
            await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", meanHandlingSeconds: -1) } == "mean_handling_seconds")
        for capabilities in [
            [AgentCapability(name: "", level: 1)], [AgentCapability(name: "a", level: 6)],
            [AgentCapability(name: "a", level: 1), AgentCapability(name: "a", level: 2)],
        ] {
            #expect(
                await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capabilities: capabilities) } == "capabilities")
        }
        let unknown = AgentID.new()
        await #expect(throws: RoutingError.agentNotFound(id: unknown)) {
            try await stage.save(SaveAgent(principal: stage.admin, id: unknown, isNew: false, name: "A"))
        }
        await #expect(throws: RoutingError.roleMayNot(role: "agent")) {
            try await stage.save(SaveAgent(principal: stage.principal(.new()), id: .new(), isNew: true, name: "A"))
        }
    }

    @Test func `is listed page by page`() async throws {
        let stage = try await RouterStage.make()
        let names = ["Ana", "Bruno", "Bruno", "Carla\nMaria", "Dora"]
        for name in names { try await stage.hear(stage.user(.new(), name: name)) }
        var seen: [String] = []
        var cursor: String?
        repeat {
            let page = try await ListAgentsHandler(reader: stage.reader).answer(
                ListAgents(principal: stage.admin, limit: 2, cursor: cursor), context: stage.context)
            #expect(page.items.count <= 2)
            seen += page.items.map(\.name)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(seen == names)
        for cursor in ["nonsense", "", "bm8=", Data("no\u{0}".utf8).base64EncodedString()] {
            await #expect(throws: RoutingError.self) {
                try await ListAgentsHandler(reader: stage.reader).answer(
                    ListAgents(principal: stage.admin, limit: 2, cursor: cursor), context: stage.context)
            }
        }
    }
}

@Suite struct `Asking the router` {
    @Test func `who would get it claims nothing`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        try await stage.agent("Bea", sector: "billing")
        let selected = try await SelectAgentHandler(reader: stage.reader).answer(
            SelectAgent(principal: stage.admin, channel: .website), context: stage.context)
        #expect(selected.agent?.id == ana)
        #expect(selected.candidates.count == 1)
        let nobody = try await SelectAgentHandler(reader: stage.reader).answer(
            SelectAgent(principal: stage.admin, channel: .website, requiredCapabilities: ["pt"]), context: stage.context)
        #expect(nobody.agent == nil)
        #expect(nobody.refusalCounts == ["missing_capability": 1])
        #expect(try await stage.load(ana) == 0)
    }

    @Test func `where a conversation stands counts those before it in its sector`() async throws {
        let stage = try await RouterStage.make()
        let conversations = try await stage.queued(3)
        for (index, conversation) in conversations.enumerated() {
            let place = try await stage.reader.place(of: conversation, tenant: stage.tenant)
            #expect(place?.position == index + 1)
            #expect(place?.estimatedWaitSeconds == nil, "nobody has left the queue yet, so nobody knows")
        }
        let ana = try await stage.agent("Ana", capacity: 1)
        #expect(try await stage.reader.place(of: conversations[0], tenant: stage.tenant) == nil)
        #expect(try await stage.reader.place(of: conversations[2], tenant: stage.tenant)?.position == 2)
        // One left in the last minute.
        #expect(try await stage.reader.place(of: conversations[2], tenant: stage.tenant)?.estimatedWaitSeconds == 120)
        #expect(try await stage.reader.place(of: conversations[2], tenant: .new()) == nil)
        let availability = try await stage.reader.availability(of: stage.tenant)
        #expect((availability.onlineAgentCount, availability.waitingCount, availability.estimatedWaitSeconds) == (1, 2, 180))
        try await stage.choose(.away, ana)
        #expect(try await stage.reader.availability(of: stage.tenant).onlineAgentCount == 0)
    }

    @Test func `why, page by page, latest first`() async throws {
        let stage = try await RouterStage.make()
        let conversation = try await stage.queued()[0]
        let ana = try await stage.agent("Ana")
        try await stage.giveBack(conversation, by: stage.principal(ana))
        _ = try await stage.assign(conversation, by: stage.principal(ana))
        var outcomes: [String] = []
        var cursor: String?
        repeat {
            let page = try await ListDecisionsHandler(reader: stage.reader).answer(
                ListDecisions(principal: stage.admin, sessionID: conversation, limit: 1, cursor: cursor), context: stage.context)
            outcomes += page.items.map(\.outcome)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(outcomes == ["manual", "queued", "assigned", "queued"])
        await #expect(throws: RoutingError.roleMayNot(role: "customer")) {
            try await ListDecisionsHandler(reader: stage.reader).answer(
                ListDecisions(principal: stage.principal(.new(), role: .customer), sessionID: conversation, limit: 1),
                context: stage.context)
        }
    }

    @Test func `with a principal of another company than the request's is refused`() async throws {
        let stage = try await RouterStage.make()
        await #expect(throws: BusErrorOfAnyKind.self) {
            do {
                _ = try await GetAgentStatusHandler(reader: stage.reader).answer(
                    GetAgentStatus(principal: stage.admin),
                    context: .init(key: .random(), clientID: .new(), deadline: .now + .seconds(5), traceparent: nil))
            } catch {
                throw BusErrorOfAnyKind(error)
            }
        }
    }
}

private struct BusErrorOfAnyKind: Error {
    init(_ error: any Error) {}
}
