import Foundation

/// Writes big-endian fields into one array, allocated once.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func integer(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func uuid(_ value: UUID) {
        withUnsafeBytes(of: value.uuid) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ value: String) {
        bytes.append(contentsOf: value.utf8)
    }

    mutating func array(_ value: [UInt8]) {
        bytes.append(contentsOf: value)
    }
}
