/// A draft policy tried on a past period, beside what happened.
package struct RoutingSimulation: Codable, Sendable, Equatable {
    package let id: SimulationID
    /// `running`, `done` or `failed`.
    package let status: String
    /// 0 to 1.
    package let progress: Double
    /// Nil until it is done.
    package let actual: SimulationFigures?
    package let draft: SimulationFigures?
    /// Conversations that would have gone to somebody else.
    package let differing: Int
    /// A sentence, if it failed.
    package let failure: String?

    package init(
        id: SimulationID, status: String, progress: Double, actual: SimulationFigures?, draft: SimulationFigures?, differing: Int,
        failure: String?
    ) {
        self.id = id
        self.status = status
        self.progress = progress
        self.actual = actual
        self.draft = draft
        self.differing = differing
        self.failure = failure
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(status, forKey: .status)
        try container.encode(progress, forKey: .progress)
        try container.encode(actual, forKey: .actual)
        try container.encode(draft, forKey: .draft)
        try container.encode(differing, forKey: .differing)
        try container.encode(failure, forKey: .failure)
    }

    private enum CodingKeys: String, CodingKey {
        case id, status, progress, actual, draft, differing, failure
    }
}

extension RoutingSimulation: Described {
    package static let meaning = Meaning(
        "Simulation", .answer, "A draft policy tried on a past period, beside what happened. Kept for seven days.",
        fields: [
            Field("id", "The simulation."),
            Field("status", "How it stands.", .words(["running", "done", "failed"])),
            Field("progress", "0 to 1.", .range(0, 1)),
            Field("actual", "What happened; null until it is done."),
            Field("draft", "What would have happened; null until it is done."),
            Field("differing", "Conversations that would have gone to somebody else.", .from(0)),
            Field("failure", "A sentence, if it failed."),
        ])
}
