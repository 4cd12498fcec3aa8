import Bus
import Contracts
import EventLog
import Foundation
import Storage

/// Works for many commands in one transaction and two round trips: lock the partitions and read every conversation concerned;
/// decide here, in the domain's own words; write everything together with the commit.
///
/// Partitions are locked before any row is read, and every writer of a conversation does so. That one lock is why no row lock
/// is needed and why two replicas cannot take the same sequence.
struct ConversationBatch {
    let publisher: EventPublisher
    let times: ConversationTimes

    /// What a command asks beside its conversation, in the round trip that reads it: more keys to lock, then statements, run under the locks and
    /// before anything else is read.
    struct Preparation {
        var keys: [UUID] = []
        var statements: [SQL] = []
    }

    func run(_ commands: [ConversationCommand], in transaction: Transaction) throws -> [ConversationOutcome] {
        try run(commands, after: Preparation(), in: transaction).outcomes
    }

    /// - Returns: also what the prepared statements returned.
    func run(
        _ commands: [ConversationCommand], after preparation: Preparation, in transaction: Transaction
    ) throws -> (outcomes: [ConversationOutcome], prepared: [Rows]) {
        let loaded = try load(commands, after: preparation, in: transaction)
        var (rows, partitions) = (loaded.rows, loaded.partitions)
        var changes = ConversationChanges()
        var touched: [ConversationKey] = []
        let now = Timestamp.now()
        let outcomes = try commands.map { command -> ConversationOutcome in
            let key = ConversationKey(command)
            // A refused command leaves nothing behind: it works on copies.
            var (attempt, added) = (rows, changes)
            do {
                let outcome = try perform(command, key: key, now: now, rows: &attempt, changes: &added)
                (rows, changes) = (attempt, added)
                touched.append(key)
                return outcome
            } catch let error as ChatError {
                return .refused(error)
            } catch AppendObstacle.mustTakeFirst {
                return .mustTakeFirst
            }
        }
        let written = Set(touched).compactMap { rows.conversations[$0] }.filter(\.isChanged)
        transaction.finalStatements += try ConversationWrites(
            states: written, changes: changes,
            scopedTo: commands.first.flatMap { first in
                commands.allSatisfy { $0.clientID == first.clientID } ? first.clientID : nil
            }
        ).statements(in: transaction)
        try publisher.append(changes.events, to: &partitions, in: transaction)
        return (outcomes, loaded.prepared)
    }

    // MARK: Reading

    private func load(
        _ commands: [ConversationCommand], after preparation: Preparation, in transaction: Transaction
    ) throws -> (rows: ConversationRows, partitions: LockedPartitions, prepared: [Rows]) {
        var statements = [publisher.lockStatement(for: commands.map(\.conversationID.uuid) + preparation.keys)]
        statements += preparation.statements
        let tenants = Dictionary(grouping: commands, by: \.clientID)
        for (clientID, commands) in tenants {
            let (messages, customers) = (commands.compactMap(\.messageID), commands.compactMap(\.newCustomerID))
            statements.append(transaction.scope(to: clientID))
            statements.append(ConversationRows.conversations(clientID, commands.map(\.conversationID)))
            if !messages.isEmpty { statements.append(ConversationRows.messages(clientID, messages)) }
            if !customers.isEmpty { statements.append(ConversationRows.customers(clientID, customers)) }
        }
        let results = try transaction.pipeline(statements)
        let partitions = try publisher.adopt(results[0], in: transaction)
        var rows = ConversationRows()
        var next = results.dropFirst(1 + preparation.statements.count)
        for (clientID, commands) in tenants {
            next = next.dropFirst()
            try rows.read(
                clientID: clientID, conversations: next.removeFirst(),
                messages: commands.contains { $0.messageID != nil } ? next.removeFirst() : nil,
                customers: commands.contains { $0.newCustomerID != nil } ? next.removeFirst() : nil)
        }
        return (rows, partitions, Array(results[1..<(1 + preparation.statements.count)]))
    }

    // MARK: Deciding

    private func perform(
        _ command: ConversationCommand, key: ConversationKey, now: Date, rows: inout ConversationRows, changes: inout ConversationChanges
    ) throws -> ConversationOutcome {
        if case .open(let request, let customerID) = command.order {
            return try open(request, customerID: customerID, command: command, key: key, now: now, rows: &rows, changes: &changes)
        }
        if case .receive(let arrival) = command.order, rows.conversations[key] == nil {
            return try open(
                arrival.open(command.conversationID), customerID: arrival.customerID, arrival: arrival, command: command, key: key,
                now: now,
                rows: &rows, changes: &changes)
        }
        guard var row = rows.conversations[key] else { throw ChatError.conversationNotFound(id: command.conversationID) }
        let trace = command.traceparent
        defer { rows.conversations[key] = row }
        switch command.order {
        case .open: preconditionFailure("handled above")
        case .append(let request, let assignment):
            if let known = rows.messages[MessageKey(command.clientID, request.id)] {
                return .message(try known.repeated(by: request, in: row.state), isRepeat: true)
            }
            if let assignment {
                try row.state.apply(assignment, at: now, times: times, traceparent: trace, changes: &changes)
            }
            let message = try row.state.append(request, at: now, times: times, traceparent: trace, to: &changes)
            rows.messages[MessageKey(command.clientID, request.id)] = KnownMessage(
                message: message, contentHash: ContentHash.message(message.id, author: message.author, text: message.text))
            return .message(message, isRepeat: false)
        case .receive(let arrival):
            let message = try row.state.append(
                arrival.append(to: command.conversationID), html: arrival.request.html,
                sentAt: InboundLimits.clamp(arrival.request.sentAt, now: now), at: now, times: times, traceparent: trace, to: &changes)
            return .message(message, isRepeat: false)
        case .deliver(let report):
            let known = try rows.message(command.clientID, report.messageID, in: row.state)
            let message = try row.state.deliver(known.message, report, at: now, traceparent: trace, changes: &changes)
            rows.messages[MessageKey(command.clientID, report.messageID)] = KnownMessage(message: message, contentHash: known.contentHash)
            return .message(message, isRepeat: false)
        case .edit(let request):
            let known = try rows.message(command.clientID, request.id, in: row.state)
            let message = try row.state.edit(
                known.message, to: request.text, by: request.principal, at: now, traceparent: trace, changes: &changes)
            rows.messages[MessageKey(command.clientID, request.id)] = KnownMessage(message: message, contentHash: known.contentHash)
            return .message(message, isRepeat: false)
        case .delete(let request):
            let known = try rows.message(command.clientID, request.id, in: row.state)
            let message = try row.state.delete(
                known.message, by: request.principal, at: now, traceparent: trace, changes: &changes)
            rows.messages[MessageKey(command.clientID, request.id)] = KnownMessage(message: message, contentHash: known.contentHash)
            return .message(message, isRepeat: false)
        case .change(let request):
            try row.state.change(request, at: now, times: times, traceparent: trace, changes: &changes)
        case .assign(let assignment):
            try row.state.apply(assignment, at: now, times: times, traceparent: trace, changes: &changes)
        case .unassign(let event):
            try row.state.apply(event, at: now, times: times, traceparent: trace, changes: &changes)
        case .passTime:
            try row.state.passTime(at: now, times: times, traceparent: trace, changes: &changes)
        }
        return .session(row.state.session())
    }

    private func open(
        _ request: OpenConversation, customerID: CustomerID, arrival: Arrival? = nil, command: ConversationCommand, key: ConversationKey,
        now: Date, rows: inout ConversationRows, changes: inout ConversationChanges
    ) throws -> ConversationOutcome {
        if let row = rows.conversations[key] {
            guard row.state.customer.id == customerID else { throw ChatError.conversationIDReused(id: request.id) }
            guard let draft = request.message else { return .opened(row.state.session(), nil, isRepeat: true) }
            guard let known = rows.messages[MessageKey(command.clientID, draft.id)] else {
                throw ChatError.conversationIDReused(id: request.id)
            }
            let message = try known.repeated(by: draft.append(to: request.id, of: request), in: row.state)
            return .opened(row.state.session(), message, isRepeat: true)
        }
        guard let customer = rows.customers[CustomerKey(clientID: command.clientID, id: customerID)] else {
            throw ChatError.customerNotFound(id: customerID)
        }
        var metadata = request.metadata
        if let page = request.page { metadata["page"] = page.json }
        var state = ConversationState(
            clientID: command.clientID, id: request.id, channel: request.channel, accountID: request.accountID,
            previousID: arrival?.previousID, createdAt: now, customer: customer.summary,
            isCustomerBlocked: customer.isBlocked, customerLastSeenAt: now, status: .waiting, priority: request.priority ?? 5,
            subject: request.subject, roomID: request.roomID, metadata: metadata, agent: nil,
            teamID: metadata["team_id"]?.string.flatMap { TeamID($0) }, lastAgentID: nil, assignmentNumber: 0,
            lastSequence: 0, lastMessageSequence: 0, digest: [], lastMessage: nil, updatedAt: now, lastActivityAt: now,
            waitingSince: now, snoozedUntil: nil, dueAt: nil, closedAt: nil)
        try state.demandVisible(to: request.principal)
        let author = try state.speaker(request.author, askedBy: request.principal)
        try state.open(by: author, at: now, traceparent: command.traceparent, changes: &changes)
        var message: Message?
        if let draft = request.message {
            if rows.messages[MessageKey(command.clientID, draft.id)] != nil { throw ChatError.messageIDReused(id: draft.id) }
            // Staff who open a conversation with words of their own do not have to hold it first.
            message = try state.append(
                draft.append(to: request.id, of: request), html: arrival?.request.html,
                sentAt: arrival.map { InboundLimits.clamp($0.request.sentAt, now: now) }, at: now, times: times,
                traceparent: command.traceparent, holdsFloor: true, to: &changes)
        }
        rows.conversations[key] = ConversationRow(state: state, isNew: true, original: nil)
        if let message {
            rows.messages[MessageKey(command.clientID, message.id)] = KnownMessage(
                message: message, contentHash: ContentHash.message(message.id, author: message.author, text: message.text))
        }
        return .opened(state.session(), message, isRepeat: false)
    }
}

extension MessageDraft {
    /// The first message of the conversation that was asked for, or one more of an older one.
    func append(to conversation: ConversationID, of request: OpenConversation) -> AppendMessage {
        AppendMessage(
            principal: request.principal, author: request.author, id: id, sessionID: conversation, kind: .message, text: text,
            metadata: metadata)
    }
}

extension ConversationCommand {
    var messageID: MessageID? {
        switch order {
        case .append(let request, _): request.id
        case .receive(let arrival): arrival.messageID
        case .deliver(let report): report.messageID
        case .edit(let request): request.id
        case .delete(let request): request.id
        case .open(let request, _): request.message?.id
        default: nil
        }
    }

    var newCustomerID: CustomerID? {
        switch order {
        case .open(_, let customerID): customerID
        case .receive(let arrival): arrival.customerID
        default: nil
        }
    }
}

extension PageVisit {
    var json: JSONValue {
        .object(
            ["url": url, "title": title, "referrer": referrer].compactMapValues { $0.map(JSONValue.string) })
    }
}
