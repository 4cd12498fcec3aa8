// swift-tools-version: 6.2
// Every module and every arrow between them; the only place where a dependency appears.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let httpServer: [Target.Dependency] = [
    hummingbird, .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"), .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
]

/// What each service is made of: its own code, the shared modules, nothing of another service.
let serviceParts: [Target.Dependency] = ["Contracts", "Bus", "Storage", "EventLog", "ServiceKit", logging, lifecycle, configuration]

/// A service is a library, so that tests can run it inside their own process, plus a thin executable, and the tests of both.
struct SuiteService {
    /// The executable's.
    let name: String
    /// Below `Services`, such as `Channels/SMS`.
    let folder: String
    var dependencies: [Target.Dependency] = []
    var resources: [Resource] = [.copy("Storage/Migrations")]
    var testDependencies: [Target.Dependency] = []
    var testResources: [Resource] = []

    /// `ChannelsSMS`, the beginning of its modules' names.
    var module: String { folder.split(separator: "/").joined() }
    var library: Target.Dependency { .byName(name: "\(module)Service") }

    var targets: [Target] {
        [
            .target(
                name: "\(module)Service", dependencies: serviceParts + dependencies, path: "Services/\(folder)/Service",
                resources: resources, swiftSettings: strict),
            .executableTarget(
                name: name, dependencies: [library, "ServiceKit", "Bus", "Contracts", configuration], path: "Services/\(folder)/Main",
                swiftSettings: strict),
            tests("\(module)Tests", [library, "ServiceKit", "TestSupport"] + testDependencies, resources: testResources),
        ]
    }
}

/// One for each of `SuiteService.all` in Contracts.
let services = [
    SuiteService(
        name: "accounts", folder: "Accounts", dependencies: ["Tokens", crypto, cryptoExtras, jwt],
        testDependencies: ["Tokens", crypto, cryptoExtras, jwt], testResources: [.copy("Vectors")]),
    SuiteService(name: "chat", folder: "Chat", dependencies: [crypto]),
    SuiteService(name: "router", folder: "Router", dependencies: [crypto]),
    SuiteService(
        name: "gateway", folder: "Gateway", dependencies: ["Tokens", crypto] + httpServer, resources: [.copy("OpenAPI")],
        testDependencies: [
            "Bus", "EventLog", "Jobs", "Storage", jwt, crypto, logging, lifecycle, configuration, hummingbird,
            .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"), .product(name: "AsyncHTTPClient", package: "async-http-client"),
        ]),
]

/// What tests call is optimised in a release build; they themselves gain nothing from it, and half as much again is waited for.
/// `isComputing`: but those that compute for long are.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], isComputing: Bool = false) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["Contracts"], path: "Tests/\(name)", resources: resources,
        swiftSettings: strict + (isComputing ? [] : [.unsafeFlags(["-Onone"], .when(configuration: .release))]))
}

let package = Package(
    name: "Switchboard",
    platforms: [.macOS(.v15)],
    products: (services.map(\.name) + ["switchboard"]).map { .executable(name: $0, targets: [$0]) },
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: [.defaults, "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CZeroMQ", path: "Shared/CZeroMQ"),
        .systemLibrary(name: "CLibPQ", path: "Shared/CLibPQ"),
        .target(name: "Contracts", dependencies: [crypto], path: "Shared/Contracts", swiftSettings: strict),
        .target(
            name: "Bus", dependencies: ["Contracts", "CZeroMQ", crypto, logging, lifecycle], path: "Shared/Bus", exclude: ["README.md"],
            swiftSettings: strict),
        .target(
            name: "Storage", dependencies: ["Contracts", "CLibPQ", crypto, logging, lifecycle], path: "Shared/Storage",
            swiftSettings: strict),
        .target(
            name: "EventLog", dependencies: ["Contracts", "Bus", "Storage", crypto, logging, lifecycle], path: "Shared/EventLog",
            resources: [.copy("Migrations")], swiftSettings: strict),
        .target(
            name: "ServiceKit",
            dependencies: ["Contracts", "Bus", "Storage", "EventLog", logging, lifecycle, configuration] + httpServer,
            path: "Shared/ServiceKit", swiftSettings: strict),
        .target(
            name: "Jobs", dependencies: ["Contracts", "Bus", "Storage", "ServiceKit", logging, lifecycle], path: "Shared/Jobs",
            exclude: ["README.md"], resources: [.copy("Migrations")], swiftSettings: strict),
        .target(
            name: "Outbound",
            dependencies: [
                "ServiceKit", lifecycle, .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], path: "Shared/Outbound", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Sealing", dependencies: ["Contracts", "ServiceKit", crypto], path: "Shared/Sealing", exclude: ["README.md"],
            swiftSettings: strict),
        .target(name: "Tokens", dependencies: ["Contracts", jwt], path: "Shared/Tokens", swiftSettings: strict),
        .target(
            name: "SwitchboardCommands",
            dependencies: [
                "Contracts", "Bus", "Storage", "EventLog", "ServiceKit", "Jobs", "Sealing", "AccountsService", "ChatService",
                "RouterService", logging, crypto,
                cryptoExtras,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Services/Switchboard", exclude: ["README.md", "Main"], swiftSettings: strict),
        .executableTarget(
            name: "switchboard", dependencies: ["SwitchboardCommands"], path: "Services/Switchboard/Main", swiftSettings: strict),
        .target(
            name: "TestSupport",
            dependencies: [
                "Contracts", "Bus", "Storage", "EventLog", logging, lifecycle, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Tests/Support",
            swiftSettings: strict),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "Contracts", "Bus", "CZeroMQ", "Storage", "EventLog", "ServiceKit", "RouterService", "TestSupport", logging, lifecycle,
                hummingbird,
            ],
            path: "Tests/Benchmarks/InProcess", swiftSettings: strict),
        tests("ContractsTests", [], resources: [.copy("Fixtures")]),
        tests("BusTests", ["Bus", "CZeroMQ", "TestSupport", logging, lifecycle], isComputing: true),
        tests("StorageTests", ["Storage", "EventLog", "TestSupport"], resources: [.copy("Fixtures")]),
        tests("EventLogTests", ["EventLog", "Storage", "Bus", "TestSupport"]),
        tests("JobsTests", ["Jobs", "Bus", "Storage", "EventLog", "ServiceKit", "TestSupport", logging]),
        tests(
            "OutboundTests",
            [
                "Outbound", "ServiceKit", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], resources: [.copy("Fixtures")]),
        tests("SealingTests", ["Sealing", "ServiceKit", crypto], resources: [.copy("Vectors")]),
        tests(
            "SwitchboardTests",
            ["SwitchboardCommands", "Sealing", "AccountsService", "ChatService", "Bus", "Jobs", "Storage", "TestSupport"]),
        tests(
            "SuiteTests",
            services.map(\.library) + [
                "SwitchboardCommands", "ServiceKit", "TestSupport", .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]),
    ] + services.flatMap(\.targets)
)
