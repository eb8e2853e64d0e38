package import Telemetry

extension ReaderMetrics {
    /// All that it measures, with the buckets of the histograms (*ours*).
    package static let descriptions: [MetricDescription] = [
        .init(
            "aiot_reader_occasions_total", .counter, help: "Access occasions of contention by what was heard in them."),
        .init("aiot_reader_rounds_total", .counter, help: "Rounds of contention."),
        .init("aiot_reader_inventories_total", .counter, help: "Inventories that ended, by how."),
        .init("aiot_reader_inventories_open", .gauge, help: "Inventories that are open or wait."),
        .init(
            "aiot_reader_r2d_frames_total", .counter,
            help: "R2D frames by message: sent to the radio; heard in the receiver's leak, or not."),
        .init(
            "aiot_reader_d2r_bursts_total", .counter,
            help: "D2R bursts where one might come, by message: CRC right, energy but no right CRC, nothing."),
        .init("aiot_reader_exchanges_opened_total", .counter, help: "Devices that were given an AS ID."),
        .init(
            "aiot_reader_exchanges_closed_total", .counter,
            help: "Exchanges that ended, by reason; released: with their inventory."),
        .init("aiot_reader_acknowledged_devices_total", .counter, help: "Devices that an Acknowledgement went to."),
        .init(
            "aiot_reader_late_answers_total", .counter,
            help: "Command Requests that came after their exchange had ended; never sent."),
        .init("aiot_reader_dropped_total", .counter, help: "What arrived and was not acted on, by reason."),
        .init(
            "aiot_reader_snr_decibels", .histogram, help: "SNR per bit of decoded D2R bursts.",
            buckets: [-5, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 35, 40]),
        .init(
            "aiot_reader_clock_error_ppm", .histogram, help: "Clock error of devices, positive is fast.",
            buckets: [
                -50_000, -20_000, -10_000, -5_000, -2_000, -1_000, 0, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000,
            ]),
        .init("aiot_reader_carrier_on_seconds_total", .counter, help: "Time with the carrier on."),
        .init("aiot_reader_forced_pauses_total", .counter, help: "Pauses that the limits of the air wanted."),
        .init("aiot_reader_channel_busy_total", .counter, help: "Times that the channel was busy when listened to."),
        .init(
            "aiot_reader_air_waited_seconds_total", .counter,
            help: "Time that the carrier was wanted and had to stay off."),
        .init("aiot_reader_carrier_lost_total", .counter, help: "Interruptions of the carrier: all sessions lost."),
        .init("aiot_reader_front_end_state", .gauge, help: "1 for the state that the front end is in."),
        .init("aiot_reader_link_up", .gauge, help: "Whether the link has an AIoTF."),
        .init("aiot_reader_link_congested", .gauge, help: "Whether the AIoTF answers slowly."),
        .init("aiot_reader_link_failures_total", .counter, help: "Connections lost, and attempts that failed."),
        .init(
            "aiot_reader_link_round_trip_seconds", .histogram,
            help: "From the sending of a PDU until the AIoTF confirmed it: way, its work, and the wait for the probe.",
            buckets: seconds),
        .init(
            "aiot_reader_answer_seconds", .histogram,
            help: "From a report of a device to the AIoTF until its Command Request.", buckets: seconds),
        .init("aiot_reader_spool_records", .gauge, help: "Messages that no AIoTF has confirmed."),
        .init("aiot_reader_spool_bytes", .gauge, help: "What counts against the spool's limit."),
        .init("aiot_reader_spool_limit_bytes", .gauge, help: "The spool's limit."),
        .init("aiot_reader_spool_turned_away_total", .counter, help: "Messages that the full spool did not take."),
        .init("aiot_reader_radio_losses_total", .counter, help: "What went wrong between radio and reader, by kind."),
        .init("aiot_reader_radio_lost_samples_total", .counter, help: "Samples missing in gaps of known length."),
        .init("aiot_reader_radio_restarts_total", .counter, help: "Starts, resets and openings of the boxes."),
        .init("aiot_reader_radio_soundings_total", .counter, help: "Frames that measure how the counters go together."),
        .init("aiot_reader_receive_queue_peak_bytes", .gauge, help: "Longest queue of received samples so far."),
        .init("aiot_reader_receive_queue_limit_bytes", .gauge, help: "What may wait in the queue of received samples."),
        .init(
            "aiot_reader_loop_wait_seconds", .histogram, help: "How long inputs waited for the loop.", buckets: seconds),
        .init(
            "aiot_reader_loop_handling_seconds", .histogram, help: "How long the loop dealt with an input.",
            buckets: seconds),
        .init("aiot_reader_health_rule_firing", .gauge, help: "1 while a health rule's counter grows too fast."),
        .init("aiot_reader_draining", .gauge, help: "Whether new inventories are refused."),
        .init("aiot_reader_metric_series_refused", .gauge, help: "Series left out because there are too many."),
        .init("aiot_reader_build_info", .gauge, help: "Of this program."),
    ]

    private static let seconds = [0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
