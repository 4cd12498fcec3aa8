import Contracts
import Foundation

/// Reads big-endian fields from bytes nobody vouches for: every read is checked against what is left.
/// Does not own the bytes; it must not outlive them.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var remaining: Int { bytes.count - position }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws(MalformedFrame) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard remaining >= size else { throw MalformedFrame("ends inside a number") }
        defer { position += size }
        return Integer(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Integer.self))
    }

    /// From 0 to ``WireLimits/sequenceMax``.
    mutating func sequence() throws(MalformedFrame) -> Int64 {
        let sequence = try integer(Int64.self)
        guard (0...WireLimits.sequenceMax).contains(sequence) else { throw MalformedFrame("sequence \(sequence)") }
        return sequence
    }

    mutating func uuid() throws(MalformedFrame) -> UUID {
        guard remaining >= 16 else { throw MalformedFrame("ends inside an id") }
        defer { position += 16 }
        return UUID(uuid: bytes.loadUnaligned(fromByteOffset: position, as: uuid_t.self))
    }

    mutating func array(count: Int) throws(MalformedFrame) -> [UInt8] {
        let slice = try slice(count: count)
        return [UInt8](slice)
    }

    mutating func slice(count: Int) throws(MalformedFrame) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw MalformedFrame("ends before its declared length") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// Visible ASCII without spaces: names, subjects, trace contexts.
    mutating func token(count: Int, max: Int, _ what: StaticString) throws(MalformedFrame) -> String {
        guard count <= max else { throw MalformedFrame("\(what) is longer than \(max) bytes") }
        let slice = try slice(count: count)
        for byte in slice where byte < 0x21 || byte > 0x7e {
            throw MalformedFrame("\(what) has a byte that is not visible ASCII")
        }
        return String(decoding: slice, as: UTF8.self)
    }

    /// A sentence: any bytes, repaired to UTF-8.
    mutating func text(count: Int) throws(MalformedFrame) -> String {
        String(decoding: try slice(count: count), as: UTF8.self)
    }

    func expectEnd() throws(MalformedFrame) {
        guard remaining == 0 else { throw MalformedFrame("has \(remaining) bytes too many") }
    }
}
