import Crypto
import Foundation

/// One step of a schema: a file of statements, run in one transaction, never edited once run.
package struct Migration: Sendable, Hashable {
    /// `<UTC yyyymmdd-hhmm>_<table>_<change>`; migrations run in the order of their names.
    package let name: String
    package let text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// SHA-256 of the text.
    var checksum: [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }

    /// Every `.sql` file of a directory, in order.
    /// - Parameter prefix: goes before each name, so that a shared set does not meet a service's own.
    package static func all(in directory: URL, prefix: String = "") throws -> [Migration] {
        try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { file in
                let name = prefix + file.deletingPathExtension().lastPathComponent
                return Migration(name: name, text: try String(contentsOf: file, encoding: .utf8))
            }
    }
}
