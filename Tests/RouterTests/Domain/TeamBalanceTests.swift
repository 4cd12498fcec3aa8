import Contracts
import Foundation
import RouterService
import Testing

@Suite struct `Moves between teams` {
    private func side(_ name: String, sector: String = "general", waiting: Int = 0, _ hands: (capacity: Int, load: Int)...)
        -> TeamBalance.Side
    {
        let id = TeamID.new()
        return TeamBalance.Side(
            id: id, name: name, sector: sector, waiting: waiting,
            members: hands.map { hand in
                TeamBalance.Hand(
                    member: TeamMember(
                        id: .new(), teamID: id, user: AgentSummary(id: .new(), name: "Somebody"), role: "member", active: true,
                        assignments: [], joinedAt: Date(timeIntervalSince1970: 0)),
                    capacity: hand.capacity, load: hand.load)
            })
    }

    @Test func `go from the least used team to the most used one, the freest member first`() throws {
        let idle = side("Idle", (5, 0), (5, 4), (5, 1))
        let busy = side("Busy", waiting: 6, (5, 5))
        let moves = TeamBalance.moves([idle, busy])
        let first = try #require(moves.first)
        #expect(first.member.id == idle.members[0].member.id)
        #expect((first.from.name, first.to.name) == ("Idle", "Busy"))
        #expect((first.from.capacity, first.from.demand, first.from.capacityAfter, first.from.demandAfter) == (15, 5, 10, 5))
        #expect((first.to.capacity, first.to.demand, first.to.capacityAfter, first.to.demandAfter) == (5, 11, 10, 11))
        #expect(Set(moves.map(\.member.id)).count == moves.count, "nobody moves twice")
    }

    @Test func `are none between sectors, between teams alike, or from a team that would have nobody left`() {
        #expect(TeamBalance.moves([side("A", (5, 0), (5, 0)), side("B", waiting: 9, (5, 5))]).count == 1, "there is something to move")
        #expect(TeamBalance.moves([side("A", sector: "sales", (5, 0), (5, 0)), side("B", waiting: 9, (5, 5))]).isEmpty)
        #expect(TeamBalance.moves([side("A", (5, 2), (5, 2)), side("B", (5, 3), (5, 2))]).isEmpty)
        #expect(TeamBalance.moves([side("A", (5, 0)), side("B", waiting: 9, (5, 5))]).isEmpty)
        #expect(TeamBalance.moves([]).isEmpty)
    }
}
