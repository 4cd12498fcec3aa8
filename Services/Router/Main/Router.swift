@main struct MainRouter { static func main() {} }
