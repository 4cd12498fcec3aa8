extension TypingChanged {
    package static let subject: Subject = "chat.typing-changed"
}
