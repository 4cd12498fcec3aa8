/// One setting of a program: `channel-sms.port` is `--channel-sms-port` on the command line and `CHANNEL_SMS_PORT` in the environment.
/// The command line wins over the environment, and that over the default.
package struct SettingKey: Sendable {
    package let name: String
    /// One sentence with the unit, for `--help`.
    package let help: String
    /// nil: there is none, and reading it without a value is an error or nothing, as the reader asks.
    package let standard: String?
    /// Never printed.
    package let isSecret: Bool
    /// For the path of a file: what it is called where containers have their secrets.
    package let secretFile: String?

    package init(_ name: String, _ help: String, standard: String? = nil, isSecret: Bool = false, secretFile: String? = nil) {
        self.name = name
        self.help = help
        self.standard = standard
        self.isSecret = isSecret
        self.secretFile = secretFile
    }

    package var flag: String { "--" + name.replacing(".", with: "-") }
    package var variable: String { name.replacing(".", with: "_").replacing("-", with: "_").uppercased() }
}
