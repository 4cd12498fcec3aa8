import Contracts
import Foundation
import Testing

@testable import RouterService

@Suite struct `A waiting conversation` {
    @Test func `gets an agent who has room, in the transaction that hears of it`() async throws {
        let stage = try await RouterStage.make()
        let ana = try await stage.agent("Ana")
        let conversation = ConversationID.new()
        try await stage.hear(stage.waiting(conversation))

        let said = try await stage.said(ConversationAssigned.self)
        #expect(said.map(\.assignment.sessionID) == [conversation])
        #expect(said.first?.assignment.agent == AgentSummary(id: ana, name: "Ana"))
        #expect(said.first?.assignment.number == 1)
        #expect(said.first?.assignment.reason == "routed")
        #expect(try await stage.item(conversation)?.status == .assigned)
        #expect(try await stage.load(ana) == 1)
        let decisions = try await stage.reader.decisions(about: conversation, of: stage.tenant, limit: 10, before: nil)
        #expect(decisions.map(\.outcome) == ["assigned"])
        #expect(decisions.first?.id == said.first?.assignment.decisionID)
        #expect(decisions.first?.chosenAgentID == ana)
    }
}
