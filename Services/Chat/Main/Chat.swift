@main struct MainChat { static func main() {} }
