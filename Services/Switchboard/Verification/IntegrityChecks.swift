import Contracts

/// What `switchboard verify` looks at, in this order.
enum IntegrityChecks {
    static var all: [any IntegrityCheck] {
        let services = SuiteService.withSchema.map(\.name)
        return [RowSecurityCheck()] + services.map(LogCheck.init) + services.map(CursorCheck.init) + services.map(ParkedCheck.init)
            + [ConversationChainCheck(), MessageEventCheck(), LedgerCheck(), AssignmentMirrorCheck()]
    }
}
