import Contracts
import Foundation

/// Which keys belong to which service: `{"chat": ["<Z85>", "<Z85>"], "router": ["<Z85>"]}`. Two keys of one service are valid
/// at once while they are being changed; whose key is in no list is nobody.
package struct CurvePublicKeys: Sendable, Equatable {
    /// The old one and the new one, and room for a change that was left half done.
    package static let keysPerServiceMax = 8
    package static let servicesMax = 256
    /// Above what those limits allow, spaces included.
    static let fileBytesMax = 256 * 1024

    /// In the file's order; the newest is the last.
    package let keys: [ServiceName: [CurveKey]]
    private let owners: [CurveKey: ServiceName]

    /// - Throws: ``CurveTrouble`` if a key stands with two services, or there are too many.
    package init(_ keys: [ServiceName: [CurveKey]]) throws(CurveTrouble) {
        guard keys.count <= Self.servicesMax else { throw CurveTrouble("has more than \(Self.servicesMax) services") }
        var owners: [CurveKey: ServiceName] = [:]
        for (service, list) in keys {
            guard list.count <= Self.keysPerServiceMax else {
                throw CurveTrouble("has more than \(Self.keysPerServiceMax) keys for \(service)")
            }
            for key in list {
                if let other = owners.updateValue(service, forKey: key) {
                    throw CurveTrouble(
                        other == service
                            ? "has a key of \(service) twice"
                            : "gives one key to both \(min("\(service)", "\(other)")) and \(max("\(service)", "\(other)"))")
                }
            }
        }
        self.keys = keys
        self.owners = owners
    }

    /// - Throws: ``CurveTrouble`` that says what is wrong, and where.
    package init(_ json: Data) throws(CurveTrouble) {
        guard json.count <= Self.fileBytesMax else { throw CurveTrouble("has more than \(Self.fileBytesMax) bytes") }
        guard let value = try? JSON.decode(JSONValue.self, from: json), case .object(let services) = value else {
            throw CurveTrouble("is not a JSON object from service to list of public keys")
        }
        var keys: [ServiceName: [CurveKey]] = [:]
        for (name, entry) in services {
            guard case .array(let texts) = entry else { throw CurveTrouble("has no list for \(name)") }
            var list: [CurveKey] = []
            for text in texts {
                guard let key = text.string.flatMap(CurveKey.init) else {
                    throw CurveTrouble("has something for \(name) that is no public key: \(CurveKey.textLength) characters of Z85")
                }
                list.append(key)
            }
            keys[ServiceName(rawValue: name)] = list
        }
        try self.init(keys)
    }

    package func service(of key: CurveKey) -> ServiceName? { owners[key] }

    /// Whether somebody who is let in by these keys would not be let in by `others`, or as another service.
    func allowMore(than others: CurvePublicKeys) -> Bool {
        owners.contains { key, service in others.owners[key] != service }
    }

    /// - Parameter last: the key that was tried last, if one was.
    /// - Returns: the key after it, the newest first; nil if the service has none.
    func key(of service: ServiceName, after last: CurveKey?) -> CurveKey? {
        guard let list = keys[service], !list.isEmpty else { return nil }
        guard let last, let index = list.firstIndex(of: last) else { return list.last }
        return list[(index + list.count - 1) % list.count]
    }
}

/// Why keys cannot be used; a predicate whose subject is the file or setting. Never holds a key.
package struct CurveTrouble: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
