import Bus
import Contracts
import Foundation
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Who asks and who speaks` {
    private func author(_ kind: Author.Kind, _ id: UUID?, _ name: String = "") -> Author {
        Author(kind: kind, id: id.map { EntityID($0) }, name: name)
    }

    @Test func `are two where a service speaks for a customer, or as itself`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let received = try await chat.receive(chat.mail("<1@mail>"))
            let assistant = chat.principal(.service, "The assistant")
            func say(_ text: String, as author: Author?) async throws -> Message {
                try await chat.ask(
                    AppendMessage(
                        principal: assistant, author: author, id: .new(), sessionID: received.conversationID, kind: .message, text: text)
                ).message
            }
            let customers = try await say("Hello?", as: author(.customer, received.customerID.uuid, "Somebody else's name"))
            #expect(customers.author == author(.customer, received.customerID.uuid, "Ana") && customers.attempt == nil)
            let its = try await say("Good morning", as: author(.assistant, nil))
            #expect(its.author == author(.assistant, assistant.subject.uuid, "The assistant") && its.state == .queued && its.attempt == 1)
            let named = try await say("Ada here", as: author(.assistant, assistant.subject.uuid, "Ada"))
            #expect(named.author == author(.assistant, assistant.subject.uuid, "Ada"))
            // As ever, where nobody is named.
            #expect(try await say("Noted", as: nil).author == author(.system, assistant.subject.uuid, "The assistant"))
            let rows = try await chat.database.query(
                .tenant(chat.tenant),
                "SELECT direction FROM chat.communication_messages WHERE client_id = \(chat.tenant) ORDER BY sequence")
            #expect(try rows.map { try $0["direction"] as String } == ["inbound", "inbound", "outbound", "outbound", "outbound"])
        }
    }

    @Test func `are one for everybody else`() async throws {
        try await ChatFixture.run { (chat) async throws in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            let bruno = chat.agent()
            for (asker, wanted) in [
                (ana, author(.agent, bruno.subject.uuid)), (ana, author(.customer, session.customer.id.uuid)), (ana, .system),
                (bruno, author(.customer, session.customer.id.uuid)), (bruno, author(.assistant, nil)),
                (bruno, author(.agent, bruno.subject.uuid)),
                (chat.agent(role: .administrator), author(.customer, session.customer.id.uuid)),
            ] {
                await #expect(throws: ChatError.roleMayNot(role: asker.role.rawValue), "\(asker.role) as \(wanted.kind)") {
                    try await chat.ask(
                        AppendMessage(
                            principal: asker, author: wanted, id: .new(), sessionID: session.id, kind: .message, text: "It was not me"))
                }
            }
            await #expect(throws: ChatError.roleMayNot(role: "customer")) {
                let other = chat.customer("Mallory")
                _ = try await chat.ask(
                    OpenConversation(
                        principal: other, author: author(.customer, session.customer.id.uuid), id: .new(), channel: .website,
                        message: MessageDraft(id: .new(), text: "It was not me")))
            }
            #expect(try await chat.texts(session.id, as: bruno).count == 1)
        }
    }

    @Test func `are never one of the company's people, another customer, or another company's`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let ana = try await chat.receive(chat.mail("<1@mail>"))
            let erik = try await chat.receive(chat.mail("<2@mail>", from: "erik@example.com"))
            let adapter = chat.principal(.service)
            func refusal(_ author: Author, kind: Message.Kind = .message, by principal: Principal? = nil) async throws -> ChatError? {
                let principal = principal ?? adapter
                return await #expect(throws: ChatError.self) {
                    try await chat.ask(
                        AppendMessage(
                            principal: principal, author: author, id: .new(), sessionID: ana.conversationID, kind: kind,
                            text: "It was not me"),
                        of: principal.clientID)
                }
            }
            let hers = author(.customer, ana.customerID.uuid)
            #expect(try await refusal(author(.customer, erik.customerID.uuid)) == .conversationNotFound(id: ana.conversationID))
            #expect(try await refusal(author(.customer, nil)) == .conversationNotFound(id: ana.conversationID))
            #expect(try await refusal(author(.agent, adapter.subject.uuid))?.details["field"] == "author.type")
            #expect(try await refusal(author(.assistant, UUID()))?.details["field"] == "author.id")
            #expect(try await refusal(hers, kind: .note)?.details["field"] == "kind")
            #expect(try await refusal(author(.assistant, nil, String(repeating: "a", count: 501)))?.details["field"] == "author.name")
            let stranger = chat.principal(.service, of: .new())
            #expect(try await refusal(hers, by: stranger) == .conversationNotFound(id: ana.conversationID))
            _ = try await chat.ask(BlockCustomer(principal: chat.principal(.agent), customerID: ana.customerID, reason: nil))
            #expect(try await refusal(hers) == .customerBlocked)
            #expect(try await chat.messages(ana.conversationID).count == 1)
        }
    }

    @Test func `do not make a repeat another message`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let ana = try await chat.receive(chat.mail("<1@mail>"))
            let (adapter, id) = (chat.principal(.service), MessageID.new())
            func say(as kind: Author.Kind) async throws -> AppendedMessage {
                try await chat.ask(
                    AppendMessage(
                        principal: adapter, author: author(kind, kind == .customer ? ana.customerID.uuid : nil), id: id,
                        sessionID: ana.conversationID, kind: .message, text: "Hello"))
            }
            #expect(try await say(as: .customer).isRepeat == false)
            #expect(try await say(as: .customer).isRepeat)
            await #expect(throws: ChatError.messageIDReused(id: id)) { try await say(as: .assistant) }
        }
    }

    @Test func `open a conversation in the customer's name`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let ana = try await chat.receive(chat.mail("<1@mail>"))
            let adapter = chat.principal(.service)
            func open(as author: Author) async throws -> OpenedConversation {
                try await chat.ask(
                    OpenConversation(
                        principal: adapter, author: author, id: .new(), channel: .sms, accountID: chat.account,
                        message: MessageDraft(id: .new(), text: "Hello"), customer: NewCustomer(id: ana.customerID)))
            }
            let opened = try await open(as: author(.customer, ana.customerID.uuid))
            #expect(opened.message?.author == author(.customer, ana.customerID.uuid, "Ana") && opened.session.accountID == chat.account)
            let error = await #expect(throws: ChatError.self) { try await open(as: author(.customer, UUID())) }
            #expect(error?.code == "conversation-not-found")
            #expect(try await chat.count("conversations") == 2)
        }
    }
}
