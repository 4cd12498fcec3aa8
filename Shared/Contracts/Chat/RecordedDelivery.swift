/// How far the message has come, whatever was reported.
package struct RecordedDelivery: Codable, Sendable, Equatable {
    package let state: MessageState
    package let attempt: Int

    package init(state: MessageState, attempt: Int) {
        self.state = state
        self.attempt = attempt
    }
}
