@main struct MainAccounts { static func main() {} }
