import Contracts
import Foundation
import SwitchboardCommands
import Testing

@Suite struct `The list of services` {
    /// A service as none is yet: a hyphen in its name, a folder in a folder.
    private let sms = SuiteService(
        ServiceName(rawValue: "channel-sms"), folder: "Channels/SMS", secrets: [.sealingKeys], reachesOutside: true,
        publicParts: [SuiteService.PublicPart("/api/webhooks/twilio", bodyBytesMax: 262_144)], hasJobs: true)
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func `is what deploy/services.json says`() throws {
        let written = try String(contentsOf: root.appending(path: "deploy/services.json"), encoding: .utf8)
        #expect(written == (try ServicesCommand.document(SuiteService.all)) + "\n", "switchboard services --json > deploy/services.json")
    }

    @Test func `says one line for each, with what follows from its name`() throws {
        let lines = try ServicesCommand.document([SuiteService.all[0], sms]).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(
            lines[2]
                == #"{"folder":"Channels/SMS","has_jobs":true,"is_edge":false,"module":"ChannelsSMS","name":"channel-sms","prefix":"CHANNEL_SMS","public_parts":[{"body_bytes_max":262144,"prefix":"/api/webhooks/twilio"}],"reaches_outside":true,"schema":"channel_sms","secrets":[{"file":"sealing-keys","variable":"SEALING_KEYS_FILE"}]}"#
        )
    }

    @Test func `names each folder of Services that has a program and a library, and no other`() throws {
        let services = root.appending(path: "Services")
        var found: Set<String> = []
        for case let path as String in FileManager.default.enumerator(atPath: services.path) ?? .init() where path.hasSuffix("/Service") {
            found.insert(String(path.dropLast("/Service".count)))
        }
        #expect(found == Set(SuiteService.all.map(\.folder)))
        for service in SuiteService.all {
            for part in ["Main", "README.md"] {
                #expect(FileManager.default.fileExists(atPath: services.appending(path: "\(service.folder)/\(part)").path))
            }
        }
    }

    @Test func `holds nothing twice, and names that a process, a schema and a host can have`() {
        for values in [SuiteService.all.map(\.name.rawValue), SuiteService.all.map(\.module), SuiteService.all.map(\.prefix)] {
            #expect(Set(values).count == values.count)
        }
        for service in SuiteService.all + [sms] {
            #expect(service.name.rawValue.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, "\(service.name)")
            #expect(ServiceName(schema: service.name.schema) == service.name)
        }
        #expect(SuiteService.all.filter(\.isEdge).map(\.name) == [.gateway])
    }

    @Test func `finds migrations and programs of nested folders and names with a hyphen`() async throws {
        try await withTemporaryFolder { folder in
            let programs = try Programs(environment: ["SWITCHBOARD_BIN": folder], startingServices: false)
            #expect(programs.path(of: sms.name) == "\(folder)/channel-sms")
            #expect(throws: OperatorError.self) { try programs.migrations(of: sms) }
            let place = "\(folder)/Switchboard_ChannelsSMSService.resources/Migrations"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            #expect(try programs.migrations(of: sms).path == place)
        }
    }
}
