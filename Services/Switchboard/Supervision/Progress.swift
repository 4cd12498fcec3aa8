import Foundation
import Synchronization

/// What the operator sees while something happens: one line per step, with its time, on standard error.
package final class Progress: Sendable {
    private let started = ContinuousClock.now
    private let coloured: Bool
    private let write: @Sendable (String) -> Void

    /// Colour only where somebody looks, and not where it is unwanted (`NO_COLOR`).
    package convenience init() {
        let environment = ProcessInfo.processInfo.environment
        self.init(coloured: isatty(2) == 1 && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb") {
            StandardStream.error.write($0)
        }
    }

    package init(coloured: Bool, write: @escaping @Sendable (String) -> Void) {
        self.coloured = coloured
        self.write = write
    }

    package func step(_ text: String) { line("✓", "32", text) }
    package func note(_ text: String) { line("·", "2", text) }
    package func warning(_ text: String) { line("!", "33", text) }
    package func failure(_ text: String) { line("✗", "31", text) }
    package func raw(_ text: String) { write(text) }

    private func line(_ mark: String, _ colour: String, _ text: String) {
        let time = started.duration(to: .now).tenths
        let column = String(repeating: " ", count: max(0, 6 - time.count)) + time
        write(coloured ? "\u{1b}[2m\(column)\u{1b}[0m \u{1b}[\(colour)m\(mark)\u{1b}[0m \(text)" : "\(column) \(mark) \(text)")
    }
}

extension Duration {
    /// `1.3 s`
    package var tenths: String { String(format: "%.1f s", Double(components.seconds) + Double(components.attoseconds) / 1e18) }
}
