import Foundation
import Storage
import SwitchboardCommands
import Testing

@Suite struct `Secrets in a folder of files` {
    private let roles = [Provisioning.verifyRole]

    @Test func `are the first line of each role's file`() async throws {
        try await withTemporaryFolder { folder in
            try PrivateFile.replace("\(folder)/administrator.password", with: Array("root's\n".utf8))
            try PrivateFile.replace("\(folder)/\(Provisioning.verifyRole).password", with: Array("reader's\nsomething else\n".utf8))
            let secrets = try Secrets.read(from: folder, roles: roles)
            #expect(secrets.administratorPassword == "root's")
            #expect(try secrets.password(of: Provisioning.verifyRole) == "reader's")
        }
    }

    @Test func `that are missing or empty are named`() async throws {
        try await withTemporaryFolder { folder in
            let missing = #expect(throws: OperatorError.self) { try Secrets.read(from: folder, roles: roles) }
            #expect(missing?.description.contains("administrator.password") == true)
            try PrivateFile.replace("\(folder)/administrator.password", with: Array("x".utf8))
            try PrivateFile.replace("\(folder)/\(Provisioning.verifyRole).password", with: Array("\n".utf8))
            let empty = #expect(throws: OperatorError.self) { try Secrets.read(from: folder, roles: roles) }
            #expect(empty?.description.contains("\(Provisioning.verifyRole).password") == true)
        }
    }
}
