import Configuration
import Contracts
import Foundation

/// Reads settings: command line over environment over conventions over defaults.
///
/// Conventions spare containers a list of settings for each service: a variable of the environment may lack the service's name
/// (`HEALTH_PORT` for `CHAT_HEALTH_PORT`), and a secret that no setting names is the file of its name in ``secretsFolder``, if it is there.
/// `switchboard up` turns them off, since it passes its own environment on, where `PORT` may mean something else.
package struct Settings: Sendable {
    package static let conventionsKey = SettingKey(
        "switchboard.conventions",
        "Whether variables count without the service's name too (HEALTH_PORT), secrets are looked for in \(secretsFolder), and the others by their names.",
        standard: "true")
    /// Where Docker and the manifests put secrets.
    package static let secretsFolder = "/run/secrets"

    private let reader: ConfigReader
    private let environment: ConfigReader
    private let service: ServiceName?
    private let secretsFolder: String
    /// Whether what is not given is looked for by convention.
    package let hasConventions: Bool

    /// - Parameters:
    ///   - arguments: the program's name first.
    ///   - service: whose name may be left out; nil: no conventions.
    package init(
        arguments: [String] = CommandLine.arguments, environment: [String: String]? = nil, service: ServiceName? = nil,
        secretsFolder: String = Settings.secretsFolder
    ) {
        let environmentProvider =
            environment.map { EnvironmentVariablesProvider(environmentVariables: $0) } ?? EnvironmentVariablesProvider()
        reader = ConfigReader(providers: [CommandLineArgumentsProvider(arguments: arguments), environmentProvider])
        self.environment = ConfigReader(provider: environmentProvider)
        self.service = service
        self.secretsFolder = secretsFolder
        let wish = reader.string(forKey: ConfigKey(Self.conventionsKey.name))
        hasConventions = service != nil && wish != "false"
    }

    /// An empty text counts as not given.
    package func optionalText(_ key: SettingKey) -> String? {
        let text = given(key) ?? secretFile(key) ?? key.standard
        return text?.isEmpty == true ? nil : text
    }

    /// Whether somebody said it, and it was not found in ``secretsFolder`` or is the default.
    package func isGiven(_ key: SettingKey) -> Bool { given(key)?.isEmpty == false }

    private func given(_ key: SettingKey) -> String? {
        if let text = reader.string(forKey: ConfigKey(key.name), isSecret: key.isSecret) { return text }
        guard hasConventions, let service, key.name.hasPrefix("\(service).") else { return nil }
        let name = String(key.name.dropFirst("\(service).".count))
        return environment.string(forKey: ConfigKey(name), isSecret: key.isSecret)
    }

    private func secretFile(_ key: SettingKey) -> String? {
        guard hasConventions, let name = key.secretFile else { return nil }
        let path = "\(secretsFolder)/\(name)"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    package func text(_ key: SettingKey) throws(SettingError) -> String {
        guard let text = optionalText(key) else { throw .missing(key) }
        return text
    }

    package func integer(_ key: SettingKey, in range: ClosedRange<Int> = 0...Int.max) throws(SettingError) -> Int {
        let text = try text(key)
        guard let number = Int(text), range.contains(number) else {
            throw .invalid(key, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The largest number, seconds among them: thirty years. In nanoseconds they still fit into 64 bits.
    package static let numberMax = 1e9

    package func number(_ key: SettingKey) throws(SettingError) -> Double {
        guard let number = Double(try text(key)), (0...Self.numberMax).contains(number) else {
            throw .invalid(key, "is not a number from 0 to \(Int(Self.numberMax))")
        }
        return number
    }

    package func seconds(_ key: SettingKey) throws(SettingError) -> Duration { .seconds(try number(key)) }

    package func flag(_ key: SettingKey) throws(SettingError) -> Bool {
        switch try text(key).lowercased() {
        case "true", "yes", "1", "on": true
        case "false", "no", "0", "off": false
        default: throw .invalid(key, "is neither true nor false")
        }
    }

    /// Separated by commas; empty if not given.
    package func list(_ key: SettingKey) -> [String] {
        (optionalText(key) ?? "").split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }
}

/// A setting cannot be used. Its value is not repeated: it may be a secret.
package enum SettingError: Error, CustomStringConvertible {
    case missing(SettingKey)
    case invalid(SettingKey, String)
    case unknownFlag(String)

    package var description: String {
        switch self {
        case .missing(let key): "\(key.flag) (or \(key.variable)) is missing: \(key.help)"
        case .invalid(let key, let why): "\(key.flag) (or \(key.variable)) \(why)"
        case .unknownFlag(let flag): "\(flag) is not known; --help lists what is"
        }
    }
}
