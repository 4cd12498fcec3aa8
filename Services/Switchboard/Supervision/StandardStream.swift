import Foundation

/// Where we speak. A listener that went away (`up 2>&1 | head`) must not end the supervisor, so what cannot be said is not said.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Glibc.write(rawValue, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
