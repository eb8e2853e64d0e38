import Glibc
import Logging
import NIOCore
import NIOPosix

/// How a server listens.
extension LinkServer {
    /// A place where the server listens.
    struct Listener: Sendable {
        let close: @Sendable () async -> Void
    }

    func listen(at address: LinkAddress) async throws -> Listener {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in self.initialise(channel, at: address) }
        do {
            switch address {
            case .tls(let host, let port), .tcp(let host, let port):
                let channel = try await bootstrap.bind(host: host, port: port).get()
                return listener(channel, address)
            case .unix(let path):
                // Owner and group may connect, others not.
                let file = try UnixSocketFile.claim(path, mode: 0o660)
                return listener(try await bootstrap.withBoundSocket(file.descriptor).get(), address) { file.release() }
            case .sctp(let host, let port):
                let socket = try await NIOThreadPool.singleton.runIfActive { try SCTP.listen(host: host, port: port) }
                return listener(try await bootstrap.withBoundSocket(socket).get(), address)
            case .inProcess(let link): return listen(at: address, in: link)
            }
        } catch let error as IOError {
            throw LinkError(words(for: error.errnoCode, address))
        } catch let failure as UnixSocketFailure {
            throw LinkError(words(for: failure, address))
        } catch let error as LinkError {
            throw error
        } catch {
            throw LinkError("cannot listen at \(address): \(error); correct the address")
        }
    }

    private func listener(
        _ channel: any Channel, _ address: LinkAddress, before: @escaping @Sendable () -> Void = {}
    ) -> Listener {
        let actual = address.listening(on: channel.localAddress?.port)
        log.notice("listening", metadata: ["address": "\(actual)"])
        events(.listening("\(actual)"))
        return Listener {
            before()
            try? await channel.close()
        }
    }

    private func listen(at address: LinkAddress, in link: InProcessLink) -> Listener {
        link.listen { socket in
            _ = ClientBootstrap(group: self.group)
                .channelInitializer { channel in self.initialise(channel, at: address) }
                .withConnectedSocket(socket)
        }
        events(.listening("\(address)"))
        return Listener { link.listen(nil) }
    }

    private func words(for failure: UnixSocketFailure, _ address: LinkAddress) -> String {
        switch failure {
        case .inUse: words(for: EADDRINUSE, address)
        case .notASocket: "\(address) is a file that is no socket: remove it, or take another path"
        case .pathTooLong: words(for: ENAMETOOLONG, address)
        case .system(let code): words(for: code, address)
        }
    }

    private func words(for code: CInt, _ address: LinkAddress) -> String {
        switch code {
        case EADDRINUSE: "\(address) is in use: stop the program that listens there, or take another address"
        case EADDRNOTAVAIL: "\(address) is no address of this machine: correct it, or take 0.0.0.0 for all"
        case EACCES, EPERM: "no permission to listen at \(address): take a port from 1024 on, or a folder of your own"
        case ENOENT: "cannot listen at \(address): its folder is not there; make it"
        default: "cannot listen at \(address): \(String(cString: strerror(code))) (errno \(code)); correct the address"
        }
    }
}
