import ArgumentParser
import Foundation

/// What every command takes.
struct SuiteOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The installation's data folder.", valueName: "folder"))
    var data = DataFolder.usual

    @Flag(help: "Print the result as one line of JSON on standard output.")
    var json = false

    var folder: DataFolder { DataFolder(data) }
}
