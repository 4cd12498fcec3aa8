@main struct MainSwitchboard { static func main() {} }
