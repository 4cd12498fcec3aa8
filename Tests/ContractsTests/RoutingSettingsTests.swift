import Contracts
import Testing

@Suite struct `Settings of routing` {
    struct Case: Sendable, CustomTestStringConvertible {
        let field: String
        let settings: RoutingSettings
        var testDescription: String { field }

        init(_ field: String, _ change: (inout RoutingSettings) -> Void) {
            self.field = field
            var settings = RoutingSettings.standard
            change(&settings)
            self.settings = settings
        }
    }

    @Test func `are right as they come`() {
        #expect(RoutingSettings.standard.problem == nil)
        #expect(
            RoutingSettings(
                weights: ScoreWeights(success: 33.3, priority: 33.3, load: 33.3, handlingTime: 0.1, capability: 20),
                channelWeights: ["phone": 10, "website": 1], offerTimeoutSeconds: 5, preferredWaitSeconds: 86_400,
                relaxation: [
                    RelaxationStep(afterSeconds: 0, levelsBelowMax: 1), RelaxationStep(afterSeconds: 60, lackingMax: 1, levelsBelowMax: 1),
                ],
                offlineGraceSeconds: 0, learnedWeight: 20, measuresCapabilities: true
            ).problem == nil)
    }

    @Test(arguments: [
        Case("weights.success") { $0.weights.success = 41 },
        Case("weights.success") { $0.weights.success = .nan },
        Case("weights.priority") { $0.weights.priority = .infinity },
        Case("weights.load") { $0.weights.load = -20 },
        Case("weights.handling_time") { $0.weights.handlingTime = -.infinity },
        Case("weights.capability") { $0.weights.capability = 20.1 },
        Case("weights.capability") { $0.weights.capability = .nan },
        Case("weights.success") { $0.weights.load += 1e-6 },
        Case("channel_weights.pigeon") { $0.channelWeights = ["website": 1, "pigeon": 1] },
        Case("channel_weights.phone") { $0.channelWeights = ["phone": 0] },
        Case("channel_weights.phone") { $0.channelWeights = ["phone": 11] },
        Case("offer_timeout_seconds") { $0.offerTimeoutSeconds = 4 },
        Case("offer_timeout_seconds") { $0.offerTimeoutSeconds = 601 },
        Case("preferred_wait_seconds") { $0.preferredWaitSeconds = -1 },
        Case("offline_grace_seconds") { $0.offlineGraceSeconds = 86_401 },
        Case("relaxation") { $0.relaxation = (0...10).map { RelaxationStep(afterSeconds: $0) } },
        Case("relaxation[0].after_seconds") { $0.relaxation = [RelaxationStep(afterSeconds: -1)] },
        Case("relaxation[1].after_seconds") { $0.relaxation = [RelaxationStep(afterSeconds: 5), RelaxationStep(afterSeconds: 5)] },
        Case("relaxation[0].levels_below_max") { $0.relaxation = [RelaxationStep(afterSeconds: 1, levelsBelowMax: 5)] },
        Case("relaxation[1].lacking_max") {
            $0.relaxation = [RelaxationStep(afterSeconds: 1, lackingMax: 2), RelaxationStep(afterSeconds: 2, lackingMax: 1)]
        },
        Case("learned_weight") { $0.learnedWeight = 20.5 },
        Case("learned_weight") { $0.learnedWeight = .nan },
    ])
    func `name what is wrong with them`(of example: Case) {
        #expect(example.settings.problem?.field == example.field)
        #expect(example.settings.problem?.detail.isEmpty == false)
    }

    @Test func `come back from JSON as they were, and with defaults for what is left out`() throws {
        let settings = RoutingSettings(
            channelWeights: ["phone": 3], relaxation: [RelaxationStep(afterSeconds: 30, lackingMax: 1)], learnedWeight: 7)
        #expect(try JSON.decode(RoutingSettings.self, from: JSON.encode(settings)) == settings)
        #expect(try JSON.decode(RoutingSettings.self, from: Array("{}".utf8)) == .standard)
    }
}
