/// Bytes that are not a frame of ours. Counted and dropped; never a reason to stop.
package struct MalformedFrame: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    package init(_ reason: String) {
        self.reason = reason
    }
}
