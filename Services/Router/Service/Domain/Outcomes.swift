import Contracts

/// How often what an agent held in one topic ended well, and how often it was handed on.
package struct Outcomes: Sendable, Hashable {
    /// How many outcomes the seed counts as: after this many real ones, those weigh as much as the agent's general success rate.
    package static let seedWeight = 2.0
    /// Topics remembered of one agent; what would be one more is not counted. The channels of a sector or two, and capabilities.
    package static let topicsMax = 40

    package var succeeded: Int
    package var failed: Int

    package init(succeeded: Int = 0, failed: Int = 0) {
        self.succeeded = succeeded
        self.failed = failed
    }

    /// Whether an assignment that ended so was a success; nil: its end says nothing about the agent.
    package static func succeeded(_ reason: String) -> Bool? {
        switch reason {
        case "resolved", "closed": true
        case "returned", "transferred": false
        default: nil
        }
    }

    /// The mean of Beta(seed·2 + succeeded, (1 − seed)·2 + failed).
    package func expectedSuccess(seed: Double) -> Double {
        (Double(succeeded) + Self.seedWeight * seed) / (Double(succeeded) + Double(failed) + Self.seedWeight)
    }
}

/// What outcomes are counted by.
package enum RoutingTopic {
    package static func of(_ channel: Channel, in sector: String) -> String { "\(sector)/\(channel.rawValue)" }
    package static func capability(_ name: String) -> String { "capability/\(name)" }
}

extension RoutingSettings {
    /// Decisions look at outcomes.
    package var learns: Bool { learnedWeight > 0 || measuresCapabilities }
}

extension [String: Outcomes] {
    package mutating func note(_ succeeded: Bool, on topics: [String]) {
        for topic in topics where self[topic] != nil || count < Outcomes.topicsMax {
            if succeeded { self[topic, default: Outcomes()].succeeded += 1 } else { self[topic, default: Outcomes()].failed += 1 }
        }
    }

    /// `{"general/website": [succeeded, failed]}`
    package var json: JSONValue {
        .object(mapValues { .array([.integer(Int64($0.succeeded)), .integer(Int64($0.failed))]) })
    }
}

extension Outcomes {
    /// - Throws: ``InputUnreadable`` if it is not what ``Swift/Dictionary/json`` writes.
    package static func byTopic(_ value: JSONValue) throws(InputUnreadable) -> [String: Outcomes] {
        guard case .object(let members) = value else { throw InputUnreadable(member: "outcomes") }
        var outcomes: [String: Outcomes] = [:]
        for (topic, counts) in members {
            guard case .array(let counts) = counts, counts.count == 2, let succeeded = counts[0].integer, let failed = counts[1].integer,
                succeeded >= 0, failed >= 0
            else { throw InputUnreadable(member: "outcomes") }
            outcomes[topic] = Outcomes(succeeded: Int(succeeded), failed: Int(failed))
        }
        return outcomes
    }
}
