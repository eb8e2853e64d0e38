package import ControlSocket

/// The request `capture` of the control socket (docs/control.md "capture").
extension Captures {
    private enum Action {
        case start(CaptureRequest)
        case stop
        case status
    }

    /// What the control socket asks of captures and of the local link.
    package func extras(_ link: LocalLink) -> ReaderControlService.Extras {
        var extras = ReaderControlService.Extras()
        extras.capture = answer
        extras.captureStatus = { self.report?.line("running") }
        extras.link = { await link.serve($0) }
        return extras
    }

    /// Carries a request out; `fields` without `request`.
    package func answer(_ fields: ControlFields) async -> JSONLine {
        do {
            switch try Self.action(fields) {
            case .start(let request): return try await start(request).line("started")
            case .stop: return try await stop().line("stopped")
            case .status:
                guard let report else { throw CaptureFailure("no capture is going on") }
                return report.line("running")
            }
        } catch let failure as ControlFailure {
            return .error(failure.text)
        } catch {
            return .error("\(error)")
        }
    }

    private static func action(_ fields: ControlFields) throws -> Action {
        var fields = fields
        let action: Action
        switch try fields.take("action", String.self) {
        case "start"?:
            guard let name = try fields.take("name", String.self).flatMap({ CaptureName($0) }) else {
                throw ControlFailure("name: \(CaptureName.remedy)")
            }
            action = .start(
                try CaptureRequest(
                    name: name, takesSamples: try fields.take("samples", Bool.self) ?? false,
                    takesFrames: try fields.take("frames", Bool.self) ?? false,
                    ringMilliseconds: try fields.take("ringMS", Int.self),
                    limitOctets: try fields.take("limitOctets", Int.self)))
        case "stop"?: action = .stop
        case "status"?: action = .status
        default: throw ControlFailure("action: write start, stop or status")
        }
        try fields.finish()
        return action
    }
}

extension CaptureReport {
    /// - Parameter state: `started`, `running` or `stopped`.
    package func line(_ state: String) -> JSONLine {
        var line = JSONLine(type: "capture")
        line.add("state", state)
        line.add("name", name)
        line.add("files", files)
        line.add("frames", frames?.line)
        line.add("samples", samples?.line)
        return line
    }
}

extension FrameCapture.Totals {
    fileprivate var line: JSONLine {
        var line = JSONLine()
        line.add("frames", frames)
        line.add("pdus", pdus)
        line.add("lost", lost)
        line.add("octets", octets)
        line.add("ended", ended)
        return line
    }
}

extension SampleTotals {
    fileprivate var line: JSONLine {
        var line = JSONLine()
        line.add("samples", written)
        line.add("lost", lost)
        line.add("gaps", gaps)
        line.add("pieces", pieces)
        line.add("unsavedPieces", unsavedPieces)
        return line
    }
}
