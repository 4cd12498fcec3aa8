import Contracts

/// Which members would help more in another team of their sector. Pure.
package enum TeamBalance {
    /// Suggestions at most: a person decides on each.
    package static let movesMax = 20
    /// Differences in use below this are chance. Use is demand by capacity.
    package static let gapMin = 0.25

    package struct Hand: Sendable, Equatable {
        package let member: TeamMember
        /// Of the agents that work for the member.
        package let capacity: Int
        package let load: Int

        package init(member: TeamMember, capacity: Int, load: Int) {
            self.member = member
            self.capacity = capacity
            self.load = load
        }
    }

    package struct Side: Sendable, Equatable {
        package let id: TeamID
        package let name: String
        package let sector: String
        /// Weight of what waits for the team.
        package var waiting: Int
        package var members: [Hand]

        package init(id: TeamID, name: String, sector: String, waiting: Int, members: [Hand]) {
            self.id = id
            self.name = name
            self.sector = sector
            self.waiting = waiting
            self.members = members
        }

        var capacity: Int { members.reduce(0) { $0 + $1.capacity } }
        var demand: Int { members.reduce(waiting) { $0 + $1.load } }
        /// A team that nobody can work for is as busy as can be as soon as something waits.
        var use: Double { capacity > 0 ? Double(demand) / Double(capacity) : demand > 0 ? .infinity : 0 }
    }

    /// One after the other, each as if those before had been made: from the least used team to the most used one of the sector, the
    /// member with the most free capacity, as long as the teams come closer. Nobody moves twice, and no team loses its last hand.
    package static func moves(_ sides: [Side]) -> [TeamMove] {
        var moves: [TeamMove] = []
        for sector in Set(sides.map(\.sector)).sorted() {
            var teams = sides.filter { $0.sector == sector }.sorted { $0.id < $1.id }
            var moved: Set<TeamMemberID> = []
            while moves.count < movesMax, let move = nextMove(&teams, &moved) { moves.append(move) }
        }
        return moves
    }

    private static func nextMove(_ teams: inout [Side], _ moved: inout Set<TeamMemberID>) -> TeamMove? {
        guard let to = teams.indices.max(by: { teams[$0].use < teams[$1].use }) else { return nil }
        for from in teams.indices.sorted(by: { teams[$0].use < teams[$1].use }) {
            let gap = teams[to].use - teams[from].use
            guard from != to, gap >= gapMin else { continue }
            guard teams[from].members.count(where: { $0.capacity > 0 }) > 1 else { continue }
            let present = Set(teams[to].members.map(\.member.user.id))
            let hands = teams[from].members.filter {
                $0.capacity > $0.load && !moved.contains($0.member.id) && !present.contains($0.member.user.id)
            }
            guard
                let hand = hands.max(by: {
                    ($0.capacity - $0.load, $1.member.id.description) < ($1.capacity - $1.load, $0.member.id.description)
                })
            else { continue }
            // What the member holds stays where it is.
            let taken = Hand(member: hand.member, capacity: hand.capacity - hand.load, load: 0)
            var (source, target) = (teams[from], teams[to])
            source.members.removeAll { $0.member.id == hand.member.id }
            source.waiting += hand.load
            target.members.append(taken)
            guard abs(target.use - source.use) < gap || gap == .infinity, source.use <= target.use || source.use < 1 else { continue }
            let move = TeamMove(
                member: hand.member, from: load(teams[from], after: source), to: load(teams[to], after: target))
            (teams[from], teams[to]) = (source, target)
            moved.insert(hand.member.id)
            return move
        }
        return nil
    }

    private static func load(_ side: Side, after: Side) -> TeamLoad {
        TeamLoad(
            teamID: side.id, name: side.name, capacity: side.capacity, demand: side.demand, demandAfter: after.demand,
            capacityAfter: after.capacity)
    }
}
