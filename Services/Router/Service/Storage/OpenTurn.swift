import Contracts
import Storage

/// A turn with the transaction that holds its lock: what the turn asks is read, and the turn goes on.
struct OpenTurn {
    /// Questions of one command. Draining asks most: some pages for each sector, and once for each team. More is a command that asks
    /// something else each time.
    private static let questionsMax = 100_000

    private(set) var turn: QueueTurn
    /// Rows of agents that were read.
    let agentRowsRead: Int
    private let transaction: Transaction
    /// No other tenant's turn is in the transaction, so its tenant stays in scope.
    private let isAlone: Bool
    /// Changes of teams that are written already: before anything more is read, or it would not be seen.
    private var rosterChangesWritten = 0

    init(_ basis: TurnBasis, agentRowsRead: Int, isAlone: Bool, in transaction: Transaction) {
        turn = QueueTurn(basis)
        self.agentRowsRead = agentRowsRead
        self.isAlone = isAlone
        self.transaction = transaction
    }

    /// Runs the command, from its beginning each time it had to ask: until then it has changed nothing.
    mutating func perform<Result>(_ command: (inout QueueTurn) throws -> Result) throws -> Result {
        for _ in 0..<Self.questionsMax {
            do {
                return try command(&turn)
            } catch let unanswered as Unanswered {
                try answer(unanswered.question)
            }
        }
        throw RoutingTrouble.asksWithoutEnd
    }

    private mutating func answer(_ question: TurnQuestion) throws {
        try writeRoster()
        let reader = TurnReader(tenant: turn.tenant, now: turn.now, isInScope: isAlone, transaction: transaction)
        turn.learn(try reader.answer(to: question), to: question)
    }

    /// Drains, and ends the turn.
    mutating func finish() throws -> TurnWriter {
        try perform { try $0.drain() }
        try writeRoster()
        return TurnWriter(tenant: turn.tenant, now: turn.now, changes: try turn.settle())
    }

    private mutating func writeRoster() throws {
        let teams = TeamRepository(tenant: turn.tenant, transaction: transaction)
        for change in turn.changes.roster.dropFirst(rosterChangesWritten) { try teams.make(change) }
        rosterChangesWritten = turn.changes.roster.count
    }
}
