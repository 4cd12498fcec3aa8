import Contracts
import Foundation
import Testing

/// What crosses the bus, byte for byte. A fixture is frozen: a change here is a new version of the contract.
/// `RECORD_FIXTURES=1` writes those that are missing, and only those.
@Suite struct `A contract on the wire` {
    @Test(arguments: Examples.all) func `is what its fixture says`(example: Example) throws {
        let file = Self.folder.appendingPathComponent("\(example.name).v1.json")
        let text = try example.text()
        if ProcessInfo.processInfo.environment["RECORD_FIXTURES"] != nil, !FileManager.default.fileExists(atPath: file.path) {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(example.name) is written as before")
        #expect(try example.rereads(), "\(example.name) survives a round trip")
    }

    @Test(arguments: Examples.all) func `takes fields of a newer version and ignores them`(example: Example) throws {
        #expect(try example.readsWithUnknownField())
    }

    @Test func `has no two with the same subject`() {
        let subjects = Examples.all.map(\.name)
        #expect(subjects.count > 10, "there is something to compare")
        #expect(Set(subjects).count == subjects.count)
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
}

struct Example: Sendable, CustomTestStringConvertible {
    let name: String
    let text: @Sendable () throws -> String
    let rereads: @Sendable () throws -> Bool
    let readsWithUnknownField: @Sendable () throws -> Bool
    var testDescription: String { name }

    init<Fact: Event & Equatable>(_ fact: Fact) { self.init(Fact.subject.rawValue, fact) }

    init<Question: BusQuestion & Equatable>(_ question: Question) { self.init(Question.subject.rawValue, question) }

    /// - Parameter name: the fixture's.
    init<Fact: Codable & Equatable & Sendable>(_ name: String, _ fact: Fact) {
        self.name = name
        text = {
            // Keys in one order, so that a person can compare; the wire itself promises none.
            let value = try JSON.decode(JSONValue.self, from: try JSON.encode(fact))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
        }
        rereads = { try JSON.decode(Fact.self, from: try JSON.encode(fact)) == fact }
        readsWithUnknownField = {
            guard case .object(var members) = try JSON.decode(JSONValue.self, from: try JSON.encode(fact)) else { return false }
            members["field_of_tomorrow"] = ["nested": [1, 2, 3]]
            return try JSON.decode(Fact.self, from: try JSON.encode(members)) == fact
        }
    }
}

enum Examples {
    static let session: ConversationID = id("0191a000-0000-7000-8000-000000000001")
    static let message: MessageID = id("0191a000-0000-7000-8000-000000000002")
    static let ana = Session.CustomerSummary(id: id("0191a000-0000-7000-8000-000000000003"), name: "Ana", email: "ana@example.com")
    static let bruno = AgentSummary(id: id("0191a000-0000-7000-8000-000000000004"), name: "Bruno")
    static let decision: DecisionID = id("0191a000-0000-7000-8000-000000000005")
    static let customer = Author(kind: .customer, id: EntityID(ana.id.uuid), name: "Ana")
    static let agent = Author(kind: .agent, id: EntityID(bruno.id.uuid), name: "Bruno")
    static let noon = Date(timeIntervalSince1970: 1_795_262_400.125)
    static let user = UserAccount(
        id: bruno.id, email: "bruno@example.com", name: "Bruno", role: .agent, disabled: false, createdAt: noon)

    static let events: [Example] = [
        Example(
            SLAWarning(
                sessionID: session, measure: .firstResponse, target: "Website", dueAt: noon,
                sla: ServiceLevel(state: .warning, firstResponseDueAt: noon, resolutionDueAt: nil))),
        Example(
            SLABreached(
                sessionID: session, measure: .resolution, target: "Website", dueAt: noon,
                sla: ServiceLevel(state: .breached, firstResponseDueAt: nil, resolutionDueAt: noon))),
        Example(
            BusinessRulesChanged(
                rules: BusinessRules(
                    version: 3, routing: .standard, timeZone: "Europe/Oslo",
                    hours: ["monday": [OpeningHours(opens: "08:00", closes: "16:00")]],
                    holidays: [Holiday(date: "2026-12-24", name: "Christmas Eve", hours: [OpeningHours(opens: "08:00", closes: "12:00")])],
                    sla: [
                        ServiceTarget(
                            name: "Website", channel: .website, priorityMin: 3, firstResponseSeconds: 300, resolutionSeconds: 14_400,
                            warnAtShare: 0.75)
                    ], retention: RetentionRules(messagesDays: 730)))),
        Example(
            ConversationOpened(
                sessionID: session, status: .waiting, previousStatus: nil, by: customer, priority: 5, channel: .website, customer: ana,
                subject: nil, at: noon)),
        Example(
            ConversationWaiting(
                sessionID: session, customerID: ana.id, channel: .website, priority: 5, sector: nil, preferredAgentID: bruno.id,
                statusSequence: 7, assignmentNumber: 2)),
        Example(
            ConversationStatusChanged(
                sessionID: session, status: .pending, previousStatus: .assigned, by: agent, priority: 5, channel: .website, customer: ana,
                subject: "Poles", snoozedUntil: noon, assignmentNumber: 2, at: noon)),
        Example(ConversationChanged(sessionID: session, subject: "Poles", priority: 8, roomID: nil, by: agent, at: noon)),
        Example(
            AssignmentApplied(
                sessionID: session, status: .assigned, agent: bruno, previousAgent: nil, reason: "routed", decisionID: decision, at: noon)),
        Example(
            MessageAppended(
                id: message, sessionID: session, kind: .message, author: customer, text: "Où est ma tente? ⛺ </script>", attachments: [],
                metadata: ["order": 48213, "tags": ["a", nil]], sentAt: noon)),
        Example(
            NoteAppended(
                id: message, sessionID: session, kind: .note, author: agent, text: "VIP", attachments: [], metadata: [:], sentAt: noon)),
        Example(MessageEdited(id: message, sessionID: session, text: "Better", editedAt: noon, by: agent, messageSequence: 4)),
        Example(MessageDeleted(id: message, sessionID: session, deletedAt: noon, by: agent, messageSequence: 4)),
        Example(
            DeliveryChanged(
                messageID: message, sessionID: session, state: .failed, attempt: 1,
                error: DeliveryError(code: "30003", detail: "The handset cannot be reached."), at: noon)),
        Example(ReceiptsAdvanced(sessionID: session, participant: agent, deliveredThrough: 9, readThrough: 8)),
        Example(CustomerChanged(customerID: ana.id, name: "Ana", email: nil, blocked: true)),
        Example(
            ConversationAssigned(
                assignment: Assignment(
                    id: id("0191a000-0000-7000-8000-000000000006"), number: 3, sessionID: session, agent: bruno, reason: "routed",
                    decisionID: decision, by: .system, at: noon))),
        Example(ConversationUnassigned(sessionID: session, number: 4, previousAgent: bruno, reason: "returned", by: agent)),
        Example(AgentPresenceChanged(agentID: bruno.id, name: "Bruno", status: .online, load: 2, capacity: 5)),
        Example(QueuePlaceChanged(sessionID: session, position: 3, estimatedWaitSeconds: nil)),
        Example(
            OfferChanged(
                id: id("0191a000-0000-7000-8000-000000000007"), sessionID: session, channel: .website, priority: 5, expiresAt: noon,
                state: .offered)),
        Example(UserCreated(user: user)),
        Example(UserChanged(user: user)),
        Example(AccessEnded(holder: EntityID(user.id.uuid), sessionID: nil, validFromVersion: 3)),
    ]

    static let account: AccountID = id("0191a000-0000-7000-8000-00000000000b")
    /// A channel adapter, in its own name.
    static let adapter = Principal(
        clientID: id("0191a000-0000-7000-8000-000000000008"), subject: id("0191a000-0000-7000-8000-00000000000c"), role: .service,
        name: "channel-sms")

    static let administrator = Principal(
        clientID: id("0191a000-0000-7000-8000-000000000008"), subject: bruno.id, role: .administrator, name: "Bruno")
    static let job: JobID = id("0191a000-0000-7000-8000-000000000009")

    static let questions: [Example] = [
        Example(ListJobs(principal: administrator, state: .unknown, limit: 50, cursor: "1.2")),
        Example(RetryJob(principal: administrator, id: job)),
        Example(GiveUpJob(principal: administrator, id: job)),
        Example(
            AppendMessage(
                principal: adapter, author: customer, id: message, sessionID: session, kind: .message, text: "Thank you",
                metadata: ["order": 48213])),
        Example(
            OpenConversation(
                principal: adapter, author: customer, id: session, channel: .sms, accountID: account, subject: "Poles",
                message: MessageDraft(id: message, text: "Where is my tent?"), customer: NewCustomer(id: ana.id))),
        Example(
            ReceiveInbound(
                principal: adapter, channel: .email, accountID: account, externalID: "<1@mail.example>",
                contact: InboundContact(kind: .email, value: "ana@example.com", provenance: .verified, name: "Ana"),
                thread: ["<0@mail.example>"], subject: "Poles", text: "Where is my tent?", html: "<p>Where is my tent?</p>", sentAt: noon)),
        Example(
            RecordDelivery(
                principal: adapter, messageID: message, state: .failed, providerMessageID: "SM1", at: noon, attempt: 2,
                error: DeliveryError(code: "30003", detail: "The handset cannot be reached."))),
    ]

    static let replies: [Example] = [
        Example(
            "chat.message-appended.carried",
            MessageAppended(
                id: message, sessionID: session, kind: .message, author: agent, text: "On its way", state: .queued, attempt: 1,
                attachments: [], metadata: [:], sentAt: noon)),
        Example(
            "chat.message.carried",
            Message(
                id: message, sessionID: session, sequence: 4, kind: .message, author: agent, text: "On its way", state: .failed, attempt: 1,
                error: DeliveryError(code: "30003", detail: "The handset cannot be reached."), sentAt: noon)),
        Example(
            "chat.received-inbound",
            ReceivedInbound(conversationID: session, messageID: message, customerID: ana.id, isRepeat: false)),
        Example("chat.recorded-delivery", RecordedDelivery(state: .delivered, attempt: 1)),
        Example(
            "event-context",
            EventContext(
                channel: .whatsapp, accountID: id("0191a000-0000-7000-8000-00000000000b"), sector: "sales",
                teamID: id("0191a000-0000-7000-8000-00000000000c"), agentID: bruno.id)),
        Example(
            "jobs.job",
            JobSummary(
                id: job, kind: "send-sms", key: "0191a000-0000-7000-8000-00000000000a", state: .failed, attempt: 3, notBefore: noon,
                leaseUntil: nil, lastError: JobFailure(code: "provider-busy", detail: "The provider is busy."), createdAt: noon,
                finishedAt: noon)),
    ]

    static let all = events + questions + replies

    private static func id<Thing>(_ text: String) -> Identifier<Thing> {
        guard let id = Identifier<Thing>(text) else { preconditionFailure("\(text) is not a UUID") }
        return id
    }
}
