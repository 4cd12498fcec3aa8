import Contracts
import Foundation
import ServiceKit

/// What is followed.
package enum TraceSubject: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits.
    case trace(String)
    /// A message's or an event's.
    case identifier(UUID)

    /// - Returns: nil unless `text` is a trace id, a whole traceparent, or a message's or an event's id.
    package init?(_ text: String) {
        let text = text.lowercased()
        if let context = TraceContext(header: text) {
            self = .trace(context.traceID)
        } else if text.wholeMatch(of: /[0-9a-f]{32}/) != nil {
            self = .trace(text)
        } else if let id = UUID(uuidString: text) {
            self = .identifier(id)
        } else {
            return nil
        }
    }
}
