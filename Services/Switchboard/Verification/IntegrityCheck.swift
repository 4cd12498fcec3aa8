import Storage

/// Something that must be true of the data at any moment, whatever was killed.
package protocol IntegrityCheck: Sendable {
    /// What is compared with what, as the operator reads it.
    var name: String { get }
    /// Reads as the role that sees every tenant's rows and may change nothing.
    func run(_ database: Database) async throws -> IntegrityResult
}

package struct IntegrityResult: Sendable {
    /// How many rows, conversations or partitions were looked at; a check that looked at none proves nothing.
    package var examined: Int
    package var findings: [IntegrityFinding]

    package init(examined: Int, findings: [IntegrityFinding] = []) {
        self.examined = examined
        self.findings = findings
    }
}

package struct IntegrityFinding: Encodable, Sendable, Equatable {
    /// Where: a table's row, a conversation's id, a partition.
    package let place: String
    /// What is there, and what should be.
    package let detail: String

    package init(place: String, detail: String) {
        self.place = place
        self.detail = detail
    }
}
