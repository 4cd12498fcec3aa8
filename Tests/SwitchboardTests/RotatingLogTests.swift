import Foundation
import SwitchboardCommands
import Testing

@Suite struct `A process's log` {
    @Test func `never grows beyond its files, and keeps the newest lines`() async throws {
        try await withTemporaryFolder { folder in
            let log = try RotatingLog(path: folder + "/chat-1.log", sizeMax: 1000)
            for number in 0..<1000 { Array("line \(number)\n".utf8).withUnsafeBytes { log.append($0) } }

            let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(files == ["chat-1.log", "chat-1.log.1", "chat-1.log.2"])
            for file in files {
                let size = try FileManager.default.attributesOfItem(atPath: folder + "/" + file)[.size] as? Int
                #expect(try #require(size) <= 1000)
            }
            #expect(log.tail().hasSuffix("line 999"))
        }
    }
}
