import Configuration

/// Reads settings: command line over environment over defaults.
package struct Settings: Sendable {
    private let reader: ConfigReader

    package init(reader: ConfigReader) {
        self.reader = reader
    }

    /// - Parameter arguments: the program's name first.
    package init(arguments: [String] = CommandLine.arguments, environment: [String: String]? = nil) {
        let environmentProvider =
            environment.map { EnvironmentVariablesProvider(environmentVariables: $0) } ?? EnvironmentVariablesProvider()
        reader = ConfigReader(providers: [CommandLineArgumentsProvider(arguments: arguments), environmentProvider])
    }

    /// An empty text counts as not given.
    package func optionalText(_ key: SettingKey) -> String? {
        let text = reader.string(forKey: ConfigKey(key.name), isSecret: key.isSecret) ?? key.standard
        return text?.isEmpty == true ? nil : text
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
