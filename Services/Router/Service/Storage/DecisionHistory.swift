import Contracts
import Foundation
import Storage

/// Past decisions, made again one page after the other, for whoever may read every tenant's rows and change none.
package struct DecisionHistory: Sendable {
    /// Which decisions.
    package struct Period: Sendable {
        /// Nil: everybody's.
        package var tenant: TenantID?
        /// From this time on; nil: from the first.
        package var from: Date?
        /// Before this time; nil: to the last.
        package var to: Date?
        package var conversation: ConversationID?

        package init(tenant: TenantID? = nil, from: Date? = nil, to: Date? = nil, conversation: ConversationID? = nil) {
            self.tenant = tenant
            self.from = from
            self.to = to
            self.conversation = conversation
        }
    }

    /// A decision that does not come out as it is kept.
    package struct Difference: Sendable, Encodable, Equatable {
        package let tenant: TenantID
        package let decision: DecisionID
        package let conversation: ConversationID
        package let at: Date
        package let details: [String]

        private enum CodingKeys: String, CodingKey {
            case decision, conversation, at, details
            case tenant = "client_id"
        }
    }

    package struct Result: Sendable, Equatable {
        /// Made again.
        package var examined = 0
        /// Not made again: from before the work was kept, or by another formula than this program's.
        package var skipped = 0
        /// How many came out otherwise.
        package var differing = 0
        /// Of those, the first ``DecisionHistory/differencesMax``.
        package var differences: [Difference] = []

        package init() {}
    }

    /// Decisions read at once: with 200 candidates each, some 8 MB.
    static let pageSize = 100
    /// Differences described; more are counted only. Where so many differ, the reason is one.
    package static let differencesMax = 1000

    let database: Database

    /// - Parameter database: as a role that sees every tenant's rows, such as `switchboard_verify`.
    package init(_ database: Database) {
        self.database = database
    }

    package func count(_ period: Period) async throws -> Int {
        try await database.query(.none, "SELECT count(*) AS count FROM router.decisions WHERE \(Self.condition(period))")[0]["count"]
    }

    /// - Parameter progress: told after each page how many were read so far.
    package func replay(_ period: Period, progress: (Int) -> Void = { _ in }) async throws -> Result {
        var result = Result()
        let tenants: [TenantID] =
            if let tenant = period.tenant {
                [tenant]
            } else {
                try await database.query(.none, "SELECT client_id FROM router.tenant_queues ORDER BY client_id").map {
                    try $0["client_id"]
                }
            }
        for tenant in tenants {
            var period = period
            period.tenant = tenant
            try await replay(period, of: tenant, into: &result, progress: progress)
        }
        return result
    }

    private func replay(_ period: Period, of tenant: TenantID, into result: inout Result, progress: (Int) -> Void) async throws {
        var policies: [Int: RoutingSettings] = [0: .standard]
        var last: (at: Date, id: DecisionID)?
        while true {
            try Task.checkCancellation()
            let position: SQL = last.map { " AND (at, id) > (\($0.at), \($0.id))" } ?? ""
            let rows = try await database.query(
                .none,
                """
                SELECT \(Decision.columns) FROM router.decisions
                 WHERE \(Self.condition(period))\(position)
                 ORDER BY at, id LIMIT \(Self.pageSize)
                """)
            for row in rows {
                let decision: Decision
                do {
                    decision = try Decision(row)
                } catch {
                    result.examined += 1
                    note(
                        Difference(
                            tenant: tenant, decision: try row["id"], conversation: try row["conversation_id"], at: try row["at"],
                            details: ["cannot be read: \(error)"]), in: &result)
                    continue
                }
                guard DecisionReplay.isPossible(decision) else {
                    result.skipped += 1
                    continue
                }
                result.examined += 1
                var details: [String]
                if policies[decision.policyVersion] == nil {
                    policies[decision.policyVersion] = try await settings(decision.policyVersion, of: tenant)
                }
                if let settings = policies[decision.policyVersion] {
                    details = DecisionReplay(settings: settings).differences(from: decision)
                } else {
                    details = ["policy \(decision.policyVersion) is not kept"]
                }
                guard !details.isEmpty else { continue }
                note(
                    Difference(
                        tenant: tenant, decision: decision.id, conversation: decision.sessionID, at: decision.at, details: details),
                    in: &result)
            }
            progress(result.examined + result.skipped)
            guard rows.count == Self.pageSize, let row = rows.last else { return }
            last = (try row["at"], try row["id"])
        }
    }

    private func note(_ difference: Difference, in result: inout Result) {
        result.differing += 1
        if result.differences.count < Self.differencesMax { result.differences.append(difference) }
    }

    private func settings(_ version: Int, of tenant: TenantID) async throws -> RoutingSettings? {
        try await database.query(
            .none, "SELECT settings FROM router.policies WHERE client_id = \(tenant) AND version = \(version)"
        ).first.map { try StoredPolicy.settings($0, version: version) }
    }

    private static func condition(_ period: Period) -> SQL {
        var condition: SQL = "true"
        if let tenant = period.tenant { condition = condition + " AND client_id = \(tenant)" }
        if let from = period.from { condition = condition + " AND at >= \(from)" }
        if let to = period.to { condition = condition + " AND at < \(to)" }
        if let conversation = period.conversation { condition = condition + " AND conversation_id = \(conversation)" }
        return condition
    }
}
