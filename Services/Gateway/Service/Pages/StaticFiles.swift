import Contracts
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The built pages, read once at start: a few hundred kilobytes.
struct StaticFiles: Sendable {
    struct File: Sendable {
        let body: ByteBuffer
        let type: String
        /// Of the content.
        let etag: String

        init(_ bytes: [UInt8], type: String) {
            body = ByteBuffer(bytes: bytes)
            self.type = type
            etag =
                "\"" + SHA256.hash(data: bytes).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\""
        }
    }

    /// Bytes of one file; nothing we build comes near.
    static let fileBytesMax = 8 * 1024 * 1024

    /// By path below the directory, `/` between folders.
    private let files: [String: File]
    /// Page name → file, as `manifest.json` says.
    private let pages: [String: String]

    init() {
        files = [:]
        pages = [:]
    }

    /// - Throws: if the directory is there and cannot be read. One that is missing has no pages: the interface works without.
    init(directory: String) throws {
        let root = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL
        var files: [String: File] = [:]
        var pages: [String: String] = [:]
        let keys: [URLResourceKey] = [.isRegularFileKey, .fileSizeKey]
        if let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys) {
            for case let url as URL in found {
                let values = try url.resourceValues(forKeys: Set(keys))
                guard values.isRegularFile == true, (values.fileSize ?? 0) <= Self.fileBytesMax else { continue }
                let path = String(url.standardizedFileURL.path.dropFirst(root.path.count).drop { $0 == "/" })
                files[path] = File(Array(try Data(contentsOf: url)), type: Self.type(of: url.pathExtension))
            }
        }
        if let manifest = files["manifest.json"],
            case .object(let members) = try JSON.decode(JSONValue.self, from: manifest.body.readableBytesView),
            case .object(let named)? = members["pages"]
        {
            pages = named.compactMapValues(\.string)
        }
        self.files = files
        self.pages = pages
    }

    func file(_ path: String) -> File? { files[path] }

    func page(_ name: String) -> File? { pages[name].flatMap { files[$0] } }

    private static func type(of name: String) -> String {
        switch name {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "json", "map": "application/json"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "mp3": "audio/mpeg"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}

extension StaticFiles.File {
    /// 304 if the client has it already.
    func response(_ call: GatewayCall, cache: String, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.eTag] = etag
        headers[.cacheControl] = cache
        let known = call.request.headers[.ifNoneMatch] ?? ""
        if known == "*" || known.split(separator: ",").contains(where: { $0.trimmingPrefix(" ").trimmingPrefix("W/") == etag[...] }) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
