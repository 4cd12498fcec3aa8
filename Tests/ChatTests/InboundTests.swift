import Bus
import Contracts
import Foundation
import Storage
import Testing

@Suite(.timeLimit(.minutes(3))) struct `What a customer writes on a channel` {
    @Test func `is received once, however often and wherever it is brought, and opens a conversation that waits`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let mail = chat.mail("<1@mail>")
            let answers = try await withThrowingTaskGroup(of: ReceivedInbound.self) { group in
                for _ in 0..<8 { group.addTask { try await chat.receive(mail) } }
                return try await group.reduce(into: [ReceivedInbound]()) { $0.append($1) }
            }
            #expect(answers.count { !$0.isRepeat } == 1)
            #expect(Set(answers.map(\.messageID)).count == 1 && Set(answers.map(\.conversationID)).count == 1)
            let received = try #require(answers.first)
            #expect(
                try await chat.said(received.conversationID.uuid) == [
                    "chat.conversation-opened", "chat.conversation-waiting", "chat.message-appended",
                ])
            let session = try await chat.ask(GetConversation(principal: chat.principal(.agent), id: received.conversationID))
            #expect(
                session.status == .waiting && session.channel == .email && session.accountID == chat.account && session.subject == "Tent")
            #expect(session.customer == .init(id: received.customerID, name: "Ana", email: "ana@example.com"))
            let messages = try await chat.messages(received.conversationID)
            #expect(messages.map(\.text) == ["Where is my tent?"] && messages.map(\.id) == [received.messageID])
            #expect(messages.first?.author == Author(kind: .customer, id: EntityID(received.customerID.uuid), name: "Ana"))
            #expect(messages.first?.attempt == nil, "nobody carries it anywhere")
            let card = try await chat.ask(GetCustomer(principal: chat.principal(.agent), id: received.customerID))
            #expect(card.emailProvenance == .verified)
            // However late it comes, and whatever became of the conversation.
            try await chat.close(received.conversationID)
            #expect(
                try await chat.receive(mail)
                    == ReceivedInbound(
                        conversationID: received.conversationID, messageID: received.messageID, customerID: received.customerID,
                        isRepeat: true))
            #expect(try await chat.count("communication_messages") == 1)
            // The provider's ids are the account's own.
            #expect(try await chat.receive(chat.mail("<1@mail>", to: .new())).isRepeat == false)
        }
    }

    @Test func `for the first time, several times at once, makes one customer and one conversation`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let answers = try await withThrowingTaskGroup(of: ReceivedInbound.self) { group in
                for number in 0..<10 {
                    let address = number.isMultiple(of: 2) ? "Ana@Example.com" : "ana@example.com"
                    group.addTask { try await chat.receive(chat.mail("<\(number)@mail>", from: address, text: "Message \(number)")) }
                }
                return try await group.reduce(into: [ReceivedInbound]()) { $0.append($1) }
            }
            #expect(answers.count == 10 && answers.allSatisfy { !$0.isRepeat })
            #expect(Set(answers.map(\.customerID)).count == 1 && Set(answers.map(\.conversationID)).count == 1)
            #expect(try await chat.count("customers") == 1)
            #expect(try await chat.count("conversations") == 1)
            #expect(try await chat.count("customer_identities") == 1)
            // The same of one who is known, on another account, where no index would help.
            let account = AccountID.new()
            let others = try await withThrowingTaskGroup(of: ReceivedInbound.self) { group in
                for number in 0..<10 { group.addTask { try await chat.receive(chat.mail("<\(number)@mail>", to: account)) } }
                return try await group.reduce(into: [ReceivedInbound]()) { $0.append($1) }
            }
            #expect(Set(others.map(\.conversationID)).count == 1)
            #expect(try await chat.count("conversations") == 2)
            let messages = try await chat.messages(try #require(answers.first).conversationID)
            #expect(Set(messages.map(\.text)) == Set((0..<10).map { "Message \($0)" }))
            #expect(messages.map(\.sequence) == (1...10).map(Int64.init))
        }
    }

    @Test func `goes on with the newest conversation of the account that is not closed, or opens one after the last`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let first = try await chat.receive(chat.mail("<1@mail>"))
            #expect(try await chat.receive(chat.mail("<2@mail>")).conversationID == first.conversationID)
            let elsewhere = try await chat.receive(chat.mail("<3@mail>", to: .new()))
            #expect(elsewhere.customerID == first.customerID && elsewhere.conversationID != first.conversationID)
            try await chat.close(first.conversationID)
            let second = try await chat.receive(chat.mail("<4@mail>", answering: ["<1@mail>"]))
            #expect(second.customerID == first.customerID && second.conversationID != first.conversationID)
            let rows = try await chat.database.query(
                .tenant(chat.tenant),
                "SELECT previous_conversation_id FROM chat.conversations WHERE client_id = \(chat.tenant) AND id = \(second.conversationID)"
            )
            #expect(try rows.first?["previous_conversation_id"] as ConversationID? == first.conversationID)
            // The thread is closed, the conversation after it is not.
            #expect(try await chat.receive(chat.mail("<5@mail>", answering: ["<1@mail>"])).conversationID == second.conversationID)
        }
    }

    @Test(arguments: ["the provider's id", "our message's id", "our conversation's id", "the provider's id of ours"])
    func `and answers one of our threads goes there, whatever account it came to`(by: String) async throws {
        try await AdapterFixture.run { (chat) async throws in
            let first = try await chat.receive(chat.mail("<1@mail>"))
            let other = AccountID.new()
            let newer = try await chat.receive(chat.mail("<2@mail>", to: other))
            let newest = try await chat.ask(
                OpenConversation(
                    principal: chat.principal(.service), author: Author(kind: .customer, id: EntityID(first.customerID.uuid), name: ""),
                    id: .new(), channel: .email, accountID: chat.account, customer: NewCustomer(id: first.customerID)))
            #expect(
                try await chat.receive(chat.mail("<0@mail>")).conversationID == newest.session.id, "otherwise it would get there anyway")
            #expect(newer.conversationID != first.conversationID)
            let assistant = chat.principal(.service, "assistant")
            let answer = try await chat.ask(
                AppendMessage(
                    principal: assistant, author: Author(kind: .assistant, id: nil, name: ""), id: .new(), sessionID: first.conversationID,
                    kind: .message, text: "On its way")
            ).message
            _ = try await chat.ask(
                RecordDelivery(
                    principal: assistant, messageID: answer.id, state: .sent, providerMessageID: "<ours@mail>", at: Timestamp.now(),
                    attempt: 1))
            let (account, id) =
                switch by {
                case "the provider's id": (chat.account, "<1@mail>")
                case "our message's id": (other, "\(answer.id)")
                case "our conversation's id": (other, "\(first.conversationID)")
                default: (other, "<ours@mail>")
                }
            let reply = try await chat.receive(chat.mail("<3@mail>", to: account, answering: ["<unknown@mail>", id]))
            #expect(reply.conversationID == first.conversationID)
        }
    }

    @Test func `gets into no conversation of somebody else by naming it`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let ana = try await chat.receive(chat.mail("<1@mail>"))
            let hers = ["<1@mail>", "\(ana.messageID)", "\(ana.conversationID)"]
            let mallory = try await chat.receive(chat.mail("<2@mail>", from: "mallory@example.com", answering: hers))
            #expect(mallory.customerID != ana.customerID && mallory.conversationID != ana.conversationID)
            // Her address, but nobody vouches for it.
            let forged = try await chat.receive(chat.mail("<3@mail>", .claimed, answering: hers))
            #expect(forged.customerID != ana.customerID && forged.conversationID != ana.conversationID)
            // Another company's.
            let other = TenantID.new()
            let stranger = try await chat.receive(chat.mail("<1@mail>", answering: hers, of: other))
            #expect(!stranger.isRepeat && stranger.customerID != ana.customerID && stranger.conversationID != ana.conversationID)
            #expect(try await chat.messages(ana.conversationID).count == 1)
        }
    }

    @Test func `under an address that is merely claimed is nobody's that we know, but for its own thread`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let first = try await chat.receive(chat.mail("<1@mail>", .claimed))
            let card = try await chat.ask(GetCustomer(principal: chat.principal(.agent), id: first.customerID))
            #expect(card.email == "ana@example.com" && card.emailProvenance == .claimed)
            #expect(try await chat.receive(chat.mail("<2@mail>", .claimed)).customerID != first.customerID)
            #expect(try await chat.receive(chat.mail("<3@mail>", .claimed, answering: ["<1@mail>"])).conversationID == first.conversationID)
            #expect(
                try await chat.receive(chat.mail("<4@mail>", from: "b@example.com", .claimed, answering: ["<1@mail>"])).customerID
                    != first.customerID)
            #expect(
                try await chat.receive(chat.mail("<5@mail>", answering: ["<1@mail>"])).customerID != first.customerID,
                "nor the address's owner's")
        }
    }

    @Test func `is a customer's whose card the company wrote it on, and staff who write there find who wrote`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let agent = chat.principal(.agent, "Bruno")
            func open(_ customer: NewCustomer) async throws -> CustomerID {
                try await chat.ask(OpenConversation(principal: agent, id: .new(), channel: .website, customer: customer)).session.customer
                    .id
            }
            let entered = try await open(NewCustomer(email: "Erik@example.com"))
            let mail = try await chat.receive(chat.mail("<1@mail>", from: "erik@example.com"))
            #expect(mail.customerID == entered)
            // A claim on a card is none.
            let visitor = chat.principal(.customer, "Mallory")
            _ = try await chat.ask(
                UpdateCustomer(principal: visitor, id: CustomerID(visitor.subject.uuid), email: "ana@example.com", phone: "+4791234567"))
            let ana = try await chat.receive(chat.mail("<2@mail>"))
            #expect(ana.customerID != CustomerID(visitor.subject.uuid))
            #expect(try await open(NewCustomer(email: "ANA@example.com")) == ana.customerID)
            let text = ReceiveInbound(
                principal: chat.principal(.service), channel: .sms, accountID: .new(), externalID: "SM1",
                contact: InboundContact(kind: .phone, value: "+4791234567", provenance: .verified), text: "Hello", sentAt: Timestamp.now())
            let texter = try await chat.receive(text).customerID
            #expect(texter != CustomerID(visitor.subject.uuid))
            #expect(try await open(NewCustomer(phone: "+4791234567")) == texter)
        }
    }

    @Test func `wakes what waited for it`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let received = try await chat.receive(chat.mail("<1@mail>"))
            _ = try await chat.ask(
                ChangeConversation(principal: chat.principal(.supervisor), id: received.conversationID, status: .resolved))
            try await chat.receive(chat.mail("<2@mail>"))
            let session = try await chat.ask(GetConversation(principal: chat.principal(.agent), id: received.conversationID))
            #expect(session.status == .waiting)
            #expect(
                try await chat.said(received.conversationID.uuid).suffix(2) == [
                    "chat.conversation-status-changed", "chat.conversation-waiting",
                ])
        }
    }

    @Test func `is refused of a blocked customer, and leaves nothing`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let mail = chat.mail("<1@mail>")
            let received = try await chat.receive(mail)
            _ = try await chat.ask(BlockCustomer(principal: chat.principal(.agent), customerID: received.customerID, reason: nil))
            let said = try await chat.said(received.conversationID.uuid)
            await #expect(throws: ChatError.customerBlocked) { try await chat.receive(chat.mail("<2@mail>")) }
            await #expect(throws: ChatError.customerBlocked) { try await chat.receive(chat.mail("<3@mail>", to: .new())) }
            #expect(try await chat.said(received.conversationID.uuid) == said)
            #expect(try await chat.count("inbound_messages") == 1)
            #expect(try await chat.count("conversations") == 1)
            #expect(try await chat.receive(mail).isRepeat, "what was stored before is still answered")
            _ = try await chat.ask(UnblockCustomer(principal: chat.principal(.agent), customerID: received.customerID))
            #expect(try await chat.receive(chat.mail("<2@mail>")).conversationID == received.conversationID)
        }
    }

    @Test func `has the time of its sender's clock, as far as that can be`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let before = Timestamp.now()
            var conversation: ConversationID?
            let offsets: [TimeInterval] = [-3_600, 400 * 86_400, -400 * 86_400]
            for (index, offset) in offsets.enumerated() {
                let mail = chat.mail("<\(index)@mail>")
                conversation = try await chat.receive(
                    ReceiveInbound(
                        principal: mail.principal, channel: .email, accountID: mail.accountID, externalID: mail.externalID,
                        contact: mail.contact,
                        text: mail.text, sentAt: before.addingTimeInterval(offset))
                ).conversationID
            }
            let after = Timestamp.now()
            let times = try await chat.messages(try #require(conversation)).map(\.sentAt)
            try #require(times.count == 3)
            #expect(abs(times[0].timeIntervalSince(before.addingTimeInterval(-3_600))) < 0.01)
            #expect(times[1] >= before && times[1] <= after)
            #expect(times[2] >= before.addingTimeInterval(-30 * 86_400) && times[2] <= after.addingTimeInterval(-30 * 86_400))
        }
    }

    @Test func `keeps its HTML for nobody's eyes until it is deleted`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let mail = chat.mail("<1@mail>")
            let received = try await chat.receive(
                ReceiveInbound(
                    principal: mail.principal, channel: .email, accountID: mail.accountID, externalID: "<1@mail>", contact: mail.contact,
                    text: mail.text, html: "<p>Where?</p>", sentAt: mail.sentAt))
            func html() async throws -> String? {
                let rows = try await chat.database.query(
                    .tenant(chat.tenant), "SELECT html FROM chat.communication_messages WHERE client_id = \(chat.tenant)")
                return try #require(rows.first)["html"]
            }
            #expect(try await html() == "<p>Where?</p>")
            _ = try await chat.ask(DeleteMessage(principal: chat.principal(.supervisor), id: received.messageID))
            #expect(try await html() == nil)
        }
    }

    @Test func `is nothing that anybody else brings`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            for role in [Role.customer, .viewer, .agent, .supervisor, .administrator] {
                let mail = chat.mail("<1@mail>")
                let asked = ReceiveInbound(
                    principal: chat.principal(role), channel: mail.channel, accountID: mail.accountID, externalID: mail.externalID,
                    contact: mail.contact, text: mail.text, sentAt: mail.sentAt)
                await #expect(throws: ChatError.roleMayNot(role: role.rawValue)) { try await chat.ask(asked) }
            }
            #expect(try await chat.count("customers") == 0)
        }
    }

    /// What is changed of a message that would be taken, and the field that is then refused.
    static let refusals: [(what: String, field: String, change: @Sendable (inout Draft) -> Void)] = [
        ("attachments", "attachments", { $0.attachments = [["id": "1"]] }), ("details", "details", { $0.details = ["segments": 2] }),
        ("the website", "channel", { $0.channel = .website }),
        ("a channel of tomorrow", "channel", { $0.channel = Channel(rawValue: "fax") }),
        ("no id", "external_id", { $0.externalID = "" }),
        ("a long id", "external_id", { $0.externalID = String(repeating: "a", count: 1_001) }),
        ("an id of lines", "external_id", { $0.externalID = "a\nb" }), ("an id with NUL", "external_id", { $0.externalID = "a\0b" }),
        ("many threads", "thread", { $0.thread = (0...50).map { "<\($0)@mail>" } }),
        ("a long thread", "thread[1]", { $0.thread = ["a", String(repeating: "a", count: 1_001)] }),
        ("no text", "text", { $0.text = " \n" }), ("a long text", "text", { $0.text = String(repeating: "é", count: 32_769) }),
        ("a stacked subject", "subject", { $0.subject = "a" + String(repeating: "\u{301}", count: 1_000) }),
        ("long HTML", "html", { $0.html = String(repeating: "a", count: 32_769) }),
        ("a long name", "contact.name", { $0.name = String(repeating: "a", count: 501) }),
        ("what staff entered", "contact.provenance", { $0.provenance = .entered }),
        ("a kind of tomorrow", "contact.kind", { $0.kind = InboundContact.Kind(rawValue: "pigeon") }),
        ("no address", "contact.value", { $0.value = "" }), ("half an address", "contact.value", { $0.value = "ana@" }),
        ("a long address", "contact.value", { $0.value = String(repeating: "a", count: 500) + "@example.com" }),
    ]

    /// A message whose parts can be changed.
    struct Draft: Sendable {
        var channel = Channel.email
        var externalID = "<1@mail>"
        var kind = InboundContact.Kind.email
        var value = "ana@example.com"
        var provenance = AddressProvenance.verified
        var name: String? = "Ana"
        var thread: [String] = []
        var subject: String?
        var text = "Hello"
        var html: String?
        var attachments: [JSONValue] = []
        var details: [String: JSONValue] = [:]

        func request(by principal: Principal, to account: AccountID) -> ReceiveInbound {
            ReceiveInbound(
                principal: principal, channel: channel, accountID: account, externalID: externalID,
                contact: InboundContact(kind: kind, value: value, provenance: provenance, name: name), thread: thread, subject: subject,
                text: text, html: html, attachments: attachments, sentAt: Timestamp.now(), details: details)
        }
    }

    @Test func `is refused by the name of the field that is wrong`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let adapter = chat.principal(.service)
            for refusal in Self.refusals {
                var draft = Draft()
                refusal.change(&draft)
                let error = await #expect(throws: ChatError.self, "\(refusal.what)") {
                    try await chat.ask(draft.request(by: adapter, to: chat.account))
                }
                #expect(error?.details["field"] == .string(refusal.field), "\(refusal.what)")
            }
            #expect(try await chat.count("customers") == 0)
            // The longest that is taken.
            var longest = Draft()
            longest.externalID = String(repeating: "a", count: 1_000)
            longest.thread = (0..<50).map { String(repeating: "b", count: 998) + "\($0 % 10)" }
            longest.text = String(repeating: "é", count: 32_768)
            longest.html = String(repeating: "<", count: 32_768)
            longest.subject = String(repeating: "é", count: 500)
            _ = try await chat.ask(longest.request(by: adapter, to: chat.account))
            #expect(try await chat.count("customers") == 1)
        }
    }

    @Test func `comes from a number in E.164 or from a handle of its channel`() async throws {
        try await AdapterFixture.run { (chat) async throws in
            let adapter = chat.principal(.service)
            func field(_ kind: InboundContact.Kind, _ value: String, _ channel: Channel) async throws -> String? {
                var draft = Draft()
                (draft.kind, draft.value, draft.channel, draft.externalID) = (kind, value, channel, "\(channel) \(value)")
                do {
                    _ = try await chat.ask(draft.request(by: adapter, to: chat.account))
                    return nil
                } catch let error as ChatError {
                    return error.details["field"]?.string
                }
            }
            for number in ["+4791234567", "+1234567", "+123456789012345"] {
                #expect(try await field(.phone, number, .sms) == nil, "\(number)")
            }
            for number in [
                "", "+", "91234567", "004791234567", "+0791234567", "+123456", "+1234567890123456", "+47 91234567", "+47\u{0669}1234567",
                "+479123456a",
            ] { #expect(try await field(.phone, number, .sms) == "contact.value", "\(number)") }
            for (handle, channel) in [("whatsapp:4791234567", Channel.whatsapp), ("facebook:24", .facebook), ("instagram:A_b", .instagram)]
            {
                #expect(try await field(.handle, handle, channel) == nil, "\(handle)")
            }
            for (handle, channel) in [
                ("facebook:24", Channel.instagram), ("facebook:", .facebook), ("24", .facebook), ("sms:24", .sms),
                ("facebook:2 4", .facebook),
                ("facebook:" + String(repeating: "2", count: 200), .facebook), ("website:24", .email),
            ] { #expect(try await field(.handle, handle, channel) == "contact.value", "\(handle)") }
        }
    }
}
