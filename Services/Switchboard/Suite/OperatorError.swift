/// What the operator has to know and may act on. Its sentence is all that is printed.
package struct OperatorError: Error, CustomStringConvertible, Equatable {
    package enum Code: Int32, Sendable {
        /// Something went wrong.
        case failed = 1
        /// Nothing was tried: it runs already, or what it needs is not there.
        case notPossible = 2
    }

    package let description: String
    package let code: Code

    package init(_ description: String, code: Code = .failed) {
        self.description = description
        self.code = code
    }
}
