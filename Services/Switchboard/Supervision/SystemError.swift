import Foundation

/// A system call said no.
package struct SystemError: Error, CustomStringConvertible, Equatable {
    package let action: String
    package let code: Int32

    /// - Parameter code: `errno` by default, so build it before anything else is called.
    package init(_ action: String, code: Int32 = errno) {
        self.action = action
        self.code = code
    }

    package var description: String { "\(action): \(String(cString: strerror(code)))" }
}
