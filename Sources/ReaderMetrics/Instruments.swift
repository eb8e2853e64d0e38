import AIoTReader
import Metrics
import RadioFrontEnd
import ReaderService
import Telemetry

/// The metrics, made once; each is looked up by its label only.
struct Instruments: Sendable {
    let occasions, inventories, closed, dropped, losses, restarts: LabelledCounters
    let r2d, d2r: FrameCounters
    let rounds, opened, acknowledged, late, carrierLost, turnedAway, lostSamples, soundings, forcedPauses,
        channelBusy: Counter
    let carrierOn, airWaited: FloatingPointCounter
    let snr, clockError: Recorder
    let waited, handled, answer: Metrics.Timer
    let open, records, spoolBytes, spoolLimit, queuePeak, queueLimit, draining, refused: Meter
    let states: [RadioState: Meter]
    /// By `LinkID`.
    let links: [LinkInstruments]

    init(linkNames: [String], _ registry: MetricsRegistry) {
        func counter(_ name: String) -> Counter { Counter(label: "aiot_reader_" + name, factory: registry) }
        func meter(_ name: String) -> Meter { Meter(label: "aiot_reader_" + name, factory: registry) }
        func timer(_ name: String) -> Metrics.Timer { Timer(label: "aiot_reader_" + name, factory: registry) }
        func labelled(_ name: String) -> LabelledCounters {
            let entry = CounterNames.all.first { $0.name == "aiot_reader_" + name }
            return LabelledCounters("aiot_reader_" + name, entry?.label ?? "", entry?.values ?? [], registry)
        }
        occasions = labelled("occasions_total")
        inventories = labelled("inventories_total")
        closed = labelled("exchanges_closed_total")
        dropped = labelled("dropped_total")
        losses = labelled("radio_losses_total")
        restarts = labelled("radio_restarts_total")
        r2d = FrameCounters(
            "aiot_reader_r2d_frames_total", types: Self.r2dTypes, fates: ["sent", "heard", "not_heard"], registry)
        d2r = FrameCounters(
            "aiot_reader_d2r_bursts_total", types: Self.d2rTypes, fates: ["decoded", "undecodable", "absent"], registry)
        rounds = counter("rounds_total")
        opened = counter("exchanges_opened_total")
        acknowledged = counter("acknowledged_devices_total")
        late = counter("late_answers_total")
        carrierLost = counter("carrier_lost_total")
        turnedAway = counter("spool_turned_away_total")
        lostSamples = counter("radio_lost_samples_total")
        soundings = counter("radio_soundings_total")
        forcedPauses = counter("forced_pauses_total")
        channelBusy = counter("channel_busy_total")
        carrierOn = FloatingPointCounter(label: "aiot_reader_carrier_on_seconds_total", factory: registry)
        airWaited = FloatingPointCounter(label: "aiot_reader_air_waited_seconds_total", factory: registry)
        snr = Recorder(label: "aiot_reader_snr_decibels", factory: registry)
        clockError = Recorder(label: "aiot_reader_clock_error_ppm", factory: registry)
        waited = timer("loop_wait_seconds")
        handled = timer("loop_handling_seconds")
        answer = timer("answer_seconds")
        open = meter("inventories_open")
        records = meter("spool_records")
        spoolBytes = meter("spool_bytes")
        spoolLimit = meter("spool_limit_bytes")
        queuePeak = meter("receive_queue_peak_bytes")
        queueLimit = meter("receive_queue_limit_bytes")
        draining = meter("draining")
        refused = meter("metric_series_refused")
        states = Dictionary(
            uniqueKeysWithValues: RadioState.allCases.map { state in
                let labels = [("state", state.rawValue)]
                return (state, Meter(label: "aiot_reader_front_end_state", dimensions: labels, factory: registry))
            })
        links = linkNames.map { LinkInstruments($0, registry) }
    }

    static let r2dTypes = [
        "Paging", "AccessTrigger", "RandomIDResponse", "R2DUpperLayerData", "NACKFeedback", "Acknowledgement",
    ]
    static let d2rTypes = ["AccessRandomID", "D2RUpperLayerData"]
}

/// Of one link.
struct LinkInstruments: Sendable {
    let isUp, isCongested: Meter
    let failures: Counter
    let roundTrip: Metrics.Timer

    init(_ name: String, _ registry: MetricsRegistry) {
        let labels = [("link", name)]
        isUp = Meter(label: "aiot_reader_link_up", dimensions: labels, factory: registry)
        isCongested = Meter(label: "aiot_reader_link_congested", dimensions: labels, factory: registry)
        failures = Counter(label: "aiot_reader_link_failures_total", dimensions: labels, factory: registry)
        roundTrip = Timer(label: "aiot_reader_link_round_trip_seconds", dimensions: labels, factory: registry)
    }
}
