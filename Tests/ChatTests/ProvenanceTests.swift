import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `A customer's address` {
    private func card(_ chat: ChatFixture, _ id: CustomerID) async throws -> CustomerCard {
        try await chat.ask(GetCustomer(principal: chat.agent(), id: id))
    }

    /// As staff who write to somebody: the customer of the conversation.
    private func open(_ chat: ChatFixture, _ customer: NewCustomer) async throws -> CustomerID {
        try await chat.ask(OpenConversation(principal: chat.agent(), id: .new(), channel: .website, customer: customer)).session.customer.id
    }

    @Test func `that a visitor claims brings them nothing that is written to it`() async throws {
        try await ChatFixture.run { chat in
            let mallory = chat.customer("Mallory")
            let hers = try await chat.conversation(of: mallory)
            _ = try await chat.ask(
                UpdateCustomer(principal: mallory, id: hers.customer.id, email: "victim@example.com", phone: "+4791234567"))
            let claimed = try await card(chat, hers.customer.id)
            #expect(claimed.email == "victim@example.com" && claimed.emailProvenance == .claimed && claimed.phoneProvenance == .claimed)
            let byEmail = try await open(chat, NewCustomer(name: "The victim", email: "Victim@example.com"))
            let byPhone = try await open(chat, NewCustomer(name: "The victim", phone: "+4791234567"))
            #expect(byEmail != hers.customer.id && byPhone != hers.customer.id)
            #expect(try await card(chat, byEmail).emailProvenance == .entered)
        }
    }

    @Test func `that the company entered, or a website signed, finds its customer again`() async throws {
        try await ChatFixture.run { chat in
            let entered = try await open(chat, NewCustomer(email: "erik@example.com", phone: "+4790000000"))
            #expect(try await open(chat, NewCustomer(email: "ERIK@example.com")) == entered)
            #expect(try await open(chat, NewCustomer(phone: "+4790000000")) == entered)
            let dora = chat.customer("Dora")
            let id = CustomerID(dora.subject.uuid)
            _ = try await chat.ask(UpdateCustomer(principal: dora, id: id, email: "dora@example.com", provenance: .verified))
            #expect(try await card(chat, id).emailProvenance == .verified)
            #expect(try await open(chat, NewCustomer(email: "dora@example.com")) == id)
        }
    }

    @Test func `is confirmed by whoever of the company writes it again`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            _ = try await chat.ask(UpdateCustomer(principal: ana, id: session.customer.id, email: "ana@example.com"))
            let confirmed = try await chat.ask(UpdateCustomer(principal: chat.agent(), id: session.customer.id, email: "ana@example.com"))
            #expect(confirmed.emailProvenance == .entered)
            #expect(try await open(chat, NewCustomer(email: "ana@example.com")) == session.customer.id)
        }
    }

    @Test(arguments: [AddressProvenance.entered, .verified]) func `that is better known is not replaced by a claim, nor removed`(
        known: AddressProvenance
    ) async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let id = CustomerID(ana.subject.uuid)
            _ = try await chat.conversation(of: ana)
            let keeper = known == .entered ? chat.agent() : ana
            _ = try await chat.ask(UpdateCustomer(principal: keeper, id: id, email: "ana@example.com", provenance: known))
            for claim in ["mallory@example.com", ""] {
                let card = try await chat.ask(UpdateCustomer(principal: ana, id: id, name: "Ana B.", email: claim))
                #expect(card.email == "ana@example.com" && card.emailProvenance == known)
                #expect(card.name == "Ana B.", "the rest is taken")
            }
            // What the website says does not undo what the company's people wrote; it may say the same.
            let signed = try await chat.ask(UpdateCustomer(principal: ana, id: id, email: "new@example.com", provenance: .verified))
            #expect(signed.email == (known == .entered ? "ana@example.com" : "new@example.com"))
        }
    }

    @Test func `that is taken away leaves nothing of how it was known`() async throws {
        try await ChatFixture.run { chat in
            let id = try await open(chat, NewCustomer(email: "erik@example.com"))
            let card = try await chat.ask(UpdateCustomer(principal: chat.agent(), id: id, email: ""))
            #expect(card.email == nil && card.emailProvenance == nil)
        }
    }

    @Test func `is said to colleagues once for each change, with how it is known`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            for _ in 1...2 { _ = try await chat.ask(UpdateCustomer(principal: ana, id: session.customer.id, email: "ana@example.com")) }
            #expect(try await chat.said(session.customer.id.uuid) == ["chat.customer-changed"])
            let rows = try await chat.database.query(
                .none, "SELECT payload FROM chat.outbox WHERE key = \(session.customer.id.uuid)")
            let event = try JSON.decode(CustomerChanged.self, from: try #require(rows.first)["payload"] as [UInt8])
            #expect(event.email == "ana@example.com" && event.emailProvenance == .claimed)
        }
    }
}
