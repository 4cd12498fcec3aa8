import Foundation
import Logging

extension Logger {
    /// Says nothing: what a test expects to go wrong must not fill its report. `TEST_LOG=1` lets services speak.
    package static let tests = Logger(label: "tests") { label -> any LogHandler in
        guard ProcessInfo.processInfo.environment["TEST_LOG"] != nil else { return SwiftLogNoOpLogHandler() }
        return StreamLogHandler.standardError(label: label)
    }
}
