import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes and changes keys: those with which services know each other (bus), and those of sealed secrets (sealing).",
        subcommands: [BusKeysCommand.self, SealingKeysCommand.self], defaultSubcommand: BusKeysCommand.self)
}
