import Crypto
import Foundation

/// The installation's keys for secrets that companies give us. The first seals, all open.
package struct KeyRing: Sendable, CustomStringConvertible {
    package let keys: [SealingKey]

    /// More are never needed: one that seals, one or two whose values are being sealed anew.
    package static let keysMax = 8
    /// Of the file or setting: eight lines and remarks.
    package static let textBytesMax = 4_096

    package init(_ keys: [SealingKey]) throws(KeyRingError) {
        guard !keys.isEmpty else { throw .empty }
        guard keys.count <= Self.keysMax else { throw .tooManyKeys(limit: Self.keysMax) }
        for (index, key) in keys.enumerated() {
            guard !keys[..<index].contains(where: { $0.id == key.id }) else { throw .key(index + 1, "its id is another key's too") }
            guard !keys[..<index].contains(where: { $0.key == key.key }) else {
                throw .key(index + 1, "it is the same as another")
            }
        }
        self.keys = keys
    }

    /// - Parameter text: a line `id:base64` for each key, the one that seals first. Commas end a line too, as environment variables have but one.
    ///   Empty lines and such that begin with `#` are left out.
    /// - Throws: ``KeyRingError``, which repeats nothing of the text.
    package init(text: String) throws(KeyRingError) {
        guard text.utf8.count <= Self.textBytesMax else { throw .tooLong(limit: Self.textBytesMax) }
        var keys: [SealingKey] = []
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.trimmingPrefix(while: \.isWhitespace).hasPrefix("#") }
        let entries = lines.flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        for (index, line) in entries.enumerated() {
            guard let colon = line.firstIndex(of: ":") else { throw .key(index + 1, "it is not id:base64") }
            let id = String(line[..<colon])
            guard SealingKey.isID(id) else {
                throw .key(index + 1, "its id is not 1 to \(SealingKey.idBytesMax) small letters, digits and hyphens")
            }
            guard let bytes = Data(base64Encoded: String(line[line.index(after: colon)...])) else {
                throw .key(index + 1, "its key is not base 64")
            }
            guard let key = SealingKey(id: id, bytes: Array(bytes)) else {
                throw .key(index + 1, "its key does not have \(SealingKey.bytesCount) bytes")
            }
            guard keys.count < Self.keysMax else { throw .tooManyKeys(limit: Self.keysMax) }
            keys.append(key)
        }
        try self.init(keys)
    }

    /// The ids alone.
    package var description: String { keys.map(\.id).joined(separator: ", ") }

    /// The content of the key ring's file. Secret.
    package var text: String {
        "# Keys of sealed secrets. The first line seals, all open. Without them what they sealed is lost.\n"
            + keys.map { $0.line + "\n" }.joined()
    }

    /// - Returns: text that only ``open(_:at:)`` with the same place and this key can read. Never the same twice.
    /// - Throws: ``SealingError/tooLarge(limit:)``.
    package func seal(_ secret: String, at place: SecretPlace) throws(SealingError) -> String {
        guard let key = keys.first else { throw .unreadable }
        return try SealedValue.seal(Array(secret.utf8), key, at: place, nonce: AES.GCM.Nonce()).text
    }

    /// - Throws: ``SealingError``.
    package func open(_ sealed: String, at place: SecretPlace) throws(SealingError) -> String {
        let value = try SealedValue(sealed)
        guard let key = keys.first(where: { $0.id == value.keyID }) else { throw .unknownKey(id: value.keyID) }
        guard let text = String(validating: try value.open(key, at: place), as: UTF8.self) else { throw .unreadable }
        return text
    }

    /// Seals anew what an older key has sealed; run over every row that holds a sealed value, before the older key is retired.
    /// - Returns: nil if the sealing key has sealed it already.
    /// - Throws: ``SealingError``: then the value is to be left as it is, and shown.
    package func reseal(_ sealed: String, at place: SecretPlace) throws(SealingError) -> String? {
        if try SealedValue(sealed).keyID == keys.first?.id { return nil }
        return try seal(open(sealed, at: place), at: place)
    }
}
