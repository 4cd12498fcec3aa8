import Contracts
import Foundation
import Sealing
import Testing

/// Values that another implementation has sealed (`Vectors/make-vectors.py`).
struct SealingVectors: Decodable {
    struct Value: Decodable {
        let tenant: TenantID
        let account: UUID
        let name: String
        let secret: String
        let sealed: String

        var place: SecretPlace { SecretPlace(tenant: tenant, account: account, name: name) }
    }

    let keyRing: String
    let values: [Value]

    enum CodingKeys: String, CodingKey {
        case keyRing = "key_ring"
        case values
    }

    static func load() throws -> SealingVectors {
        let file = try #require(Bundle.module.url(forResource: "Vectors/sealing", withExtension: "json"))
        return try JSONDecoder().decode(SealingVectors.self, from: Data(contentsOf: file))
    }
}

@Suite struct `A value that another implementation sealed` {
    @Test func `opens at its place, and at no other value's`() throws {
        let vectors = try SealingVectors.load()
        let ring = try KeyRing(text: vectors.keyRing)
        #expect(vectors.values.count == 5)
        for value in vectors.values {
            #expect(try ring.open(value.sealed, at: value.place) == value.secret)
            for other in vectors.values where other.place != value.place {
                #expect(throws: SealingError.notAuthentic) { try ring.open(value.sealed, at: other.place) }
            }
        }
    }

    @Test func `is sealed anew if an older key sealed it, and left alone otherwise`() throws {
        let vectors = try SealingVectors.load()
        let ring = try KeyRing(text: vectors.keyRing)
        let resealed = try vectors.values.map { try ring.reseal($0.sealed, at: $0.place) }
        #expect(resealed.map { $0 == nil } == [true, true, true, true, false], "the last is the old key's")
        let old = try #require(vectors.values.last)
        let fresh = try #require(resealed.last ?? nil)
        #expect(fresh.hasPrefix("sealed-1.new."))
        #expect(try KeyRing(Array(ring.keys.prefix(1))).open(fresh, at: old.place) == old.secret, "without the old key")
    }

    @Test func `is refused when any of its characters is another`() throws {
        let vectors = try SealingVectors.load()
        let ring = try KeyRing(text: vectors.keyRing)
        let value = vectors.values[0]
        let sealed = Array(value.sealed.utf8)
        var refused = 0
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                let text = String(decoding: changed, as: UTF8.self)
                #expect(throws: SealingError.self, "character \(index), bit \(bit)") { try ring.open(text, at: value.place) }
                refused += 1
            }
        }
        #expect(refused == sealed.count * 8)
        for length in 0..<sealed.count {
            #expect(throws: SealingError.self) { try ring.open(String(decoding: sealed.prefix(length), as: UTF8.self), at: value.place) }
        }
        #expect(throws: SealingError.self) { try ring.open(value.sealed + "=", at: value.place) }
        #expect(throws: SealingError.self) { try ring.open(value.sealed + "A", at: value.place) }
    }
}
