/// The event's payload is more than the bus carries. Thrown before anything is written; a caller can cause it.
package struct EventTooLarge: Error, Sendable, Equatable {
    package let subject: Subject
    package let bytes: Int
    package let limit: Int

    package init(subject: Subject, bytes: Int, limit: Int) {
        self.subject = subject
        self.bytes = bytes
        self.limit = limit
    }
}
