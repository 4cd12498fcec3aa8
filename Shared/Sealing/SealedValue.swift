import Contracts
import Crypto
import Foundation

/// `sealed-1.<key id>.<base64url of nonce, ciphertext and tag>`: AES-256-GCM, 12 bytes of random nonce, 16 of tag.
/// A key may seal 2³² values before random nonces become a risk (NIST SP 800-38D, section 8.3): no installation has so many secrets.
struct SealedValue {
    static let version = "sealed-1"
    /// The largest secrets are private keys in PEM, some 4 KiB.
    static let secretBytesMax = 16 << 10
    static let textBytesMax = 24 << 10

    let keyID: String
    private let box: AES.GCM.SealedBox

    init(_ text: String) throws(SealingError) {
        guard text.utf8.count <= Self.textBytesMax else { throw .unreadable }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // Other texts for the same bytes (bits after the last byte) are refused, so that every change of a sealed value is one.
        guard parts.count == 3, parts[0] == Self.version, SealingKey.isID(parts[1]), let bytes = Base64URL.decode(parts[2]),
            Base64URL.encode(bytes) == parts[2], let box = try? AES.GCM.SealedBox(combined: bytes)
        else { throw .unreadable }
        keyID = String(parts[1])
        self.box = box
    }

    private init(keyID: String, box: AES.GCM.SealedBox) {
        self.keyID = keyID
        self.box = box
    }

    static func seal(_ secret: [UInt8], _ key: SealingKey, at place: SecretPlace, nonce: AES.GCM.Nonce) throws(SealingError) -> SealedValue
    {
        guard secret.count <= secretBytesMax else { throw .tooLarge(limit: secretBytesMax) }
        guard let box = try? AES.GCM.seal(secret, using: key.key, nonce: nonce, authenticating: place.associatedData(keyID: key.id)) else {
            throw .notSealed
        }
        return SealedValue(keyID: key.id, box: box)
    }

    func open(_ key: SealingKey, at place: SecretPlace) throws(SealingError) -> [UInt8] {
        do { return Array(try AES.GCM.open(box, using: key.key, authenticating: place.associatedData(keyID: keyID))) } catch {
            throw .notAuthentic
        }
    }

    /// 12 bytes of nonce are AES-GCM's usual ones, so `combined` is there.
    var text: String { "\(Self.version).\(keyID).\(Base64URL.encode(box.combined ?? Data()))" }
}
