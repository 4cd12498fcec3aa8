import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceKit
import Storage

/// Keeps the clocks of service targets, away from the path that messages take: it reads chat's own log behind its writers, and says
/// warnings and breaches when their time has come. Durable: cursors, clocks and due times stand in the database. Any number of
/// replicas: cursors and clocks are taken with SKIP LOCKED, and what is said is written with the clock that says it. An entry that cannot
/// be read is passed over, a clock that cannot be moved is set aside: no company's target waits for another's.
package struct ServiceClockKeeper: Sendable {
    /// How often it reads and looks. With the two seconds that it stays behind, what is due is said about three seconds late.
    static let period = Duration.seconds(1)
    /// Log entries of a partition in one turn. More are read in the next, at once.
    static let entriesMax: Int64 = 1_000
    /// Clocks in one look.
    static let dueMax: Int32 = 200

    /// What moves a clock.
    private static let subjects = [
        MessageAppended.subject, ConversationStatusChanged.subject, AssignmentApplied.subject,
    ].map(\.rawValue)

    let database: Database
    let publisher: EventPublisher
    let unread: SetAside
    let unsaid: SetAside

    package init(database: Database, publisher: EventPublisher, metrics: MetricsRegistry, logger: Logger) {
        self.database = database
        self.publisher = publisher
        unread = SetAside("log entries that move a service target", metrics: metrics, logger: logger)
        unsaid = SetAside("service targets that are due", metrics: metrics, logger: logger)
    }

    // MARK: Reading the log

    private struct Entry {
        let part: Int
        let clientID: TenantID
        let conversationID: ConversationID
        let subject: String
        let sequence: Int64
        let at: Date
        let payload: [UInt8]
    }

    /// - Returns: whether there is more.
    package func read() async throws -> Bool {
        do {
            return try await read(Self.allParts, entriesMax: Self.entriesMax)
        } catch  where !SetAside.concernsEverything(error) {
            // Something in some partition cannot be read: each by itself, so that it keeps nothing else from being read.
            for part in Self.allParts { try await readAround(part, entriesMax: Self.entriesMax) }
            return true
        }
    }

    private static let allParts = Array(0..<Partitioning.partitionCount)

    /// Reads what stands before an entry that cannot be read, or passes over that entry: half as many at a time, down to one.
    private func readAround(_ part: Int, entriesMax: Int64) async throws {
        let rows = try await database.query(
            .none,
            """
            SELECT c.seq, LEAST(h.last_seq - c.seq, \(entriesMax)) AS count
              FROM chat.sla_cursors c JOIN chat.stream_head h ON h.part = c.part WHERE c.part = \(part)
            """)
        guard let row = rows.first else { return }
        let (before, count): (Int64, Int64) = (try row["seq"], try row["count"])
        guard count > 1 else {
            guard count == 1 else { return }
            let whose: Logger.Metadata = ["partition": "\(part)", "after": "\(before)"]
            let isRead: Bool? = try await unread.attempt(whose) { try await read([part], entriesMax: 1) }
            if isRead == nil { try await passOver(part, after: before) }
            return
        }
        do {
            _ = try await read([part], entriesMax: count)
        } catch  where !SetAside.concernsEverything(error) {
            try await readAround(part, entriesMax: count / 2)
        }
    }

    /// One entry, unless another replica did.
    private func passOver(_ part: Int, after sequence: Int64) async throws {
        _ = try await database.query(
            .none, "UPDATE chat.sla_cursors SET seq = seq + 1 WHERE part = \(part) AND seq = \(sequence)")
    }

    private func read(_ wanted: [Int], entriesMax: Int64) async throws -> Bool {
        try await database.transaction(.none) { transaction in
            // The heads are read behind the cursors' locks, so that nobody read further meanwhile.
            let cursors = try transaction.query(
                "SELECT part FROM chat.sla_cursors WHERE part = ANY(\(wanted)) ORDER BY part FOR UPDATE SKIP LOCKED")
            let parts: [Int] = try cursors.map { try $0["part"] }
            guard !parts.isEmpty else { return false }
            let ends = try transaction.query(
                """
                SELECT c.part, c.seq, LEAST(h.last_seq, c.seq + \(entriesMax)) AS until, h.last_seq, statement_timestamp() AS now,
                       EXISTS (SELECT FROM chat.clients_with_sla()) AS is_used
                  FROM chat.sla_cursors c JOIN chat.stream_head h ON h.part = c.part
                 WHERE c.part = ANY(\(parts))
                """)
            guard let isUsed: Bool = try ends.first?["is_used"] else { return false }
            var hasMore = false
            var (untils, readThroughs): ([Int64], [Date?]) = ([], [])
            for end in ends {
                let (part, from, last): (Int, Int64, Int64) = (try end["part"], try end["seq"], try end["last_seq"])
                // Nobody has targets: what was said before the first one counts for nothing.
                let until: Int64 = try isUsed ? end["until"] : last
                if isUsed, from < until { try apply(try entries(part, after: from, through: until, in: transaction), in: transaction) }
                hasMore = hasMore || until < last
                untils.append(until)
                readThroughs.append(until == last ? try end["now"] : nil)
            }
            transaction.finalStatements.append(
                """
                UPDATE chat.sla_cursors c SET seq = u.seq, read_through = COALESCE(u.read_through, c.read_through)
                  FROM unnest(\(try ends.map { try $0["part"] as Int }), \(untils), \(readThroughs)) AS u(part, seq, read_through)
                 WHERE c.part = u.part
                """)
            return hasMore
        }
    }

    private func entries(_ part: Int, after: Int64, through: Int64, in transaction: Transaction) throws -> [Entry] {
        try transaction.query(
            """
            SELECT o.client_id, o.key, o.subject, o.key_sequence, o.occurred_at, o.payload
              FROM chat.outbox o
             WHERE o.part = \(part) AND o.seq > \(after) AND o.seq <= \(through) AND o.subject = ANY(\(Self.subjects))
               AND o.client_id IN (SELECT client_id FROM chat.clients_with_sla())
             ORDER BY o.seq
            """
        ).map { row in
            Entry(
                part: part, clientID: try row["client_id"], conversationID: try row["key"], subject: try row["subject"],
                sequence: try row["key_sequence"] as Int64? ?? 0, at: try row["occurred_at"], payload: try row["payload"])
        }
    }

    private func apply(_ entries: [Entry], in transaction: Transaction) throws {
        for (clientID, entries) in Dictionary(grouping: entries, by: \.clientID) {
            try transaction.query(transaction.scope(to: clientID))
            let repository = ServiceClockRepository(transaction: transaction, clientID: clientID)
            var clocks = try repository.lock(Array(Set(entries.map(\.conversationID))))
            var changed: [ConversationID: Int] = [:]
            var rules: [Int: BusinessRules] = [:]
            let current = try repository.currentRules()
            if let current { rules[current.version] = current }
            for entry in entries {
                let id = entry.conversationID
                guard var stored = clocks[id] else {
                    clocks[id] = try start(entry, by: current, repository)
                    if clocks[id] != nil { changed[id] = entry.part }
                    continue
                }
                guard !stored.clock.hasEnded else { continue }
                if rules[stored.rulesVersion] == nil { rules[stored.rulesVersion] = try repository.rules(version: stored.rulesVersion) }
                let before = stored.clock
                try move(&stored, by: entry, rules[stored.rulesVersion])
                guard stored.clock != before else { continue }
                clocks[id] = stored
                changed[id] = entry.part
            }
            for (id, part) in changed {
                if let stored = clocks[id] { try repository.save(stored, part: part) }
            }
        }
    }

    /// The customer's first message starts a clock.
    private func start(
        _ entry: Entry, by rules: BusinessRules?, _ repository: ServiceClockRepository
    ) throws -> ServiceClockRepository.Stored? {
        guard let rules, !rules.sla.isEmpty, entry.subject == MessageAppended.subject.rawValue,
            try JSON.decode(MessageAppended.self, from: entry.payload).author.kind == .customer,
            let work = try repository.start(of: entry.conversationID, before: entry.sequence)
        else { return nil }
        let target = rules.target(channel: work.channel, sector: work.sector, priority: work.priority)
        let clock = target.map {
            ServiceClock($0, calendar: Self.calendar(rules, $0.countsBusinessHours), startedAt: entry.at)
        }
        return ServiceClockRepository.Stored(
            conversationID: entry.conversationID, rulesVersion: rules.version, target: target?.name,
            countsBusinessHours: target?.countsBusinessHours ?? false, clock: clock ?? ServiceClock())
    }

    private func move(_ stored: inout ServiceClockRepository.Stored, by entry: Entry, _ rules: BusinessRules?) throws {
        let calendar = rules.flatMap { Self.calendar($0, stored.countsBusinessHours) }
        switch entry.subject {
        case MessageAppended.subject.rawValue:
            if try JSON.decode(MessageAppended.self, from: entry.payload).author.kind == .agent { stored.clock.agentReplied() }
        case ConversationStatusChanged.subject.rawValue:
            switch try JSON.decode(ConversationStatusChanged.self, from: entry.payload).status {
            case .pending, .resolved: stored.clock.pause(at: entry.at, calendar: calendar)
            case .closed: stored.clock.end()
            default: stored.clock.resume(at: entry.at, calendar: calendar)
            }
        default: stored.clock.resume(at: entry.at, calendar: calendar)
        }
    }

    /// nil: all time counts.
    private static func calendar(_ rules: BusinessRules, _ countsBusinessHours: Bool) -> BusinessCalendar? {
        guard countsBusinessHours else { return nil }
        do {
            return try rules.calendar()
        } catch {
            return nil  // a zone that this machine's own data does not know any more
        }
    }

    // MARK: Saying what is due

    /// - Returns: how many alerts were said.
    @discardableResult
    package func look() async throws -> Int {
        var said = 0
        for row in try await database.query(.none, "SELECT client_id, conversation_id FROM chat.due_sla_clocks(\(Self.dueMax))") {
            let (clientID, id): (TenantID, ConversationID) = (try row["client_id"], try row["conversation_id"])
            let whose: Logger.Metadata = ["client_id": "\(clientID)", "session_id": "\(id)"]
            if let alerts = try await unsaid.attempt(whose, { try await pass(id, of: clientID) }) {
                said += alerts
            } else {
                _ = try await unsaid.attempt(whose) { try await putOff(id, of: clientID) }
            }
        }
        return said
    }

    /// It comes later, and not again first.
    private func putOff(_ id: ConversationID, of clientID: TenantID) async throws {
        _ = try await database.query(
            .tenant(clientID),
            """
            UPDATE chat.sla_clocks SET next_at = clock_timestamp() + make_interval(secs => \(SetAside.pauseSeconds))
             WHERE client_id = \(clientID) AND conversation_id = \(id) AND next_at <= clock_timestamp()
            """)
    }

    private func pass(_ id: ConversationID, of clientID: TenantID) async throws -> Int {
        let publisher = publisher
        return try await database.transaction(.tenant(clientID)) { transaction in
            var partitions = try publisher.lock([id.uuid], in: transaction)
            let repository = ServiceClockRepository(transaction: transaction, clientID: clientID)
            let now = Timestamp.now()
            guard var stored = try repository.lockDue(id, at: now) else { return 0 }
            let alerts = stored.clock.passTime(at: now)
            try repository.save(stored, part: 0)  // the part that it has stays
            let level = stored.clock.level
            let context = alerts.isEmpty ? nil : try repository.context(of: id)
            let events = try alerts.map { alert in
                let target = stored.target ?? ""
                return try alert.isBreach
                    ? NewEvent(
                        SLABreached(sessionID: id, measure: alert.measure, target: target, dueAt: alert.dueAt, sla: level),
                        clientID: clientID, key: id.uuid, context: context)
                    : NewEvent(
                        SLAWarning(sessionID: id, measure: alert.measure, target: target, dueAt: alert.dueAt, sla: level),
                        clientID: clientID, key: id.uuid, context: context)
            }
            try publisher.append(events, to: &partitions, in: transaction)
            return events.count
        }
    }
}
