import Contracts
import Foundation

/// Finds a trace in structured logs.
package enum LogTrace {
    /// Lines of one trace that are shown; a trace has a handful, and whatever logs more of one says nothing new.
    static let hopsMax = 1_000

    /// - Parameters:
    ///   - files: one JSON object per line; other lines are passed over.
    ///   - identifiers: a line that holds one of them belongs to the trace.
    package static func hops(in files: [String], of identifiers: [String]) throws -> [TraceHop] {
        let wanted = identifiers.map { Data($0.utf8) }
        var hops: [TraceHop] = []
        for file in files {
            let data: Data
            do {
                data = try Data(contentsOf: URL(filePath: file), options: .alwaysMapped)
            } catch {
                throw OperatorError("\(file) cannot be read: \(error.localizedDescription)", code: .notPossible)
            }
            for line in data.split(separator: UInt8(ascii: "\n")) where wanted.contains(where: { line.range(of: $0) != nil }) {
                guard hops.count < hopsMax else { return hops }
                if let hop = hop(line) { hops.append(hop) }
            }
        }
        return hops
    }

    /// The log files in `folder`, older ones too.
    package static func files(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.wholeMatch(of: /.+\.log(\.[0-9]+)?/) != nil }.sorted().map { "\(folder)/\($0)" }
    }

    private static func hop(_ line: Data) -> TraceHop? {
        // Container platforms write their own words before each line.
        guard let begin = line.firstIndex(of: UInt8(ascii: "{")),
            let value = try? JSON.decode(JSONValue.self, from: Data(line[begin...])),
            let time = value["time"]?.string.flatMap(Timestamp.date), let service = value["service"]?.string,
            let message = value["message"]?.string
        else { return nil }
        let replica = value["replica"]?.integer.map { "-\($0)" } ?? ""
        let level = value["level"]?.string.map { "\($0): " } ?? ""
        let about = (value["subject"]?.string ?? value["route"]?.string).map { ": \($0)" } ?? ""
        return TraceHop(time: time, kind: .log, service: service + replica, what: level + message + about)
    }
}
