import Foundation
import SwitchboardCommands
import Testing

@Suite struct `The data folder` {
    @Test func `shows other users nothing, also one that an older version opened`() async throws {
        try await withTemporaryFolder { path in
            let folder = DataFolder(path + "/data")
            for part in [folder.path, folder.run] {
                try FileManager.default.createDirectory(
                    atPath: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            }
            #expect(try mode(folder.run) == 0o755)
            #expect(try folder.make(reachableFor: nil) == nil)
            #expect(try mode(folder.path) == 0o711, "PostgreSQL's user passes through it")
            for part in [folder.run, folder.logs] { #expect(try mode(part) == 0o700, "\(part)") }
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
