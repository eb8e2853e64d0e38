import AIoTBase
import AIoTReader
import ControlSocket
import RadioFrontEnd
import ReaderService
import Spool

/// Writes the status of the daemon as one JSON object (docs/control.md "status").
struct StatusLine {
    let description: ReaderDescription
    let picture: ReaderPicture
    let clock: WallClock

    func written(capture: JSONLine?) -> JSONLine {
        var line = JSONLine(type: "status")
        line.add("version", description.version)
        line.add("pid", description.processID)
        line.add("time", clock.text(picture.now))
        line.add("uptimeSeconds", picture.now.seconds, decimals: 3)
        line.add("draining", picture.facts?.isDraining ?? false)
        line.add("stopping", picture.isStopping)
        line.add("degraded", picture.degraded.sorted())
        line.add("frontEnd", frontEnd)
        line.add("links", picture.links.indices.map(link))
        line.add("spool", spool)
        line.add("openInventories", picture.facts?.openInventories ?? 0)
        line.add("inventories", picture.inventories.sorted { $0.key.value < $1.key.value }.map(inventory))
        line.add("counters", counters)
        line.add("radio", radio)
        if let capture { line.add("capture", capture) }
        line.add("configuration", configuration)
        line.add("troubles", picture.troubles.troubles.map(trouble))
        return line
    }

    private var frontEnd: JSONLine {
        var line = JSONLine()
        line.add("name", description.frontEnd)
        line.add("state", picture.facts?.radioState.rawValue)
        line.add("why", picture.facts?.radioWhy)
        line.add("carrier", picture.facts?.isCarrierOn ?? false)
        return line
    }

    private func link(_ place: Int) -> JSONLine {
        let link = picture.links[place]
        let facts = picture.facts.flatMap { $0.links.indices.contains(place) ? $0.links[place] : nil }
        let connected = link.endpoint.flatMap { link.endpoints.indices.contains($0) ? link.endpoints[$0] : nil }
        var line = JSONLine()
        line.add("name", link.name)
        let isUp = facts?.isUp ?? false
        line.add("state", isUp ? facts?.isCongested == true ? "slow" : "up" : connected == nil ? "down" : "connecting")
        line.add("text", facts?.text)
        line.add("endpoint", connected)
        line.add("endpoints", link.endpoints)
        line.add("aiotfID", link.aiotfIdentifier.map { Hex.encoded($0) })
        return line
    }

    private var spool: JSONLine {
        let spool = picture.facts?.spool
        var line = JSONLine()
        line.add("records", spool?.records ?? 0)
        line.add("octets", spool?.octets ?? 0)
        line.add("limitOctets", spool?.limitOctets ?? 0)
        line.add("turnedAway", spool?.turnedAway ?? 0)
        line.add("problem", spool?.lastError.map { "\($0)" })
        return line
    }

    private func inventory(_ id: TransactionID, _ inventory: ReaderPicture.OpenInventory) -> JSONLine {
        var line = JSONLine()
        line.add("inventory", id.value)
        line.add("since", clock.text(inventory.since))
        line.add("rounds", inventory.rounds)
        line.add("acknowledged", inventory.acknowledged)
        return line
    }

    private var counters: JSONLine {
        let counters = picture.facts?.counters ?? ReaderCounters()
        var dropped = JSONLine()
        for reason in DropReason.allCases { dropped.add(reason.rawValue, counters.dropped[reason] ?? 0) }
        var line = JSONLine()
        line.add("rounds", counters.rounds)
        line.add("idle", counters.idle)
        line.add("single", counters.single)
        line.add("collided", counters.collided)
        line.add("accessResponses", counters.accessResponses)
        line.add("acknowledged", counters.acknowledged)
        line.add("nacked", counters.nacked)
        line.add("carrierOnSeconds", counters.carrierOn.seconds, decimals: 3)
        line.add("airWaitedSeconds", counters.airWaited.seconds, decimals: 3)
        line.add("forcedPauses", counters.forcedPauses)
        line.add("channelBusy", counters.channelBusy)
        line.add("dropped", dropped)
        return line
    }

    private var radio: JSONLine {
        let radio = picture.facts?.radio ?? RadioCounters()
        var line = JSONLine()
        line.add("framesSent", radio.framesSent)
        line.add("framesHeard", radio.framesHeard)
        line.add("framesNotHeard", radio.framesNotHeard)
        line.add("receiveGaps", radio.receiveGaps)
        line.add("lostSamples", radio.lostSamples)
        line.add("transmitUnderruns", radio.transmitUnderruns)
        line.add("jumps", radio.jumps)
        line.add("stalls", radio.stalls)
        line.add("starts", radio.starts)
        line.add("resets", radio.resets)
        return line
    }

    private var configuration: JSONLine {
        var line = JSONLine()
        line.add("file", description.configurationFile)
        line.add("loaded", clock.text(picture.reloaded ?? .zero))
        return line
    }

    private func trouble(_ trouble: Trouble) -> JSONLine {
        var line = JSONLine()
        line.add("kind", trouble.kind.description)
        line.add("over", trouble.over.map(clock.text))
        line.add("since", clock.text(trouble.since))
        line.add("last", clock.text(trouble.last))
        line.add("count", trouble.count)
        line.add("cause", trouble.cause)
        line.add("remedy", trouble.kind.remedy)
        return line
    }
}
