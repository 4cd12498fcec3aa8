import Logging

extension Logger {
    /// Says nothing: what a test expects to go wrong must not fill its report.
    package static let tests = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}
