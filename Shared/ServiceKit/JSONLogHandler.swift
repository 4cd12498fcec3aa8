import Contracts
import Foundation
import Logging
import Synchronization

/// Logs as one JSON object per line, to be read by machines: `time`, `level`, `service`, `replica`, `logger`, `message`, then the
/// metadata by name, then `error` and `source`. Messages are constant sentences; what varies is metadata, and neither ever
/// holds a body, a token or what people wrote.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let service: String
    private let replica: Int
    private let sink: LogSink

    package init(label: String, service: ServiceName, replica: Int, level: Logger.Level, sink: LogSink = .standardError) {
        self.label = label
        self.service = service.rawValue
        self.replica = replica
        self.logLevel = level
        self.sink = sink
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, last in last } }
        if let given = event.metadata { fields.merge(given) { _, last in last } }
        var line = JSONLine()
        line.member("time", Timestamp.text(Date()))
        line.member("level", event.level.rawValue)
        line.member("service", service)
        line.member("replica", replica)
        line.member("logger", label)
        line.member("message", event.message.description)
        for name in fields.keys.sorted() {
            if let value = fields[name] { line.member(name, value.description) }
        }
        if let error = event.error { line.member("error", String(describing: error)) }
        line.member("source", event.source)
        sink.write(line.finished())
    }
}

/// Where log lines go. A line is one write, so that lines of several threads do not mix.
package struct LogSink: Sendable {
    let write: @Sendable ([UInt8]) -> Void

    package init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
        self.write = write
    }

    /// If standard error is gone nobody can be told, and the service goes on.
    package static let standardError = LogSink { line in
        line.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(2, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}

/// A JSON object on one line, member by member.
struct JSONLine {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func member(_ name: String, _ value: String) {
        begin(name)
        text(value)
    }

    mutating func member(_ name: String, _ value: Int) {
        begin(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    consuming func finished() -> [UInt8] {
        bytes.append(contentsOf: [UInt8(ascii: "}"), UInt8(ascii: "\n")])
        return bytes
    }

    private mutating func begin(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        text(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func text(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: Array("\\n".utf8))
            case 0..<32:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
