import Bus
import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct `An answer on a channel` {
    /// As an adapter reports it.
    private func report(
        _ chat: AdapterFixture, _ message: MessageID, _ state: MessageState, provider: String? = nil, attempt: Int = 1,
        error: DeliveryError? = nil, of tenant: TenantID? = nil
    ) async throws -> RecordedDelivery {
        try await chat.ask(
            RecordDelivery(
                principal: chat.principal(.service, of: tenant), messageID: message, state: state, providerMessageID: provider,
                at: Timestamp.now(), attempt: attempt, error: error), of: tenant)
    }

    /// A customer's mail and what the assistant answered.
    private func answered(_ chat: AdapterFixture) async throws -> (received: ReceivedInbound, answer: Message) {
        let received = try await chat.receive(chat.mail("<1@mail>"))
        let answer = try await chat.ask(
            AppendMessage(
                principal: chat.principal(.service), author: Author(kind: .assistant, id: nil, name: "Ada"), id: .new(),
                sessionID: received.conversationID, kind: .message, text: "On its way"))
        return (received, answer.message)
    }

    private func events(_ chat: AdapterFixture, _ id: ConversationID) async throws -> [DeliveryChanged] {
        try await chat.database.query(
            .none,
            "SELECT payload FROM chat.outbox WHERE key = \(id.uuid) AND subject = \(DeliveryChanged.subject) ORDER BY seq"
        ).map { try JSON.decode(DeliveryChanged.self, from: try $0["payload"] as [UInt8]) }
    }

    @Test func `of an agent is outbound and queued, and its adapter hears so`() async throws {
        try await ChatFixture.run { (chat) async throws in
            let (bruno, account) = (chat.agent(), AccountID.new())
            let adapter = Principal(clientID: chat.tenant, subject: .new(), role: .service, name: "channel-sms")
            let received = try await chat.ask(
                ReceiveInbound(
                    principal: adapter, channel: .sms, accountID: account, externalID: "SM1",
                    contact: InboundContact(kind: .phone, value: "+4791234567", provenance: .verified), text: "Hello",
                    sentAt: Timestamp.now()))
            try await chat.assign(received.conversationID, to: bruno)
            try await eventually("Bruno holds it") { try await chat.session(received.conversationID, as: bruno).agent?.id == bruno.subject }
            let answer = try await chat.say("Good morning", by: bruno, in: received.conversationID).message
            #expect(answer.state == .queued && answer.attempt == 1 && answer.error == nil)
            let note = try await chat.ask(
                AppendMessage(principal: bruno, id: .new(), sessionID: received.conversationID, kind: .note, text: "VIP")
            ).message
            #expect(note.attempt == nil, "nobody carries a note to a customer")
            let rows = try await chat.database.query(
                .none,
                "SELECT payload FROM chat.outbox WHERE key = \(received.conversationID.uuid) AND subject = \(MessageAppended.subject) ORDER BY seq"
            )
            let said = try rows.map { try JSON.decode(MessageAppended.self, from: try $0["payload"] as [UInt8]) }
            #expect(said.map(\.state) == [nil, .queued] && said.map(\.attempt) == [nil, 1])
            // A conversation on the website is as it was.
            let ana = chat.customer()
            let website = try await chat.conversation(of: ana)
            try await chat.assign(website.id, to: bruno)
            try await eventually("Bruno holds it") { try await chat.session(website.id, as: bruno).agent?.id == bruno.subject }
            let reply = try await chat.say("Good morning", by: bruno, in: website.id).message
            #expect(reply.state == .sent && reply.attempt == nil)
            await #expect(throws: ChatError.self) {
                try await chat.ask(RecordDelivery(principal: adapter, messageID: reply.id, state: .sent, at: Timestamp.now(), attempt: 1))
            }
            // A customer who does not sit before a window is not absent from it.
            func dueAt(_ id: ConversationID) async throws -> Date? {
                let rows = try await chat.database.query(
                    .tenant(chat.tenant), "SELECT due_at FROM chat.conversations WHERE client_id = \(chat.tenant) AND id = \(id)")
                return try #require(rows.first)["due_at"]
            }
            #expect(try await dueAt(website.id) != nil)
            #expect(try await dueAt(received.conversationID) == nil)
        }
    }

    @Test func `comes as far as it is reported, says so once each time, and never goes back`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let (received, answer) = try await answered(chat)
            let sequence = try await chat.ask(GetConversation(principal: chat.principal(.agent), id: received.conversationID)).lastSequence
            #expect(try await report(chat, answer.id, .sent, provider: "<ours@mail>") == RecordedDelivery(state: .sent, attempt: 1))
            #expect(try await report(chat, answer.id, .sent, provider: "<other@mail>").state == .sent)
            #expect(try await report(chat, answer.id, .delivered).state == .delivered)
            for late in [MessageState.queued, .sent, .failed, .unknown] {
                #expect(try await report(chat, answer.id, late).state == .delivered)
            }
            #expect(try await report(chat, answer.id, .read).state == .read)
            #expect(try await events(chat, received.conversationID).map(\.state) == [.sent, .delivered, .read])
            let session = try await chat.ask(GetConversation(principal: chat.principal(.agent), id: received.conversationID))
            #expect(session.lastSequence == sequence, "it takes no sequence")
            #expect(try await chat.messages(received.conversationID).map(\.state) == [.sent, .read])
            let rows = try await chat.database.query(
                .tenant(chat.tenant), "SELECT provider_message_id FROM chat.communication_messages WHERE id = \(answer.id)")
            #expect(try rows.first?["provider_message_id"] as String? == "<ours@mail>")
        }
    }

    @Test func `that is reported by two replicas at once ends as far as it came`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let (received, answer) = try await answered(chat)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for state in [MessageState.read, .sent, .delivered, .sent, .read, .delivered, .queued, .sent] {
                    group.addTask { _ = try await report(chat, answer.id, state) }
                }
                try await group.waitForAll()
            }
            #expect(try await chat.messages(received.conversationID).last?.state == .read)
            let said = try await events(chat, received.conversationID).map(\.state)
            let order: [MessageState] = [.sent, .delivered, .read]
            #expect(said.last == .read && said == order.filter(said.contains), "upwards, each once: \(said)")
        }
    }

    @Test func `that failed says why to the company's people, and not to the customer`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let (received, answer) = try await answered(chat)
            let error = DeliveryError(code: "550", detail: "The mailbox is full.")
            #expect(try await report(chat, answer.id, .failed, error: error).state == .failed)
            let shown = try #require(try await chat.messages(received.conversationID).last)
            #expect(shown.state == .failed && shown.attempt == 1 && shown.error == error)
            #expect(try await events(chat, received.conversationID).map(\.error) == [error])
            #expect(DeliveryChanged.audience == .agents)
            // The same person, with the website's token.
            let ana = Principal(
                clientID: chat.tenant, subject: Identifier(received.customerID.uuid), role: .customer, name: "Ana")
            let hers = try #require(try await chat.messages(received.conversationID, as: ana).last)
            #expect(hers.id == answer.id && hers.attempt == nil && hers.error == nil)
            func replay(_ principal: Principal) async throws -> String? {
                try await chat.ask(ReadEntries(principal: principal, sessionID: received.conversationID, after: 0, limit: 10)).entries.last?
                    .payload
            }
            #expect(try await replay(ana)?.contains("attempt") == false)
            #expect(try await replay(chat.principal(.agent))?.contains("\"state\":\"failed\",\"attempt\":1") == true)
        }
    }

    @Test func `takes no report of an attempt that is over, nor of one that was not begun`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let (received, answer) = try await answered(chat)
            _ = try await report(chat, answer.id, .failed)
            // As a retry will.
            _ = try await chat.database.query(
                .tenant(chat.tenant),
                "UPDATE chat.communication_messages SET state = 'queued', attempt = 2, error = NULL WHERE client_id = \(chat.tenant) AND id = \(answer.id)"
            )
            for late in [MessageState.sent, .delivered, .read, .failed] {
                #expect(try await report(chat, answer.id, late, provider: "late") == RecordedDelivery(state: .queued, attempt: 2))
            }
            let error = await #expect(throws: ChatError.self) { try await report(chat, answer.id, .sent, attempt: 3) }
            #expect(error?.details["field"] == "attempt")
            #expect(try await events(chat, received.conversationID).count == 1)
            #expect(try await report(chat, answer.id, .sent, attempt: 2).state == .sent)
        }
    }

    @Test func `is nobody else's to report, and nothing that cannot be`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let (received, answer) = try await answered(chat)
            await #expect(throws: ChatError.messageNotFound(id: answer.id)) { try await report(chat, answer.id, .read, of: .new()) }
            let nothing = MessageID.new()
            await #expect(throws: ChatError.messageNotFound(id: nothing)) { try await report(chat, nothing, .read) }
            for role in [Role.customer, .viewer, .agent, .administrator] {
                let asked = RecordDelivery(
                    principal: chat.principal(role), messageID: answer.id, state: .read, at: Timestamp.now(), attempt: 1)
                await #expect(throws: ChatError.roleMayNot(role: role.rawValue)) { try await chat.ask(asked) }
            }
            func field(_ work: () async throws -> RecordedDelivery) async -> JSONValue? {
                let error = await #expect(throws: ChatError.self) { try await work() }
                return error?.details["field"]
            }
            let trouble = DeliveryError(code: "1", detail: "Trouble.")
            #expect(await field { try await report(chat, received.messageID, .read) } == "message_id", "the customer's own")
            #expect(await field { try await report(chat, answer.id, MessageState(rawValue: "lost")) } == "state")
            #expect(await field { try await report(chat, answer.id, .sent, attempt: 0) } == "attempt")
            #expect(await field { try await report(chat, answer.id, .sent, error: trouble) } == "error")
            #expect(
                await field { try await report(chat, answer.id, .sent, provider: String(repeating: "a", count: 1_001)) }
                    == "provider_message_id")
            let long = String(repeating: "a", count: 1_001)
            #expect(
                await field { try await report(chat, answer.id, .failed, error: DeliveryError(code: long, detail: "")) } == "error.code")
            #expect(
                await field { try await report(chat, answer.id, .failed, error: DeliveryError(code: "1", detail: long)) } == "error.detail")
            #expect(try await chat.messages(received.conversationID).last?.state == .queued)
        }
    }
}
