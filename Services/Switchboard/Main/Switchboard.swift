import SwitchboardCommands

@main
struct Switchboard {
    static func main() async { await SwitchboardCommand.main() }
}
