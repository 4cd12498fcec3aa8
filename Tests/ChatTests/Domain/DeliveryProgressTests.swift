import ChatService
import Contracts
import Testing

@Suite struct `How far a message has come` {
    /// Written once more, as contracts §13 says it: which reports a state takes.
    static let taken: [MessageState: Set<MessageState>] = [
        .queued: [.sent, .delivered, .read, .failed, .unknown], .sent: [.delivered, .read, .failed], .delivered: [.read], .read: [],
        .failed: [], .unknown: [.queued, .sent, .delivered, .read, .failed],
    ]

    struct Report: Hashable {
        let state: MessageState
        let attempt: Int
    }

    static let reports = DeliveryProgress.states.flatMap { state in [1, 2].map { Report(state: state, attempt: $0) } }

    private func progress(_ state: MessageState, attempt: Int = 2) -> DeliveryProgress { DeliveryProgress(state: state, attempt: attempt) }

    /// All sequences of four reports, of this attempt and of the one before, from every state.
    @Test func `is what the contract says, in whatever order it is reported`() {
        var examined = 0
        for start in DeliveryProgress.states {
            for first in Self.reports {
                for second in Self.reports {
                    for third in Self.reports {
                        var (real, model) = (progress(start), start)
                        for report in [first, second, third, first] {
                            let mayChange = report.attempt == 2 && Self.taken[model, default: []].contains(report.state)
                            if mayChange { model = report.state }
                            let isChanged = real.take(report.state, attempt: report.attempt, error: nil)
                            if isChanged != mayChange || real.state != model || real.attempt != 2 {
                                Issue.record("\(start): \(first), \(second), \(third)")
                                return
                            }
                            examined += 1
                        }
                    }
                }
            }
        }
        #expect(examined == 6 * 12 * 12 * 12 * 4)
    }

    @Test func `ends the same whatever order the provider's successes come in, and how often`() {
        let steps: [MessageState] = [.sent, .delivered, .read]
        for first in steps {
            for second in steps {
                for third in steps {
                    for fourth in steps {
                        let said = [first, second, third, fourth]
                        var real = progress(.queued)
                        for state in said { _ = real.take(state, attempt: 2, error: nil) }
                        #expect(real.state == steps.last { said.contains($0) }, "\(said)")
                    }
                }
            }
        }
    }

    @Test func `has an error only while that is how it stands`() {
        var real = progress(.queued)
        let error = DeliveryError(code: "timeout", detail: "No answer came.")
        #expect(real.take(.unknown, attempt: 2, error: error) && real.error == error)
        #expect(!real.take(.sent, attempt: 1, error: nil) && real.error == error)
        #expect(real.take(.delivered, attempt: 2, error: nil) && real.error == nil)
    }
}
