/// What settings may be. Whoever stores or tries settings asks for ``problem`` first.
extension RoutingSettings {
    /// How far the four weights may be from adding up to ``ScoreWeights/sum``: what sums of decimal fractions are off by, and no more.
    package static let sumTolerance = 1e-9
    /// Points for each matched capability; more than that, and ten of them, would count twice as much as everything else.
    package static let capabilityRange = 0.0...20
    /// What the learned recommendation may add at most: no more than the load, so that it cannot send everything to one agent.
    package static let learnedRange = 0.0...20
    /// Capacity that one conversation may take.
    package static let channelWeightRange = 1...10
    /// Less than five seconds nobody can answer within; a customer is not to wait ten minutes for somebody who is not there.
    package static let offerTimeoutRange = 5...600
    /// A day: what waits longer has other troubles.
    package static let waitingRange = 0...86_400
    package static let relaxationMax = 10
    /// As many as a conversation may require.
    package static let lackingRange = 0...100
    /// Levels are 1 to 5.
    package static let levelsBelowRange = 0...4

    /// The first thing that is wrong, or nil. Fields are named as in JSON, from the settings on.
    package var problem: FieldProblem? {
        weights.problem?.inside("weights") ?? channelProblem ?? timesProblem ?? relaxationProblem
            ?? Self.problem(learnedWeight, "learned_weight", Self.learnedRange)
    }

    private var channelProblem: FieldProblem? {
        for (name, weight) in channelWeights.sorted(by: { $0.key < $1.key }) {
            guard Channel.allCases.contains(where: { $0.rawValue == name }) else {
                return FieldProblem(
                    field: "channel_weights.\(TextRule.label.cut(name))",
                    detail: "is no channel; there are \(Channel.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            if let problem = Self.problem(weight, "channel_weights.\(name)", Self.channelWeightRange) { return problem }
        }
        return nil
    }

    private var timesProblem: FieldProblem? {
        offerTimeoutSeconds.flatMap { Self.problem($0, "offer_timeout_seconds", Self.offerTimeoutRange) }
            ?? Self.problem(preferredWaitSeconds, "preferred_wait_seconds", Self.waitingRange)
            ?? priorityFallbackSeconds.flatMap { Self.problem($0, "priority_fallback_seconds", Self.waitingRange) }
            ?? offlineGraceSeconds.flatMap { Self.problem($0, "offline_grace_seconds", Self.waitingRange) }
    }

    /// Steps ascend in time and never ask for more again.
    private var relaxationProblem: FieldProblem? {
        guard relaxation.count <= Self.relaxationMax else {
            return FieldProblem(field: "relaxation", detail: "has \(relaxation.count) steps, more than \(Self.relaxationMax)")
        }
        var before: RelaxationStep?
        for (index, step) in relaxation.enumerated() {
            let place = "relaxation[\(index)]"
            if let problem = Self.problem(step.afterSeconds, "\(place).after_seconds", Self.waitingRange)
                ?? Self.problem(step.lackingMax, "\(place).lacking_max", Self.lackingRange)
                ?? Self.problem(step.levelsBelowMax, "\(place).levels_below_max", Self.levelsBelowRange)
            {
                return problem
            }
            if let before {
                guard step.afterSeconds > before.afterSeconds else {
                    return FieldProblem(field: "\(place).after_seconds", detail: "is not later than the step before")
                }
                guard step.lackingMax >= before.lackingMax else {
                    return FieldProblem(field: "\(place).lacking_max", detail: "is less than in the step before")
                }
                guard step.levelsBelowMax >= before.levelsBelowMax else {
                    return FieldProblem(field: "\(place).levels_below_max", detail: "is less than in the step before")
                }
            }
            before = step
        }
        return nil
    }

    private static func problem(_ value: Int, _ field: String, _ range: ClosedRange<Int>) -> FieldProblem? {
        range.contains(value)
            ? nil : FieldProblem(field: field, detail: "is \(value), which is not between \(range.lowerBound) and \(range.upperBound)")
    }

    static func problem(_ value: Double, _ field: String, _ range: ClosedRange<Double>) -> FieldProblem? {
        guard value.isFinite else { return FieldProblem(field: field, detail: "is not a finite number") }
        return range.contains(value)
            ? nil : FieldProblem(field: field, detail: "is \(value), which is not between \(range.lowerBound) and \(range.upperBound)")
    }
}

extension ScoreWeights {
    /// The first thing that is wrong, or nil.
    package var problem: FieldProblem? {
        let parts = [("success", success), ("priority", priority), ("load", load), ("handling_time", handlingTime)]
        for (field, value) in parts {
            if let problem = RoutingSettings.problem(value, field, 0...Self.sum) { return problem }
        }
        if let problem = RoutingSettings.problem(capability, "capability", RoutingSettings.capabilityRange) { return problem }
        let sum = parts.reduce(0) { $0 + $1.1 }
        guard abs(sum - Self.sum) <= RoutingSettings.sumTolerance else {
            return FieldProblem(
                field: "success", detail: "and priority, load and handling_time add up to \(sum) and not to \(Self.sum)")
        }
        return nil
    }
}
