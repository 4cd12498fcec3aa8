/// Reads itself from JSON that was parsed already. For what lies on every message's way: general decoding costs several times as much.
package protocol DirectlyRead: Decodable {
    /// - Returns: nil for whatever is not as we write it ourselves; the general decoder then decides and says what is wrong.
    init?(directly json: JSONValue)
}

extension JSONValue: DirectlyRead {
    package init?(directly json: JSONValue) { self = json }
}

extension JSONValue {
    /// - Returns: nil where a member is no text; a text that is no id is one as well.
    func id<Thing>(_ name: String) -> Identifier<Thing>? { self[name]?.string.flatMap { Identifier<Thing>($0) } }
}
