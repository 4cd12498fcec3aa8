import Bus
import Contracts
import Foundation
import RouterService
import Storage
import Synchronization
import Testing

/// Random sequences of everything that can happen, several at once and on several replicas; after each batch what must hold, holds.
@Suite struct `Routing, whatever happens in whatever order` {
    struct Crash: Error {}

    /// What chat last said of a conversation.
    struct Conversation {
        var status = ConversationStatus.waiting
        var sequence: Int64 = 0
    }

    enum Deed: Sendable {
        case say(ConversationWaiting)
        case change(ConversationStatusChanged, sequence: Int64)
        case choose(AgentStatus, AgentID)
        case resize(AgentID, Int)
        case take(ConversationID, AgentID)
        case transfer(ConversationID, AgentID)
        case giveBack(ConversationID)
        case account(AgentID, disabled: Bool)
        case join(AgentID, TeamID)
        case leave(AgentID, TeamID)
        case deleteTeam(TeamID)
        case answer(EntityID, AgentID, accepting: Bool)
        case pass(Double)
        case limit(AgentID, [String: Int])
        case sweep
    }

    /// `ROUTER_MODEL_SEEDS=n`: more of them, up to this seed.
    static let seeds = Array(1...(ProcessInfo.processInfo.environment["ROUTER_MODEL_SEEDS"].flatMap(UInt64.init) ?? 6))

    /// The first ones route as a tenant who set nothing does.
    static func settings(_ seed: UInt64) -> RoutingSettings {
        guard seed > 2 else { return .standard }
        return RoutingSettings(
            channelWeights: ["phone": 2], offerTimeoutSeconds: seed == 3 ? nil : 20, preferredWaitSeconds: 15,
            relaxation: [
                RelaxationStep(afterSeconds: 20, levelsBelowMax: 2), RelaxationStep(afterSeconds: 60, lackingMax: 1, levelsBelowMax: 2),
            ], offlineGraceSeconds: 40)
    }

    @Test(arguments: seeds) func `keeps capacity, one owner, every conversation and the order`(seed: UInt64)
        async throws
    {
        var random = Generator(state: seed)
        let replicaCount = Int(seed % 4) + 1
        let stage = try await RouterStage.make(replicas: replicaCount, settings: Self.settings(seed))
        stage.keepTime()
        var agents: [AgentID] = []
        for number in 0..<5 { agents.append(try await stage.agent("Agent \(number)", capacity: Int.random(in: 1...4, using: &random))) }
        // Half of them speak Portuguese, more or less.
        for (index, agent) in agents.enumerated() where index % 2 == 0 {
            _ = try await stage.save(
                SaveAgent(
                    principal: stage.admin, id: agent, isNew: false, capabilities: [AgentCapability(name: "pt", level: index + 1)]))
        }
        let teams = (0..<3).map { _ in TeamID.new() }
        for team in teams { _ = try await stage.team(team.description, id: team) }
        var conversations: [ConversationID: Conversation] = [:]
        var assignedBefore: Set<EntityID> = []
        var deedsDone = 0

        for batch in 0..<60 {
            let before = try await items(stage)
            var deeds: [Deed] = []
            var spokenOf: Set<ConversationID> = []
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let known = conversations.keys.filter { !spokenOf.contains($0) }.sorted()
                let some = known.randomElement(using: &random)
                let agent = agents.randomElement(using: &random)!
                switch Int.random(in: 0..<30, using: &random) {
                case 0..<6:
                    let id = ConversationID.new()
                    conversations[id] = Conversation()
                    spokenOf.insert(id)
                    let priority = Int.random(in: 4...6, using: &random)
                    // One in three is for a team, which may be gone by now.
                    let team = Int.random(in: 0..<3, using: &random) == 0 ? teams.randomElement(using: &random) : nil
                    deeds.append(
                        .say(
                            stage.waiting(
                                id, priority: priority, team: team, channel: Int.random(in: 0..<4, using: &random) == 0 ? .phone : .website,
                                requires: Int.random(in: 0..<4, using: &random) == 0
                                    ? [AgentCapability(name: "pt", level: Int.random(in: 1...5, using: &random))] : nil)))
                case 6..<12:
                    guard let some, let conversation = conversations[some], conversation.status != .closed else { continue }
                    spokenOf.insert(some)
                    let sequence = conversation.sequence + 1
                    // Mostly chat has applied what the router said last; sometimes it is one behind.
                    let number = max(0, (before[some]?.assignmentNumber ?? 0) - (Int.random(in: 0..<5, using: &random) == 0 ? 1 : 0))
                    if conversation.status == .waiting {
                        let status = [ConversationStatus.pending, .resolved, .closed].randomElement(using: &random)!
                        conversations[some] = Conversation(status: status, sequence: sequence)
                        deeds.append(.change(stage.status(some, status, number: number), sequence: sequence))
                    } else {
                        conversations[some] = Conversation(status: .waiting, sequence: sequence)
                        deeds.append(
                            .say(stage.waiting(some, priority: 5, preferred: agent, sequence: sequence, number: number)))
                    }
                case 12..<14:
                    deeds.append(.choose(([.online, .online, .online] + AgentStatus.allCases).randomElement(using: &random)!, agent))
                case 14: deeds.append(.resize(agent, Int.random(in: 0...5, using: &random)))
                case 15: if let some { deeds.append(.take(some, agent)) }
                case 16: if let some { deeds.append(.transfer(some, agent)) }
                case 17: if let some { deeds.append(.giveBack(some)) }
                case 18: deeds.append(.account(agent, disabled: Int.random(in: 0..<5, using: &random) == 0))
                case 19: deeds.append(.join(agent, teams.randomElement(using: &random)!))
                case 20: deeds.append(.join(agent, teams.randomElement(using: &random)!))
                case 21:
                    let team = teams.randomElement(using: &random)!
                    deeds.append(Int.random(in: 0..<5, using: &random) == 0 ? .deleteTeam(team) : .leave(agent, team))
                case 22: deeds.append(.sweep)
                case 23:
                    deeds.append(.pass(Double(Int.random(in: 1...25, using: &random))))
                case 24: deeds.append(.limit(agent, Bool.random(using: &random) ? [:] : ["phone": Int.random(in: 0...2, using: &random)]))
                case 25:
                    // More urgent while it waits: chat says the same waiting again.
                    guard let some, let conversation = conversations[some], conversation.status == .waiting else { continue }
                    spokenOf.insert(some)
                    deeds.append(
                        .say(
                            stage.waiting(
                                some, priority: Int.random(in: 3...7, using: &random), sequence: conversation.sequence,
                                number: before[some]?.assignmentNumber ?? 0)))
                default:
                    let open = before.values.compactMap(\.offer).sorted { $0.id < $1.id }
                    guard let offer = open.randomElement(using: &random) else { continue }
                    deeds.append(.answer(offer.id, offer.agentID, accepting: Int.random(in: 0..<3, using: &random) > 0))
                }
            }
            let found = try await withThrowingTaskGroup(of: Int.self) { group in
                for deed in deeds {
                    let (replica, crashes) = (Int.random(in: 0..<replicaCount, using: &random), Int.random(in: 0..<6, using: &random) == 0)
                    group.addTask { try await self.perform(deed, on: stage, replica, crashing: crashes) }
                }
                return try await group.reduce(0, +)
            }
            deedsDone += deeds.count
            // What is due by now has happened; what becomes due while this is checked has not.
            let checkedAt = Date() + stage.world.secondsAhead
            try await stage.replicas[Int.random(in: 0..<replicaCount, using: &random)].service.timerWatch.look()
            stage.keepTime()
            #expect(found == 0, "seed \(seed), batch \(batch): the sweep found forgotten work")
            try await check(stage, conversations, before, &assignedBefore, checkedAt, "seed \(seed), batch \(batch)")
        }
        // Where people are asked first, fewer have something in the end.
        let offersMade = try await stage.count("SELECT count(*) AS count FROM router.offers")
        #expect(deedsDone > 100 && assignedBefore.count + offersMade > 20, "otherwise seed \(seed) proves nothing")
        #expect((offersMade > 0) == (Self.settings(seed).offerTimeoutSeconds != nil))
        #expect(try await stage.replicas[0].service.sweep.sweep() == 0)
    }

    /// - Returns: what the sweep found.
    private func perform(_ deed: Deed, on stage: RouterStage, _ replica: Int, crashing: Bool) async throws -> Int {
        switch deed {
        case .say(let event):
            try await hear([stage.frame(event, key: event.sessionID.uuid)], stage, replica, crashing)
        case .change(let event, let sequence):
            try await hear([stage.frame(event, key: event.sessionID.uuid, sequence: sequence)], stage, replica, crashing)
        case .choose(let status, let agent):
            try await stage.choose(status, agent, on: replica)
        case .resize(let agent, let capacity):
            try await allowingRefusal {
                _ = try await stage.ask(SaveAgent(principal: stage.admin, id: agent, isNew: false, capacity: capacity), on: replica)
            }
        case .take(let conversation, let agent):
            try await allowingRefusal { _ = try await stage.assign(conversation, by: stage.principal(agent), on: replica) }
        case .transfer(let conversation, let agent):
            try await allowingRefusal { _ = try await stage.assign(conversation, to: agent, by: stage.admin, on: replica) }
        case .giveBack(let conversation):
            try await allowingRefusal { try await stage.giveBack(conversation, by: stage.admin) }
        case .account(let agent, let disabled):
            try await stage.hear(stage.user(agent, disabled: disabled), isNew: false)
        case .join(let agent, let team):
            // The team may have been deleted: then it is made anew under its old id.
            try await allowingRefusal { _ = try await stage.team(team.description, id: team) }
            try await allowingRefusal { try await stage.works(agent, in: team) }
        case .leave(let agent, let team):
            try await allowingRefusal {
                guard let member = try await stage.members(team).items.first(where: { $0.user.id == agent }) else { return }
                try await stage.remove(member)
            }
        case .deleteTeam(let team):
            try await allowingRefusal { try await stage.delete(team) }
        case .answer(let offer, let agent, let accepting):
            try await allowingRefusal {
                if accepting {
                    _ = try await stage.accept(offer, by: agent, on: replica)
                } else {
                    try await stage.decline(offer, by: agent, on: replica)
                }
            }
        case .pass(let seconds):
            try await stage.pass(seconds, on: replica)
        case .limit(let agent, let limits):
            try await allowingRefusal {
                _ = try await stage.ask(SaveAgent(principal: stage.admin, id: agent, isNew: false, channelCapacities: limits), on: replica)
            }
        case .sweep:
            return try await stage.replicas[replica].service.sweep.sweep()
        }
        return 0
    }

    /// A replica that dies before COMMIT has done nothing; another one does it again.
    private func hear(_ frames: [EventFrame], _ stage: RouterStage, _ replica: Int, _ crashing: Bool) async throws {
        if crashing {
            let listener = stage.replicas[replica].service.chatListener
            await #expect(throws: Crash.self) {
                try await stage.replicas[replica].database.transaction(.none) { transaction in
                    try listener.apply(frames, in: transaction)
                    throw Crash()
                }
            }
        }
        try await stage.hear(frames: frames, on: (replica + 1) % stage.replicas.count)
    }

    private func allowingRefusal(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is RoutingError {
            // Full, closed, held by somebody else, gone: refusals are half of what happens.
        }
    }

    private func items(_ stage: RouterStage) async throws -> [ConversationID: WorkItem] {
        let rows = try await stage.database.query(.tenant(stage.tenant), "SELECT \(WorkItem.columns) FROM router.work_items")
        return Dictionary(uniqueKeysWithValues: try rows.map { try WorkItem($0) }.map { ($0.conversationID, $0) })
    }

    private func check(
        _ stage: RouterStage, _ conversations: [ConversationID: Conversation], _ before: [ConversationID: WorkItem],
        _ assignedBefore: inout Set<EntityID>, _ checkedAt: Date, _ place: Comment
    ) async throws {
        let items = try await items(stage)
        let agents = try await stage.reader.agents(of: stage.tenant, sector: nil, limit: 100, after: nil).items
        let ledger = try await stage.database.query(
            .tenant(stage.tenant),
            "SELECT id, conversation_id, agent_id, weight, reason, ended_at IS NULL AS is_open FROM router.assignments"
        ).map { row in
            (
                id: try row["id"] as EntityID, conversation: try row["conversation_id"] as ConversationID,
                agent: try row["agent_id"] as AgentID, weight: try row["weight"] as Int,
                reason: try row["reason"] as String, isOpen: try row["is_open"] as Bool
            )
        }
        let open = ledger.filter(\.isOpen)
        let offers = try await stage.database.query(
            .tenant(stage.tenant), "SELECT id, conversation_id, agent_id, weight FROM router.offers WHERE state = 'offered'"
        ).map { row in
            (
                id: try row["id"] as EntityID, conversation: try row["conversation_id"] as ConversationID,
                agent: try row["agent_id"] as AgentID, weight: try row["weight"] as Int
            )
        }
        // One owner: whoever is asked, the item and the list of offers agree, and the offer will end.
        let asleep = try await stage.count(
            """
            SELECT count(*) AS count FROM router.work_items w
             WHERE w.status = 'offered'
               AND NOT EXISTS (SELECT FROM router.timers t WHERE t.client_id = w.client_id AND t.kind = 'conversation'
                                  AND t.subject_id = w.conversation_id AND t.due_at <= w.offer_expires_at)
            """)
        #expect(asleep == 0, place)
        #expect(Set(offers.map(\.conversation)).count == offers.count, place)
        for item in items.values {
            let offer = offers.first { $0.conversation == item.conversationID }
            #expect(item.offer?.id == offer?.id && item.offer?.agentID == offer?.agent, place)
        }
        // Capacity: load is what the ledger says, and never more than there is room.
        for agent in agents {
            let held = open.filter { $0.agent == agent.id }.map { ($0.conversation, $0.weight) }
            let asked = offers.filter { $0.agent == agent.id }.map { ($0.conversation, $0.weight) }
            #expect(agent.load == (held + asked).reduce(0) { $0 + $1.1 }, place)
            #expect(agent.load <= agent.capacity, place)
            let byChannel = Dictionary(grouping: held + asked) { items[$0.0]?.channel.rawValue ?? "" }.mapValues {
                $0.reduce(0) { $0 + $1.1 }
            }
            #expect(agent.channelLoads == byChannel, place)
            for (channel, limit) in agent.channelCapacities { #expect(byChannel[channel] ?? 0 <= limit, place) }
        }
        // One owner: the item, the ledger and nobody else.
        #expect(Set(open.map(\.conversation)).count == open.count, place)
        for item in items.values {
            let entry = open.first { $0.conversation == item.conversationID }
            #expect(item.agentID == entry?.agent && item.assignmentID == entry?.id, place)
        }
        // Nothing is lost, and what is closed stays closed.
        for (id, conversation) in conversations {
            let status = items[id]?.status
            switch conversation.status {
            case .waiting: #expect(status == .waiting || status == .offered || status == .assigned, place)
            case .closed: #expect(status == .closed, place)
            default: #expect(status != nil && status != .closed, place)
            }
        }
        // Nobody waits although somebody has room.
        let settings = stage.world.settings
        for item in items.values where item.status == .waiting {
            let takingWork = Set(agents.filter(\.takesWork).map(\.id))
            let asked = try await stage.answering(item.teamID).intersection(takingWork)
            let candidates = agents.filter {
                (asked.isEmpty ? $0.sector == item.sector : asked.contains($0.id)) || $0.id == item.preferredAgentID
            }.map(\.candidate)
            let verdict = RoutingPolicy().decide(RoutingSnapshot(candidates), item.work(at: checkedAt, settings))
            #expect(verdict.chosen == nil, place)
        }
        // Order: whoever waited all the time was not passed by anybody behind.
        let routed = ledger.filter { $0.reason == "routed" && !assignedBefore.contains($0.id) }
        for item in items.values
        where item.status == .waiting && before[item.conversationID]?.status == .waiting && item.returnedByAgentID == nil
            // Whoever waits for a team is passed by those for whom somebody else has room.
            && item.teamID == nil && before[item.conversationID]?.teamID == nil
            // Whoever asks for something special, or is kept for somebody, waits for that; and who became more urgent was not it before.
            && item.requiredCapabilities.isEmpty && item.preferredAgentID == nil && item.declinedBy.isEmpty
            && before[item.conversationID]?.priority == item.priority
        {
            for entry in routed {
                guard let passed = items[entry.conversation], before[entry.conversation]?.status == .waiting,
                    passed.channel == item.channel, before[entry.conversation]?.priority == passed.priority
                else { continue }
                #expect(passed < item, place)
            }
        }
        assignedBefore.formUnion(ledger.map(\.id))
    }

    /// The same numbers for the same seed. Source: Steele, Lea, Flood, SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }
}
