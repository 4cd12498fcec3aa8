/// Where a piece of work belongs in a trace. Source: W3C Trace Context, version 00.
package struct TraceContext: Sendable, Equatable, CustomStringConvertible {
    /// 32 lower-case hexadecimal digits, not all zero.
    package let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero.
    package let spanID: String
    /// Whether each process that has a part in it logs a line: who asks for that sends a traceparent whose last digit is odd.
    package let isSampled: Bool

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// - Returns: nil if `header` is no traceparent. Versions above 00 are read by their first four fields, as the source asks.
    package init?(header: String) {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, let version = Self.hexadecimal(fields[0], count: 2), version != "ff",
            version != "00" || fields.count == 4, let trace = Self.hexadecimal(fields[1], count: 32),
            let span = Self.hexadecimal(fields[2], count: 16), let flags = Self.hexadecimal(fields[3], count: 2),
            trace.contains(where: { $0 != "0" }), span.contains(where: { $0 != "0" }), let bits = UInt8(flags, radix: 16)
        else { return nil }
        self.init(traceID: trace, spanID: span, isSampled: bits & 1 == 1)
    }

    /// The beginning of a trace. Not sampled: what the services' tables hold of a message is enough to follow it.
    package static func generate() -> TraceContext {
        TraceContext(traceID: random(words: 2), spanID: random(words: 1), isSampled: false)
    }

    /// The same trace, of which nothing is logged.
    package var unsampled: TraceContext { TraceContext(traceID: traceID, spanID: spanID, isSampled: false) }

    /// The next hop of the same trace.
    package func child() -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.random(words: 1), isSampled: isSampled)
    }

    /// The header's value.
    package var description: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    private static func hexadecimal(_ text: Substring, count: Int) -> String? {
        guard text.utf8.count == count, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        return String(text)
    }

    private static func random(words: Int) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(words * 16)
        for _ in 0..<words {
            var word = UInt64.random(in: 1...UInt64.max)
            for _ in 0..<16 {
                word = word << 4 | word >> 60
                let digit = UInt8(word & 15)
                digits.append(digit < 10 ? 48 + digit : 87 + digit)
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
