/// What is wrong with one member of a document, for whoever sent it.
package struct FieldProblem: Error, Sendable, Equatable {
    /// The member's path in the document, such as `weights.success` or `relaxation[1].after_seconds`.
    package let field: String
    /// Continues a sentence that begins with the field.
    package let detail: String

    package init(field: String, detail: String) {
        self.field = field
        self.detail = detail
    }

    /// As part of a larger document, in which this one is called so.
    package func inside(_ name: String) -> FieldProblem { FieldProblem(field: "\(name).\(field)", detail: detail) }
}

extension TextRule {
    /// - Parameter place: the member's path in its document.
    package func check(_ text: String, at place: String) throws(FieldProblem) {
        if let problem = problem(of: text) { throw FieldProblem(field: place, detail: problem.detail) }
    }
}
