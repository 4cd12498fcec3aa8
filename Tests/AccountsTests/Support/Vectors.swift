import Contracts
import Testing
import Foundation

/// Cases that others computed.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let op: String
    let inputs: JSONValue
    let expected: JSONValue

    var testDescription: String { name }

    static func all(_ file: String) throws -> [Vector] {
        guard let url = Bundle.module.url(forResource: "Vectors/\(file)", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return try JSON.decode([Vector].self, from: Data(contentsOf: url))
    }
}
