/// Reads the details of a refusal that came over the bus.
package struct RefusalDetails {
    /// A detail is absent or of another type: the refusal comes from another version.
    package struct Missing: Error {
        package let field: String
    }

    private let members: [String: JSONValue]

    package init(_ members: [String: JSONValue]) {
        self.members = members
    }

    package func text(_ field: String) throws(Missing) -> String {
        guard let text = members[field]?.string else { throw Missing(field: field) }
        return text
    }

    package func integer64(_ field: String) throws(Missing) -> Int64 {
        guard let integer = members[field]?.integer else { throw Missing(field: field) }
        return integer
    }

    package func integer(_ field: String) throws(Missing) -> Int {
        Int(try integer64(field))
    }

    package func identifier<Thing>(_ field: String) throws(Missing) -> Identifier<Thing> {
        guard let id = Identifier<Thing>(try text(field)) else { throw Missing(field: field) }
        return id
    }
}
