import Contracts

/// A candidate that a decision keeps: with the terms of its score, or why it was refused.
package struct KeptCandidate: Sendable, Equatable {
    package let candidate: Candidate
    package let terms: ScoreTerms?
    package let refusal: RefusalReason?

    init(_ candidate: Candidate, terms: ScoreTerms) {
        self.candidate = candidate
        self.terms = terms
        refusal = nil
    }

    init(_ candidate: Candidate, refusal: RefusalReason) {
        self.candidate = candidate
        terms = nil
        self.refusal = refusal
    }

    package var record: CandidateRecord {
        CandidateRecord(
            agentID: candidate.id, name: candidate.name, inputs: candidate.inputs, terms: terms, refusal: refusal?.rawValue)
    }
}

extension KeptCandidate: DirectlyWritten {
    /// As ``record`` is encoded.
    package func write(to json: inout JSONText) {
        json.raw("{\"agent_id\":")
        json.id(candidate.id)
        json.raw(",\"name\":")
        json.string(candidate.name)
        json.raw(",\"inputs\":")
        json.value(candidate.inputs)
        json.raw(",\"terms\":")
        if let terms {
            json.value(
                [
                    "success_rate": .number(terms.successRate), "priority": .number(terms.priority), "load": .number(terms.load),
                    "handling_time": .number(terms.handlingTime), "capabilities": .number(terms.capabilities),
                    "learned": .number(terms.learned), "total": .number(terms.total),
                ])
        } else {
            json.raw("null")
        }
        json.raw(",\"refusal\":")
        json.string(refusal?.rawValue)
        json.raw("}")
    }

    /// A JSON array.
    package static func text(_ candidates: [KeptCandidate]) -> String {
        var json = JSONText(capacity: 512 * candidates.count + 2)
        json.raw("[")
        for (index, candidate) in candidates.enumerated() {
            if index > 0 { json.raw(",") }
            candidate.write(to: &json)
        }
        json.raw("]")
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
