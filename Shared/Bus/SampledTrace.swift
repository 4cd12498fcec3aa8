/// A traceparent whose sender asks that its way be written down: every process that has a part in it logs one line with the trace's id.
/// Source: W3C Trace Context, version 00, trace-flags, bit 0.
package struct SampledTrace: Sendable, Equatable {
    /// Characters: version, trace id, span id and flags, with three hyphens.
    private static let length = 55

    package let traceID: String

    /// - Returns: nil for the ordinary one, which is passed on and not logged.
    package init?(_ traceparent: String?) {
        guard let traceparent, traceparent.utf8.count == Self.length, let last = traceparent.utf8.last,
            let flags = Character(UnicodeScalar(last)).hexDigitValue, flags & 1 == 1
        else { return nil }
        traceID = String(traceparent.dropFirst(3).prefix(32))
    }
}
