import Foundation
import SwitchboardCommands
import Testing

@Suite struct `A process's log` {
    @Test func `never grows beyond its files, and keeps the newest lines`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = try RotatingLog(path: folder.path + "/chat-1.log", sizeMax: 1000)
        for number in 0..<1000 { Array("line \(number)\n".utf8).withUnsafeBytes { log.append($0) } }

        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["chat-1.log", "chat-1.log.1", "chat-1.log.2"])
        for file in files {
            let size = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)[.size] as? Int
            #expect(try #require(size) <= 1000)
        }
        #expect(log.tail().hasSuffix("line 999"))
    }
}
