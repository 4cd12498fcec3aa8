import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Testing

@Suite struct `An agent` {
    @Test func `appears with its user`() async throws {
        let stage = try await RouterStage.make()
        let (ana, carla, viewer) = (AgentID.new(), AgentID.new(), AgentID.new())
        try await stage.hear(stage.user(ana, name: "Ana"))
        try await stage.hear(stage.user(carla, name: "Carla", role: .supervisor))
        try await stage.hear(stage.user(viewer, name: "Victor", role: .viewer))
        let page = try await stage.ask(ListAgents(principal: stage.principal(viewer, role: .viewer), limit: 50))
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
        let stage = try await RouterStage.make(sectors: ["billing"])
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
        await #expect(throws: RoutingError.fieldInvalid(field: "capacity", detail: "is below the present load of 1")) {
            try await stage.save(SaveAgent(principal: stage.admin, id: id, isNew: false, name: "Robot I", capacity: 0))
        }
        #expect(try await stage.reader.agent(id, of: stage.tenant)?.name == "Robot", "nothing of what was refused is kept")
        let smaller = try await stage.save(SaveAgent(principal: stage.admin, id: id, isNew: false, capacity: 1))
        #expect(smaller.capacity == 1)
        #expect(smaller.capabilities == made.capabilities)
        let delete = DeleteAgent(principal: stage.admin, id: id)
        await #expect(throws: RoutingError.agentHoldsConversations(count: 1)) {
            try await stage.ask(delete)
        }
        let conversation = try await stage.said(ConversationAssigned.self)[0].assignment.sessionID
        try await stage.hear(stage.status(conversation, .closed, number: 1), sequence: 2)
        let key = RequestKey.random()
        for _ in 0..<2 { _ = try await stage.ask(delete, key: key) }
        await #expect(throws: RoutingError.agentNotFound(id: id)) {
            try await stage.ask(GetAgent(principal: stage.admin, id: id))
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
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: " \t") } == "name")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "a\u{0}") } == "name")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", kind: "cat") } == "type")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", sector: "") } == "sector")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", priority: 11) } == "priority")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capacity: -1) } == "capacity")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capacity: 1001) } == "capacity")
        #expect(await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", successRate: 1.1) } == "success_rate")
        #expect(
            await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", meanHandlingSeconds: -1) } == "mean_handling_seconds")
        let nameless = [AgentCapability(name: "a", level: 1), AgentCapability(name: "", level: 1)]
        #expect(
            await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capabilities: nameless) } == "capabilities[1].name")
        for capabilities in [
            [AgentCapability(name: "a", level: 6)], [AgentCapability(name: "a", level: 1), AgentCapability(name: "a", level: 2)],
        ] {
            #expect(
                await refusal { SaveAgent(principal: $0, id: $1, isNew: true, name: "A", capabilities: capabilities) } == "capabilities")
        }
        let person = try await stage.agent("Ana")
        #expect(await refusal { principal, _ in SaveAgent(principal: principal, id: person, isNew: false, kind: "human") } == nil)
        #expect(await refusal { principal, _ in SaveAgent(principal: principal, id: person, isNew: false, kind: "automated") } == "type")
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
            let page = try await stage.ask(ListAgents(principal: stage.admin, limit: 2, cursor: cursor))
            #expect(page.items.count <= 2)
            seen += page.items.map(\.name)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(seen == names)
    }

    @Test(arguments: [
        "nonsense", "", ".", "bm8=", "AA", "-9223372036854775808.0192f0c0-0000-7000-8000-000000000001",
        "5.-9223372036854775808.0192f0c0-0000-7000-8000-000000000001", "5.9223372036854775807.0192f0c0-0000-7000-8000-000000000001",
        "9223372036854775807.0.0192f0c0-0000-7000-8000-000000000001", "1e300.0192f0c0-0000-7000-8000-000000000001",
        Data("0192f0c0-0000-7000-8000-000000000001\n-9223372036854775808".utf8).base64EncodedString(), String(repeating: "a", count: 5000),
    ])
    func `and whatever else is listed has no cursor that its list did not give`(cursor: String) async throws {
        let stage = try await RouterStage.make()
        let wrong = RoutingError.fieldInvalid(field: "cursor", detail: ListCursor.problem)
        await #expect(throws: wrong) { try await stage.ask(ListAgents(principal: stage.admin, limit: 2, cursor: cursor)) }
        await #expect(throws: wrong) { try await stage.ask(ListQueue(principal: stage.admin, limit: 2, cursor: cursor)) }
        await #expect(throws: wrong) {
            try await stage.ask(ListDecisions(principal: stage.admin, sessionID: .new(), limit: 2, cursor: cursor))
        }
        await #expect(throws: wrong) {
            try await stage.ask(ListTeams(principal: stage.admin, page: .after(cursor: cursor, limit: 2)))
        }
    }
}

@Suite struct `A sector` {
    private func refusal(_ body: () async throws -> Void) async -> RoutingError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? RoutingError
        }
    }

    private func save(_ stage: RouterStage, _ id: AgentID = .new(), isNew: Bool = true, sector: String?) async throws {
        _ = try await stage.save(
            SaveAgent(principal: stage.admin, id: id, isNew: isNew, name: isNew ? "Robot" : nil, kind: "automated", sector: sector))
    }

    private func preview(_ stage: RouterStage, sector: String?) async throws {
        _ = try await stage.ask(SelectAgent(principal: stage.admin, sector: sector, channel: .website))
    }

    static let unknown = RoutingError.fieldInvalid(field: "sector", detail: "is none of the company's sectors")

    @Test func `that the company does not have takes no agent and no team, and nothing of what was asked is kept`() async throws {
        let stage = try await RouterStage.make()
        #expect(await refusal { try await save(stage, sector: "general") } == nil, "who never named a sector has this one")
        #expect(await refusal { try await save(stage, sector: "sales") } == Self.unknown)
        #expect(await refusal { _ = try await stage.team(sector: "sales") } == Self.unknown)
        #expect(await refusal { try await preview(stage, sector: "sales") } == Self.unknown)
        #expect(await refusal { try await preview(stage, sector: "general") } == nil)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.sector_agents") == 1)
        #expect(try await stage.count("SELECT count(*) AS count FROM router.teams") == 0)
        try await stage.hear(BusinessRules(version: 1, routing: .standard, sectors: stage.sectors(["sales"])), tenant: .new())
        #expect(await refusal { try await save(stage, sector: "sales") } == Self.unknown, "another company has it")
        try await stage.hear(BusinessRules(version: 1, routing: .standard, sectors: stage.sectors(["sales"])))
        #expect(await refusal { try await save(stage, sector: "sales") } == nil)
        #expect(await refusal { _ = try await stage.team(sector: "sales") } == nil)
        #expect(await refusal { try await preview(stage, sector: "sales") } == nil)
    }

    @Test func `that the company gave up keeps whoever is in it, and takes nobody else`() async throws {
        let stage = try await RouterStage.make(sectors: ["sales"])
        let robot = AgentID.new()
        try await save(stage, robot, sector: "sales")
        let team = try await stage.team(sector: "sales")
        try await stage.hear(BusinessRules(version: 2, routing: .standard))
        #expect(await refusal { try await save(stage, sector: "sales") } == Self.unknown)
        #expect(await refusal { try await save(stage, robot, isNew: false, sector: "sales") } == nil)
        #expect(try await stage.change(team.id, name: "Sellers").sector == "sales")
        #expect(await refusal { try await preview(stage, sector: "sales") } == nil, "somebody is in it")
        try await stage.hear(stage.waiting(sector: "sales"))
        #expect(try await stage.load(robot) == 1)
        try await save(stage, robot, isNew: false, sector: "general")
        #expect(await refusal { try await save(stage, robot, isNew: false, sector: "sales") } == Self.unknown)
    }

    @Test func `is not refused by a router that heard the rules before it kept sectors, until it hears them again`() async throws {
        let stage = try await RouterStage.make(sectors: ["sales"])
        _ = try await stage.database.query(.tenant(stage.tenant), "UPDATE router.tenant_queues SET sectors = NULL")
        #expect(await refusal { try await save(stage, sector: "billing") } == nil)
        #expect(await refusal { try await preview(stage, sector: "anything") } == nil)
        try await stage.hear(BusinessRules(version: 2, routing: .standard))
        #expect(await refusal { try await save(stage, sector: "sales") } == Self.unknown)
    }
}

@Suite struct `Asking the router` {
    @Test func `who would get it claims nothing`() async throws {
        let stage = try await RouterStage.make(sectors: ["billing"])
        let ana = try await stage.agent("Ana")
        try await stage.agent("Bea", sector: "billing")
        let selected = try await stage.ask(SelectAgent(principal: stage.admin, channel: .website))
        #expect(selected.agent?.id == ana)
        #expect(selected.candidates.count == 1)
        let nobody = try await stage.ask(
            SelectAgent(principal: stage.admin, channel: .website, requiredCapabilities: [AgentCapability(name: "pt", level: 1)]))
        #expect(nobody.agent == nil)
        #expect(nobody.refusalCounts == ["missing_capability": 1])
        #expect(try await stage.load(ana) == 0)
    }

    @Test func `where a conversation stands counts those before it in its sector`() async throws {
        let stage = try await RouterStage.make()
        let conversations = try await stage.queued(3)
        for (index, conversation) in conversations.enumerated() {
            let place = try await stage.place(of: conversation)
            #expect(place?.position == index + 1)
            #expect(place?.estimatedWaitSeconds == nil, "nobody has left the queue yet, so nobody knows")
        }
        let ana = try await stage.agent("Ana", capacity: 1)
        #expect(try await stage.place(of: conversations[0]) == nil)
        #expect(try await stage.place(of: conversations[2])?.position == 2)
        // One left in the last minute.
        #expect(try await stage.place(of: conversations[2])?.estimatedWaitSeconds == 120)
        #expect(try await stage.place(of: conversations[2], tenant: .new()) == nil)
        let availability = try await stage.availability()
        #expect((availability.onlineAgentCount, availability.waitingCount, availability.estimatedWaitSeconds) == (1, 2, 180))
        try await stage.choose(.away, ana)
        #expect(try await stage.availability().onlineAgentCount == 0)
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
            let page = try await stage.ask(ListDecisions(principal: stage.admin, sessionID: conversation, limit: 1, cursor: cursor))
            outcomes += page.items.map(\.outcome)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(outcomes == ["manual", "queued", "assigned", "queued"])
        await #expect(throws: RoutingError.roleMayNot(role: "customer")) {
            try await stage.ask(ListDecisions(principal: stage.principal(.new(), role: .customer), sessionID: conversation, limit: 1))
        }
    }

    @Test func `why, with so much to say of each candidate that an answer holds few decisions, or not all candidates of one`() async throws
    {
        let stage = try await RouterStage.make()
        let conversation = try await stage.queued()[0]
        let ana = try await stage.agent("Ana")
        for _ in 0..<3 {
            try await stage.giveBack(conversation, by: stage.principal(ana))
            _ = try await stage.assign(conversation, by: stage.principal(ana))
        }
        let all = try await stage.decisions(about: conversation, limit: 200)
        #expect(all.count == 8)
        let superuser = stage.test.superuser()
        defer { superuser.close() }
        func enlarge(_ id: DecisionID, candidateBytes: Int) async throws {
            let candidates = (0..<200).map { _ in
                CandidateRecord(
                    agentID: .new(), name: "Bruno", inputs: ["capability": .string(String(repeating: "x", count: candidateBytes))])
            }
            let chosen = CandidateRecord(agentID: ana, name: "Ana", inputs: [:])
            let text = String(decoding: try JSON.encode(candidates + [chosen]), as: UTF8.self)
            _ = try await superuser.query(.none, "UPDATE router.decisions SET candidates = \(text)::jsonb WHERE id = \(id)")
        }
        for decision in all.prefix(7) { try await enlarge(decision.id, candidateBytes: 3_000) }
        try await enlarge(all[7].id, candidateBytes: 20_000)
        var pages: [Page<Decision>] = []
        var cursor: String?
        repeat {
            let page = try await stage.ask(ListDecisions(principal: stage.admin, sessionID: conversation, limit: 200, cursor: cursor))
            pages.append(page)
            cursor = page.nextCursor
        } while cursor != nil && pages.count < 20
        #expect(pages.flatMap(\.items).map(\.id) == all.map(\.id), "each once, in order")
        #expect(pages.count > 2, "else nothing was too much")
        for page in pages { #expect(try JSON.encode(page).count < WireLimits.replyPayloadMax) }
        let last = try #require(pages.last?.items.last)
        #expect(last.candidates.count < 201 && last.candidates.count > 20)
        #expect(last.candidates.last?.agentID == ana, "whoever was chosen is always among them")
        #expect(pages[0].items[0].candidates.count == 201)
    }

    @Test func `with a principal of another company than the request's is refused`() async throws {
        let stage = try await RouterStage.make()
        await #expect(throws: BusErrorOfAnyKind.self) {
            do {
                _ = try await stage.ask(GetAgentStatus(principal: stage.admin), clientID: .new())
            } catch {
                throw BusErrorOfAnyKind(error)
            }
        }
    }
}

private struct BusErrorOfAnyKind: Error {
    init(_ error: any Error) {}
}

@Suite struct `Asking why` {
    @Test func `is answered to agents about what came to them, and about nothing else`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))
        func ask(_ principal: Principal) async throws -> Int {
            try await stage.ask(ListDecisions(principal: principal, sessionID: conversation, limit: 10)).items.count
        }
        #expect(try await ask(stage.principal(ana)) == 1)
        try await stage.hear(stage.status(conversation, .closed, number: 1), sequence: 2)
        #expect(try await ask(stage.principal(ana)) == 1, "also afterwards")
        #expect(try await ask(stage.admin) == 1)
        await #expect(throws: RoutingError.conversationNotFound(id: conversation)) { _ = try await ask(stage.principal(.new())) }
    }
}
