import Contracts
import Foundation

/// How long a conversation may rest before it moves by itself. Contracts §2.
package struct ConversationTimes: Sendable, Equatable {
    /// An assigned conversation without a visitor's socket and without a message for so long waits for the customer instead.
    package var visitorAbsenceSeconds: TimeInterval = 600
    /// A pending conversation is closed after so long.
    package var pendingSeconds: TimeInterval = 86_400
    /// A resolved conversation is closed after so long.
    package var resolvedSeconds: TimeInterval = 86_400
    /// Where the customer has no window to be absent from: the agent keeps it, and what is pending or resolved is closed after so long.
    package var channelRestSeconds: TimeInterval = 7 * 86_400

    package init() {}
}

/// Why an append could not be done as it stands.
enum AppendObstacle: Error {
    /// The agent must hold the conversation first: ask the router, then come again with the assignment.
    case mustTakeFirst
}

extension ConversationState {
    // MARK: Messages

    /// - Parameters:
    ///   - html: kept beside the text.
    ///   - sentAt: shown instead of `now`.
    ///   - holdsFloor: the writer need not hold the conversation.
    /// - Throws: ``ChatError``; ``AppendObstacle`` for an agent's reply to a conversation nobody holds.
    mutating func append(
        _ request: AppendMessage, html: String? = nil, sentAt: Date? = nil, at now: Date, times: ConversationTimes, traceparent: String?,
        holdsFloor: Bool = false,
        to changes: inout ConversationChanges
    ) throws -> Message {
        let principal = request.principal
        let isNote = request.kind == .note
        try demandVisible(to: principal)
        let author = try speaker(request.author, askedBy: principal)
        try demandOpen()
        if let expected = request.expectedSequence, expected != lastMessageSequence {
            throw ChatError.conversationMovedOn(lastMessageSequence: lastMessageSequence)
        }
        if !isNote, !holdsFloor, principal.role != .customer, principal.role != .service { try demandFloor(of: principal) }

        let hash = ContentHash.message(request.id, author: author, text: request.text)
        let sequence = take(hash)
        // An adapter carries it and reports how far it comes.
        let isCarried = channel != .website && !isNote && author.kind != .customer
        let message = Message(
            id: request.id, sessionID: id, sequence: sequence, kind: request.kind, author: author, text: request.text,
            state: isCarried ? .queued : .sent, attempt: isCarried ? 1 : nil, metadata: request.metadata, sentAt: sentAt ?? now)
        changes.messages.append(.init(message: message, clientID: clientID, contentHash: hash, html: html))
        join(author, role: principal.role, changes: &changes)
        updatedAt = now
        if isNote {
            try changes.say(
                NoteAppended(
                    id: message.id, sessionID: id, kind: .note, author: author, text: message.text, attachments: [],
                    metadata: message.metadata, sentAt: message.sentAt), in: self, sequence: sequence, traceparent: traceparent)
            return message
        }
        lastMessageSequence = sequence
        lastActivityAt = now
        lastMessage = Session.LastMessage(
            kind: message.kind, author: author, text: TextRule.preview.cut(message.text), sentAt: message.sentAt,
            sequence: sequence)
        try changes.say(
            MessageAppended(
                id: message.id, sessionID: id, kind: message.kind, author: author, text: message.text, state: message.delivery?.state,
                attempt: message.attempt, attachments: [],
                metadata: message.metadata, sentAt: message.sentAt), in: self, sequence: sequence, traceparent: traceparent)
        if author.kind == .customer {
            customerLastSeenAt = now
            if status == .pending || status == .resolved {
                try moveTo(.waiting, by: author, at: now, times: times, traceparent: traceparent, changes: &changes)
            }
        }
        return message
    }

    /// Who speaks: whoever asks, unless a service of ours lends its voice. It speaks for the conversation's customer or as itself, never as one of the
    /// company's people.
    /// - Throws: ``ChatError/roleMayNot(role:)`` for anybody else who names an author; ``ChatError/conversationNotFound(id:)`` for another
    ///   customer; ``ChatError/customerBlocked``.
    func speaker(_ author: Author?, askedBy principal: Principal) throws(ChatError) -> Author {
        guard let author else { return self.author(for: principal) }
        guard principal.role == .service else { throw .roleMayNot(role: principal.role.rawValue) }
        switch author.kind {
        case .customer:
            guard author.id?.uuid == customer.id.uuid else { throw .conversationNotFound(id: id) }
            if isCustomerBlocked { throw .customerBlocked }
            return Author(kind: .customer, id: author.id, name: customer.name ?? "")
        case .assistant, .system:
            guard author.id == nil || author.id?.uuid == principal.subject.uuid else {
                throw .fieldInvalid(field: "author.id", detail: "A service speaks for a customer or as itself.")
            }
            return Author(
                kind: author.kind, id: EntityID(principal.subject.uuid), name: author.name.isEmpty ? principal.name : author.name)
        default: throw .fieldInvalid(field: "author.type", detail: "A service speaks as customer, assistant or system.")
        }
    }

    /// A customer's own name may be better known to us than to the token.
    func author(for principal: Principal) -> Author {
        guard principal.role == .customer else { return Author(principal) }
        return Author(kind: .customer, id: EntityID(customer.id.uuid), name: customer.name ?? "")
    }

    private func demandFloor(of principal: Principal) throws {
        guard let agent else { throw AppendObstacle.mustTakeFirst }
        guard agent.id.uuid == principal.subject.uuid || principal.mayOverrule else {
            throw ChatError.conversationHeldByColleague(name: agent.name)
        }
    }

    /// The customer and the agent in charge are participants already; anybody else becomes one by writing.
    private func join(_ author: Author, role: Role, changes: inout ConversationChanges) {
        guard let authorID = author.id, authorID.uuid != customer.id.uuid, authorID.uuid != agent?.id.uuid else { return }
        changes.participants.append(
            .init(clientID: clientID, conversationID: id, kind: author.kind, id: authorID, name: author.name, role: role.rawValue))
    }

    mutating func edit(
        _ message: Message, to text: String, by principal: Principal, at now: Date, traceparent: String?,
        changes: inout ConversationChanges
    ) throws -> Message {
        try demandChangeable(message, by: principal)
        guard message.deletedAt == nil else { throw ChatError.messageDeleted(id: message.id) }
        guard message.text != text else { return message }
        try changes.enter(
            MessageEdited(
                id: message.id, sessionID: id, text: text, editedAt: now, by: author(for: principal), messageSequence: message.sequence),
            in: &self, about: message.id, at: now, traceparent: traceparent)
        changes.texts.append(
            .init(
                clientID: clientID, conversationID: id, sequence: message.sequence, id: message.id, text: text, editedAt: now,
                deletedAt: nil))
        changes.record("message_edited", by: author(for: principal), in: self, message: message.id, at: now)
        updatedAt = now
        if lastMessage?.sequence == message.sequence { replaceLastMessage(text: text) }
        return message.with(text: text, editedAt: now, deletedAt: nil)
    }

    mutating func delete(
        _ message: Message, by principal: Principal, at now: Date, traceparent: String?, changes: inout ConversationChanges
    ) throws -> Message {
        try demandChangeable(message, by: principal)
        guard message.deletedAt == nil else { return message }
        try changes.enter(
            MessageDeleted(
                id: message.id, sessionID: id, deletedAt: now, by: author(for: principal), messageSequence: message.sequence),
            in: &self, about: message.id, at: now, traceparent: traceparent)
        changes.texts.append(
            .init(
                clientID: clientID, conversationID: id, sequence: message.sequence, id: message.id, text: "", editedAt: message.editedAt,
                deletedAt: now))
        changes.record("message_deleted", by: author(for: principal), in: self, message: message.id, at: now)
        updatedAt = now
        if lastMessage?.sequence == message.sequence { replaceLastMessage(text: "", deletedAt: now) }
        return message.with(text: "", editedAt: message.editedAt, deletedAt: now)
    }

    private func demandChangeable(_ message: Message, by principal: Principal) throws {
        try demandVisible(to: principal)
        if principal.role == .customer, message.kind == .note { throw ChatError.messageNotFound(id: message.id) }
        try demandOpen()
        // A note's change would tell the customer of it; notes stand as written.
        guard message.kind == .message, message.author.id?.uuid == principal.subject.uuid || principal.mayOverrule else {
            throw ChatError.messageNotYours(id: message.id)
        }
    }

    private mutating func replaceLastMessage(text: String, deletedAt: Date? = nil) {
        lastMessage = lastMessage?.with(text: TextRule.preview.cut(text), deletedAt: deletedAt)
    }

    // MARK: Delivery

    /// Takes no sequence.
    /// - Throws: ``ChatError/fieldInvalid(field:detail:)`` for a message that no adapter carries, or an attempt that was not begun.
    func deliver(
        _ message: Message, _ report: RecordDelivery, at now: Date, traceparent: String?, changes: inout ConversationChanges
    ) throws -> Message {
        guard var progress = message.delivery else {
            throw ChatError.fieldInvalid(field: "message_id", detail: "This message is not on its way to a customer by a channel.")
        }
        guard report.attempt <= progress.attempt else {
            throw ChatError.fieldInvalid(field: "attempt", detail: "Attempt \(progress.attempt) is the last that was begun.")
        }
        let isChanged = progress.take(report.state, attempt: report.attempt, error: report.error)
        let message = message.with(progress)
        let providerMessageID = report.attempt == progress.attempt ? report.providerMessageID : nil
        if isChanged || providerMessageID != nil {
            changes.deliveries.append(.init(clientID: clientID, message: message, providerMessageID: providerMessageID))
        }
        if isChanged {
            try changes.say(
                DeliveryChanged(
                    messageID: message.id, sessionID: id, state: progress.state, attempt: progress.attempt, error: progress.error,
                    at: min(report.at, now)), in: self, sequence: nil, traceparent: traceparent)
        }
        return message
    }

    // MARK: Status

    /// Opening: it waits at once.
    mutating func open(by author: Author, at now: Date, traceparent: String?, changes: inout ConversationChanges) throws {
        changes.participants.append(
            .init(
                clientID: clientID, conversationID: id, kind: .customer, id: EntityID(customer.id.uuid), name: customer.name ?? "",
                role: Role.customer.rawValue))
        try changes.say(
            ConversationOpened(
                sessionID: id, status: .waiting, previousStatus: nil, by: author, priority: priority, channel: channel,
                customer: customer, subject: subject, at: now), in: self, sequence: nil, traceparent: traceparent)
        try sayWaiting(traceparent: traceparent, changes: &changes)
        changes.record("session_opened", by: author, in: self, at: now)
    }

    private func sayWaiting(traceparent: String?, changes: inout ConversationChanges) throws {
        try changes.say(
            ConversationWaiting(
                sessionID: id, customerID: customer.id, channel: channel, priority: priority, sector: metadata["sector"]?.string,
                preferredAgentID: lastAgentID, statusSequence: lastSequence, assignmentNumber: assignmentNumber,
                teamID: wantedTeamID, requiredCapabilities: requiredCapabilities),
            in: self, sequence: nil, traceparent: traceparent)
    }

    /// What whoever opened it asked for.
    private var wantedTeamID: TeamID? { metadata["team_id"]?.string.flatMap { TeamID($0) } }

    /// What the conversation's context asks of whoever answers: names, or names with levels. What cannot be read asks for nothing.
    private var requiredCapabilities: [AgentCapability]? {
        guard case .array(let members)? = metadata["required_capabilities"] else { return nil }
        let capabilities = members.compactMap { member -> AgentCapability? in
            guard let name = member.string ?? member["name"]?.string, TextRule.label.problem(of: name) == nil else { return nil }
            return AgentCapability(name: name, level: Int(min(max(member["level"]?.integer ?? 1, 1), 5)))
        }
        return capabilities.isEmpty ? nil : Array(capabilities.prefix(Self.requiredCapabilitiesMax))
    }

    /// Capabilities that a conversation may ask for; more would find nobody.
    private static let requiredCapabilitiesMax = 20

    /// What a person asked for.
    mutating func change(
        _ request: ChangeConversation, at now: Date, times: ConversationTimes, traceparent: String?, changes: inout ConversationChanges
    ) throws {
        let author = author(for: request.principal)
        try demandVisible(to: request.principal)
        if request.principal.role == .customer {
            // A customer may end the own conversation, nothing else.
            guard request.priority == nil, request.subject == nil, request.status == .closed else {
                throw ChatError.roleMayNot(role: request.principal.role.rawValue)
            }
        }
        if status == .closed, request.status == .closed, request.priority == nil, request.subject == nil { return }
        try demandOpen()
        if let agent, request.principal.role == .agent, agent.id.uuid != request.principal.subject.uuid {
            throw ChatError.conversationHeldByColleague(name: agent.name)
        }
        try describe(request, by: author, at: now, traceparent: traceparent, changes: &changes)
        guard let wanted = request.status else {
            if request.snoozedUntil != nil {
                throw ChatError.fieldInvalid(field: "snoozed_until", detail: "Only a pending conversation can be snoozed.")
            }
            return
        }
        guard wanted != status || request.snoozedUntil != snoozedUntil else { return }
        switch wanted {
        case .pending, .resolved, .closed, .waiting: break
        default: throw ChatError.statusChangeNotAllowed(from: status.rawValue, to: wanted.rawValue)
        }
        // An assigned conversation goes back to the queue through the router, which frees its agent.
        if wanted == .waiting, status == .assigned || status == .waiting {
            throw ChatError.statusChangeNotAllowed(from: status.rawValue, to: wanted.rawValue)
        }
        if let until = request.snoozedUntil {
            guard wanted == .pending else {
                throw ChatError.fieldInvalid(field: "snoozed_until", detail: "Only a pending conversation can be snoozed.")
            }
            guard until > now else { throw ChatError.fieldInvalid(field: "snoozed_until", detail: "This time has passed.") }
        }
        try moveTo(
            wanted, by: author, snoozedUntil: request.snoozedUntil, at: now, times: times, traceparent: traceparent, changes: &changes)
    }

    /// Subject and priority. Nothing is said where nothing changed.
    private mutating func describe(
        _ request: ChangeConversation, by author: Author, at now: Date, traceparent: String?, changes: inout ConversationChanges
    ) throws {
        let previous = (subject: subject, priority: priority)
        if let wanted = request.subject { subject = wanted.isEmpty ? nil : wanted }
        if let wanted = request.priority { priority = wanted }
        guard subject != previous.subject || priority != previous.priority else { return }
        updatedAt = now
        try changes.enter(
            ConversationChanged(sessionID: id, subject: subject, priority: priority, roomID: roomID, by: author, at: now), in: &self,
            at: now, traceparent: traceparent)
        if subject != previous.subject { changes.record("subject_changed", by: author, in: self, at: now) }
        guard priority != previous.priority else { return }
        changes.record("priority_changed", by: author, in: self, details: ["priority": .integer(Int64(priority))], at: now)
        // The queue orders by it, so the router must hear.
        if status == .waiting { try sayWaiting(traceparent: traceparent, changes: &changes) }
    }

    /// The one way a status changes. Takes a sequence, sets the clock for what comes by itself, tells the router.
    mutating func moveTo(
        _ next: ConversationStatus, by author: Author, snoozedUntil: Date? = nil, at now: Date, times: ConversationTimes,
        traceparent: String?, changes: inout ConversationChanges
    ) throws {
        let previous = status
        status = next
        if next != .assigned { agent = nil }
        waitingSince = next == .waiting ? now : nil
        self.snoozedUntil = snoozedUntil
        closedAt = next == .closed ? now : nil
        updatedAt = now
        dueAt =
            switch next {
            case .assigned: absenceDue(at: now, times: times)
            case .pending: snoozedUntil ?? now.addingTimeInterval(channel == .website ? times.pendingSeconds : times.channelRestSeconds)
            case .resolved: now.addingTimeInterval(channel == .website ? times.resolvedSeconds : times.channelRestSeconds)
            default: nil
            }
        try changes.enter(
            ConversationStatusChanged(
                sessionID: id, status: next, previousStatus: previous, by: author, priority: priority, channel: channel,
                customer: customer, subject: subject, snoozedUntil: snoozedUntil, assignmentNumber: assignmentNumber, at: now),
            in: &self, at: now, traceparent: traceparent)
        changes.record(
            "status_changed", by: author, in: self,
            details: ["from": .string(previous.rawValue), "to": .string(next.rawValue)], at: now)
        if next == .waiting { try sayWaiting(traceparent: traceparent, changes: &changes) }
    }

    /// When an assigned conversation's customer is to be looked for; never where there is no window to be absent from.
    private func absenceDue(at now: Date, times: ConversationTimes) -> Date? {
        channel == .website ? now.addingTimeInterval(times.visitorAbsenceSeconds) : nil
    }

    /// What time brings. Looks again at everything, since the row may have changed after the sweep saw it.
    mutating func passTime(
        at now: Date, times: ConversationTimes, traceparent: String?, changes: inout ConversationChanges
    ) throws {
        guard let due = dueAt, due <= now else { return }
        switch status {
        case .assigned where channel == .website:
            let quietSince = max(lastActivityAt, customerLastSeenAt)
            let next = quietSince.addingTimeInterval(times.visitorAbsenceSeconds)
            if next > now {
                dueAt = next
            } else {
                try moveTo(.pending, by: .system, at: now, times: times, traceparent: traceparent, changes: &changes)
            }
        case .pending:
            try moveTo(
                snoozedUntil == nil ? .closed : .waiting, by: .system, at: now, times: times, traceparent: traceparent, changes: &changes)
        case .resolved:
            try moveTo(.closed, by: .system, at: now, times: times, traceparent: traceparent, changes: &changes)
        default:
            dueAt = nil
        }
    }

    // MARK: Assignment

    /// Mirrors the router's decision. An older one than the last applied is a late repeat, a closed conversation stays closed.
    mutating func apply(
        _ assignment: Assignment, at now: Date, times: ConversationTimes, traceparent: String?, changes: inout ConversationChanges
    ) throws {
        guard status != .closed, assignment.number > assignmentNumber else { return }
        let previous = agent
        assignmentNumber = assignment.number
        status = .assigned
        agent = assignment.agent
        teamID = assignment.teamID
        lastAgentID = assignment.agent.id
        waitingSince = nil
        snoozedUntil = nil
        updatedAt = now
        dueAt = absenceDue(at: now, times: times)
        changes.participants.append(
            .init(
                clientID: clientID, conversationID: id, kind: .agent, id: EntityID(assignment.agent.id.uuid),
                name: assignment.agent.name, role: Role.agent.rawValue))
        try changes.enter(
            AssignmentApplied(
                sessionID: id, status: .assigned, agent: agent, previousAgent: previous, reason: assignment.reason,
                decisionID: assignment.decisionID, at: now), in: &self, at: now, traceparent: traceparent)
        changes.record(
            "assigned", by: assignment.by, in: self,
            details: ["agent_id": .string(assignment.agent.id.description), "reason": .string(assignment.reason)], at: now)
    }

    /// Back to the queue; the router, which says so, has queued it already.
    mutating func apply(
        _ event: ConversationUnassigned, at now: Date, times: ConversationTimes, traceparent: String?,
        changes: inout ConversationChanges
    ) throws {
        guard status != .closed, event.number > assignmentNumber else { return }
        assignmentNumber = event.number
        teamID = event.teamID
        guard let previous = agent else { return }
        agent = nil
        status = .waiting
        waitingSince = now
        dueAt = nil
        updatedAt = now
        try changes.enter(
            AssignmentApplied(
                sessionID: id, status: .waiting, agent: nil, previousAgent: previous, reason: event.reason, decisionID: nil, at: now),
            in: &self, at: now, traceparent: traceparent)
        changes.record("unassigned", by: event.by, in: self, details: ["reason": .string(event.reason)], at: now)
    }
}

extension Session.LastMessage {
    func with(text: String, deletedAt: Date?) -> Session.LastMessage {
        Session.LastMessage(kind: kind, author: author, text: text, sentAt: sentAt, sequence: sequence, deletedAt: deletedAt)
    }
}

extension Message {
    func with(text: String, editedAt: Date?, deletedAt: Date?) -> Message {
        Message(
            id: id, sessionID: sessionID, sequence: sequence, kind: kind, author: author, text: text, state: state,
            attempt: attempt, error: error, attachments: attachments, metadata: metadata, sentAt: sentAt, editedAt: editedAt,
            deletedAt: deletedAt)
    }

    func with(_ progress: DeliveryProgress) -> Message {
        Message(
            id: id, sessionID: sessionID, sequence: sequence, kind: kind, author: author, text: text, state: progress.state,
            attempt: progress.attempt, error: progress.error, attachments: attachments, metadata: metadata, sentAt: sentAt,
            editedAt: editedAt, deletedAt: deletedAt)
    }

    /// Without what is the company's own business.
    var forCustomer: Message {
        guard attempt != nil else { return self }
        return Message(
            id: id, sessionID: sessionID, sequence: sequence, kind: kind, author: author, text: text, state: state,
            attachments: attachments, metadata: metadata, sentAt: sentAt, editedAt: editedAt, deletedAt: deletedAt)
    }

    /// nil for what no adapter carries.
    var delivery: DeliveryProgress? { attempt.map { DeliveryProgress(state: state, attempt: $0, error: error) } }
}

extension Principal {
    /// Supervisors and administrators, and keys that act for the company itself.
    fileprivate var mayOverrule: Bool { role == .supervisor || role == .administrator || role == .service }
}
